import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import {
  classfulPrefix,
  formatIpv4,
  maskOfPrefix,
  networkOf,
  parseIpv4,
  parseIpv6,
  prefixOfMask,
} from "../ip-text.ts";
import { addKernelAddress, detachInterface } from "../kernel.ts";
import { findDevice, findInterface, type KernelInterface } from "../machine.ts";
import { settleNetwork } from "../network-services.ts";

const USAGE =
  "ifconfig Interface [AddressFamily [Address [/PrefixLength] [DestinationAddress]] [Parameters...]]\n       ifconfig -a [-l] [-d] [-u]\n       ifconfig interface [ProtocolFamily] Interface";

/** Shows and changes the kernel's interfaces; the ODM does not learn of it. */
export const ifconfig: SimulatedCommand = {
  path: "/usr/sbin/ifconfig",
  isChange: (args) => args.filter((arg) => !arg.startsWith("-")).length > 1,
  run(ctx, args) {
    settleNetwork(ctx.machine, ctx.nowMs);
    const [first = "", ...words] = args;
    if (first === "-a" && words.length === 0) {
      return done(ctx.machine.interfaces.map(describe).join(""));
    }
    if (first === "-l" && words.length === 0) {
      return done(`${ctx.machine.interfaces.map(({ name }) => name).join(" ")}\n`);
    }
    if (first === "" || first.startsWith("-")) {
      return failed(1, `usage: ${USAGE}`);
    }
    return words.length === 0 ? show(ctx, first) : change(ctx, first, words);
  },
};

function show(ctx: CommandContext, name: string): CommandOutcome {
  const found = findInterface(ctx.machine, name);
  return found === undefined ? noSuchInterface(name) : done(describe(found));
}

function change(ctx: CommandContext, name: string, words: readonly string[]): CommandOutcome {
  if (findDevice(ctx.machine, name)?.class !== "if") {
    return noSuchInterface(name);
  }
  const pending = [...words];
  while (pending.length > 0) {
    const failure = applyWord(ctx, name, pending);
    if (failure !== undefined) {
      return failure;
    }
  }
  return done();
}

/** Takes the words of one parameter off the list. */
function applyWord(ctx: CommandContext, name: string, words: string[]): CommandOutcome | undefined {
  const { machine } = ctx;
  const word = words.shift() ?? "";
  const known = findInterface(machine, name);
  switch (word) {
    case "inet":
    case "inet6":
      return undefined;
    case "up":
    case "down":
      if (known !== undefined) {
        known.isUp = word === "up";
      } else if (word === "down") {
        return noSuchInterface(name);
      }
      return undefined;
    case "detach":
      detachInterface(machine, name);
      return undefined;
    case "mtu":
      return setMtu(known, words.shift());
    case "delete":
    case "-alias":
      return deleteAddress(known, name, words.shift() ?? "");
    case "alias":
      return addAddress(ctx, name, words.shift() ?? "", words);
    default:
      return addAddress(ctx, name, word, words);
  }
}

function addAddress(
  ctx: CommandContext,
  name: string,
  text: string,
  words: string[],
): CommandOutcome | undefined {
  const [address = "", length] = text.split("/");
  const isIpv4 = parseIpv4(address) !== undefined;
  if (!isIpv4 && parseIpv6(address) === undefined) {
    return failed(1, `ifconfig: ${text}: bad value`);
  }
  let prefixLength = Number(length ?? (isIpv4 ? classfulPrefix(address) : 64));
  if (words[0] === "netmask" || words[0] === "prefixlen") {
    const [keyword, value = ""] = words.splice(0, 2);
    const given = keyword === "netmask" ? prefixOfMask(value) : Number(value);
    if (given === undefined || Number.isNaN(given)) {
      return failed(1, `ifconfig: ${value}: bad value`);
    }
    prefixLength = given;
  }
  if (words[0] === "alias") {
    words.shift();
  }
  addKernelAddress(ctx.machine, name, {
    family: isIpv4 ? 4 : 6,
    address,
    prefixLength,
    origin: "manual",
  }).isUp = true;
  return undefined;
}

function deleteAddress(
  known: KernelInterface | undefined,
  name: string,
  text: string,
): CommandOutcome | undefined {
  const address = text.split("/")[0];
  if (known === undefined || !known.addresses.some((each) => each.address === address)) {
    return failed(1, `ifconfig: 0821-298 ${name}: The address is not in the interface`);
  }
  known.addresses = known.addresses.filter((each) => each.address !== address);
  return undefined;
}

function setMtu(
  known: KernelInterface | undefined,
  value: string | undefined,
): CommandOutcome | undefined {
  if (known === undefined || value === undefined || !/^\d+$/u.test(value)) {
    return failed(1, `ifconfig: ${value ?? ""}: bad value`);
  }
  known.mtuBytes = Number(value);
  return undefined;
}

function describe(each: KernelInterface): string {
  const isLoopback = each.name === "lo0";
  const flags = isLoopback
    ? "flags=e08084b,c0<UP,BROADCAST,LOOPBACK,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,LARGESEND,CHAIN>"
    : each.isUp
      ? "flags=1e084863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN>"
      : "flags=1e084862,480<BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN>";
  const lines = each.addresses.map(({ family, address, prefixLength }) => {
    if (family === 6) {
      return isLoopback ? "inet6 ::1%1/0" : `inet6 ${address}/${prefixLength}`;
    }
    const mask = maskOfPrefix(prefixLength);
    const last = (parseIpv4(networkOf(address, prefixLength)) ?? 0) + 2 ** (32 - prefixLength) - 1;
    return `inet ${address} netmask 0x${mask.toString(16).padStart(8, "0")} broadcast ${formatIpv4(last)}`;
  });
  const space = isLoopback ? 131_072 : 262_144;
  const tuning = ` tcp_sendspace ${space} tcp_recvspace ${space} rfc1323 1`;
  return `${each.name}: ${flags}\n${[...lines, tuning].map((line) => `        ${line}\n`).join("")}`;
}

function noSuchInterface(name: string): CommandOutcome {
  return failed(1, `ifconfig: 0821-298 ${name}: No such interface.`);
}
