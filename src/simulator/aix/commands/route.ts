import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { classfulPrefix, networkOf, parseIpv4, parseIpv6, prefixOfMask } from "../ip-text.ts";
import { addKernelRoute, deleteKernelRoute, interfaceTowards, type RouteKey } from "../kernel.ts";

const USAGE =
  "route [-f] [-n] [-q] [-v] {add | delete | change | get | flush} [-inet | -inet6] [-net | -host] Destination [-prefixlen n] [-netmask] [Netmask] Gateway";

/** Changes the kernel's routes; the ODM does not learn of it. */
export const route: SimulatedCommand = {
  path: "/usr/sbin/route",
  isChange: (args) => !args.includes("get"),
  run(ctx, args) {
    const words = args.filter((arg) => !/^-[nqv]$/u.test(arg));
    const [verb = "", ...rest] = words;
    if (verb === "flush" || verb === "-f") {
      ctx.machine.routes = [];
      return done();
    }
    if (verb === "get" && rest.length === 1) {
      return get(ctx, rest[0] ?? "");
    }
    if (verb !== "add" && verb !== "delete") {
      return failed(1, `usage: ${USAGE}`);
    }
    const wanted = parseRoute(rest);
    return typeof wanted === "string"
      ? failed(1, `${wanted}: bad value`)
      : change(ctx, verb, wanted, rest.includes("-reject"));
  },
};

function change(
  ctx: CommandContext,
  verb: "add" | "delete",
  wanted: RouteKey,
  isRejecting: boolean,
): CommandOutcome {
  const failure =
    verb === "add"
      ? addKernelRoute(ctx.machine, wanted, isRejecting ? "UGHSR" : "UGS")
      : deleteKernelRoute(ctx.machine, wanted);
  const type = wanted.prefixLength === 32 || wanted.prefixLength === 128 ? "host" : "net";
  const destination = wanted.prefixLength === 0 ? "default" : wanted.destination;
  const line = `${wanted.gateway} ${type} ${destination}: gateway ${wanted.gateway}`;
  return failure === undefined
    ? done(`${line}\n`)
    : failed(1, `0821-279 writing to routing socket: ${failure}\n${line}: ${failure}`);
}

function get(ctx: CommandContext, destination: string): CommandOutcome {
  const direct = interfaceTowards(ctx.machine, destination);
  const fallback = ctx.machine.routes.find(({ prefixLength }) => prefixLength === 0);
  const name = direct?.name ?? fallback?.interface;
  if (name === undefined) {
    return failed(1, "0821-279 writing to routing socket: not in table");
  }
  const gateway = direct === undefined ? `    gateway: ${fallback?.gateway ?? ""}\n` : "";
  return done(
    `   route to: ${destination}\ndestination: ${destination}\n${gateway}  interface: ${name}\n`,
  );
}

/** Returns the word that cannot be used, where there is one. */
function parseRoute(words: readonly string[]): RouteKey | string {
  const plain: string[] = [];
  let prefix: string | undefined;
  let mask: string | undefined;
  let isHost = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "-netmask" || word === "-prefixlen") {
      index += 1;
      mask = word === "-netmask" ? (words[index] ?? "") : mask;
      prefix = word === "-prefixlen" ? (words[index] ?? "") : prefix;
    } else if (["-net", "-host", "-inet", "-inet6", "-static", "-reject"].includes(word)) {
      isHost = isHost || word === "-host";
    } else if (word.startsWith("-")) {
      return word;
    } else {
      plain.push(word);
    }
  }
  const [destination = "", gateway = ""] = plain;
  const family = parseIpv4(gateway) === undefined ? 6 : 4;
  if (plain.length !== 2 || (family === 6 && parseIpv6(gateway) === undefined)) {
    return gateway === "" ? "gateway" : gateway;
  }
  if (["default", "0", "::"].includes(destination)) {
    return { family, destination: family === 4 ? "0.0.0.0" : "::", prefixLength: 0, gateway };
  }
  const [address = "", slash] = destination.split("/");
  const given = mask === undefined ? (prefix ?? slash) : String(prefixOfMask(mask) ?? "");
  const usual = family === 4 ? (isHost ? 32 : classfulPrefix(address)) : isHost ? 128 : 64;
  const prefixLength = Number(given ?? usual);
  const isAddress =
    family === 4 ? parseIpv4(address) !== undefined : parseIpv6(address) !== undefined;
  return isAddress && given !== "" && prefixLength >= 0 && prefixLength <= (family === 4 ? 32 : 128)
    ? { family, destination: networkOf(address, prefixLength), prefixLength, gateway }
    : destination;
}
