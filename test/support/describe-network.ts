import type { AixMachine } from "../../src/simulator/aix/machine.ts";
import { settleNetwork } from "../../src/simulator/aix/network-services.ts";

/** By then every server and router of a scenario has answered. */
const ANSWERED_MS = 10_000;

const ADAPTER_ATTRIBUTES = /^ent\d+$/u;
const DAEMONS = new Set(["dhcpcd", "dhcpcd6", "ndpd-host"]);

/** What of a machine is its network: adapters, interfaces, routes that are kept, routes, daemons. */
export function describeNetwork(machine: AixMachine, nowMs: number): readonly string[] {
  settleNetwork(machine, nowMs + ANSWERED_MS);
  const row = ({ device, attribute, value }: AixMachine["attributes"][number]): string =>
    `${device} ${attribute}=${value}`;
  const interfaces = machine.interfaces.filter(({ name }) => name !== "lo0");
  const adapters = machine.attributes.filter(({ device }) => ADAPTER_ATTRIBUTES.test(device));
  const routes = machine.attributes.filter(({ attribute }) => /^rout[e6]$/u.test(attribute));
  return [
    ...adapters.map(row).sort(),
    ...interfaces.map(({ name, isUp, mtuBytes, addresses }) => {
      const texts = [...addresses]
        .sort((a, b) => a.family - b.family || orderOf(a.origin) - orderOf(b.origin))
        .map(({ address, prefixLength, origin }) => {
          const learned = origin === "dhcp" || origin === "router" ? ` (${origin})` : "";
          return `${address}/${prefixLength}${learned}`;
        });
      const mtu = mtuBytes === 1500 ? "" : ` mtu ${mtuBytes}`;
      return `${name} ${isUp ? "up" : "down"}${mtu}: ${texts.join(" ")}`;
    }),
    ...routes.map(row).sort(),
    ...machine.routes
      .map(({ destination, prefixLength, gateway, interface: name }) => {
        const target = prefixLength === 0 ? "default" : `${destination}/${prefixLength}`;
        return `${target} by ${gateway} on ${name}`;
      })
      .sort(),
    ...machine.subsystems
      .filter(({ name, state }) => DAEMONS.has(name) && state === "active")
      .map(({ name }) => `${name} runs`),
  ];
}

function orderOf(origin: string): number {
  return ["odm", "manual", "dhcp", "router", "auto"].indexOf(origin);
}
