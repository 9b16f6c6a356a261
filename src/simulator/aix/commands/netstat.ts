import { type CommandContext, done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { networkOf, parseIpv6 } from "../ip-text.ts";
import {
  adapterOfInterface,
  type AixMachine,
  findDevice,
  type KernelInterface,
} from "../machine.ts";
import { settleNetwork } from "../network-services.ts";
import { entstat } from "./entstat.ts";

const USAGE = "netstat [-rn | -in | -idn | -v] [-f AddressFamily] [-I Interface]";

/** Routes (-r), interfaces (-i), adapter statistics (-v). Numeric only: there are no names here. */
export const netstat: SimulatedCommand = {
  path: "/usr/bin/netstat",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "rindvf:I:");
    if (typeof flags === "string") {
      return usageError("netstat", flags, USAGE);
    }
    const family = flags.value("f");
    settleNetwork(ctx.machine, ctx.nowMs);
    if (flags.has("v")) {
      return adapterStatistics(ctx, flags.operands);
    }
    if (
      flags.operands.length > 0 ||
      (family !== undefined && !["inet", "inet6"].includes(family))
    ) {
      return usageError("netstat", "", USAGE);
    }
    if (flags.has("r")) {
      return done(routingTables(ctx.machine, family));
    }
    return flags.has("i")
      ? done(interfaceTable(ctx.machine, flags.has("d"), flags.value("I")))
      : usageError("netstat", "", USAGE);
  },
};

function adapterStatistics(
  ctx: CommandContext,
  operands: readonly string[],
): ReturnType<SimulatedCommand["run"]> {
  if (operands.length > 0) {
    return entstat.run(ctx, ["-d", ...operands]);
  }
  const adapters = ctx.machine.interfaces
    .map(({ name }) => adapterOfInterface(name))
    .filter((name) => name !== undefined);
  return done(adapters.map((name) => entstat.run(ctx, ["-d", name]).stdout).join("\n"));
}

interface Line {
  readonly destination: string;
  readonly gateway: string;
  readonly flags: string;
  readonly name: string;
}

function routingTables(machine: AixMachine, family: string | undefined): string {
  const heading = machine.faults.routeTreeHeading;
  const parts = [
    "Routing tables\n",
    "Destination        Gateway           Flags   Refs     Use  If   Exp  Groups\n",
  ];
  if (family !== "inet6") {
    parts.push(
      `\n${heading} for Protocol Family 2 (Internet):\n`,
      ...ipv4Lines(machine).map(formatLine),
    );
  }
  if (family !== "inet") {
    parts.push(
      `\n${heading} for Protocol Family 24 (Internet v6):\n`,
      ...ipv6Lines(machine).map(formatLine),
    );
  }
  return parts.join("");
}

function formatLine({ destination, gateway, flags, name }: Line): string {
  return `${destination.padEnd(18)} ${gateway.padEnd(17)} ${flags.padEnd(6)}${"0".padStart(5)}${"0".padStart(10)} ${name.padEnd(8)} ${"-".padEnd(6)} -   \n`;
}

function ipv4Lines(machine: AixMachine): Line[] {
  const own = machine.interfaces.flatMap((each) =>
    each.addresses
      .filter(({ family }) => family === 4)
      .flatMap(({ address, prefixLength }): Line[] => {
        const isLoopback = each.name === "lo0";
        const network = networkOf(address, prefixLength);
        const toNetwork = {
          destination: shortNetwork(network, prefixLength),
          gateway: address,
          flags: each.isUp ? "U" : "",
          name: each.name,
        };
        return isLoopback
          ? [toNetwork]
          : [
              { destination: network, gateway: address, flags: "UHSb", name: each.name },
              toNetwork,
              { destination: address, gateway: "127.0.0.1", flags: "UGHS", name: "lo0" },
            ];
      }),
  );
  return [...gatewayLines(machine, 4), ...own];
}

function ipv6Lines(machine: AixMachine): Line[] {
  const own = machine.interfaces.flatMap((each, index) =>
    each.addresses
      .filter(({ family }) => family === 6)
      .flatMap(({ address, prefixLength }): Line[] =>
        each.name === "lo0"
          ? [{ destination: "::1%1", gateway: "::1%1", flags: "UH", name: "lo0" }]
          : [
              {
                destination: `${networkOf(address, prefixLength)}/${prefixLength}`,
                gateway: `link#${index + 1}`,
                flags: "UCX",
                name: each.name,
              },
              { destination: address, gateway: "", flags: "UHXLWl", name: "lo0" },
            ],
      ),
  );
  return [...gatewayLines(machine, 6), ...own];
}

function gatewayLines(machine: AixMachine, family: 4 | 6): Line[] {
  return machine.routes
    .filter((route) => route.family === family)
    .map((route) => ({
      destination:
        route.prefixLength === 0 ? "default" : shortNetwork(route.destination, route.prefixLength),
      gateway: route.gateway,
      flags: route.flags,
      name: route.interface,
    }))
    .sort((a, b) => Number(b.destination === "default") - Number(a.destination === "default"));
}

/** "198.51.100/24": trailing octets of zero are left out. */
function shortNetwork(network: string, prefixLength: number): string {
  if (parseIpv6(network) !== undefined) {
    return `${network}/${prefixLength}`;
  }
  if (prefixLength === 32) {
    return network;
  }
  const octets = network.split(".");
  const kept = Math.max(1, Math.ceil(prefixLength / 8));
  return `${octets.slice(0, kept).join(".")}/${prefixLength}`;
}

function interfaceTable(machine: AixMachine, hasDrop: boolean, only: string | undefined): string {
  const header = `Name  Mtu   Network     Address            Ipkts Ierrs    Opkts Oerrs  Coll${hasDrop ? " Drop" : ""}\n`;
  const rows = machine.interfaces.flatMap((each, index) =>
    only === undefined || only === each.name ? interfaceRows(machine, each, index + 1) : [],
  );
  const drop = hasDrop ? "    0" : "";
  return header + rows.map((row) => `${row}      0     0        0     0     0${drop}\n`).join("");
}

function interfaceRows(machine: AixMachine, each: KernelInterface, link: number): string[] {
  const macAddress = findDevice(machine, adapterOfInterface(each.name) ?? "")?.macAddress;
  const dotted = macAddress
    ?.split(":")
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(".");
  const name = each.isUp ? each.name : `${each.name}*`;
  const row = (network: string, address: string): string =>
    `${name.padEnd(5)} ${String(each.mtuBytes).padEnd(5)} ${network.padEnd(11)} ${address.padEnd(16)}`;
  return [
    row(`link#${link}`, dotted ?? ""),
    ...each.addresses.map(({ family, address, prefixLength }) =>
      family === 6
        ? row(address === "::1" ? "::1%1" : address, "")
        : row(networkOf(address, prefixLength).replace(/(?:\.0)+$/u, ""), address),
    ),
  ];
}
