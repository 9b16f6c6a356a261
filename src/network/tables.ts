import { renderTable } from "../text/boxed-table.ts";

/** Devices and routes as a machine has them. */
export interface NetworkTables {
  readonly devices: readonly {
    readonly name: string;
    readonly isUp: boolean;
    readonly address: string;
    readonly mask: string;
    readonly macAddress: string;
  }[];
  readonly routes: readonly {
    readonly family: 4 | 6;
    readonly destination: string;
    readonly gateway: string;
    readonly mask: string;
    readonly device: string;
    readonly flags: string;
  }[];
}

/**
 * The boxed tables that cloud-init prints in its `init` stage, each line after "ci-info: " (compat
 * core.md §3.2). A value that is not known is ".". Ends in a newline.
 */
export function renderNetworkTables(state: NetworkTables): string {
  const routes4 = state.routes.filter(({ family }) => family === 4);
  const routes6 = state.routes.filter(({ family }) => family === 6);
  const tables = [
    renderTable(
      "Net device info",
      ["Device", "Up", "Address", "Mask", "Hw-Address"],
      state.devices.map((each) => [
        each.name,
        each.isUp ? "True" : "False",
        each.address,
        each.mask,
        each.macAddress,
      ]),
    ),
    renderTable(
      "Route IPv4 info",
      ["Route", "Destination", "Gateway", "Genmask", "Interface", "Flags"],
      routes4.map((each, index) => [
        String(index),
        each.destination,
        each.gateway,
        each.mask,
        each.device,
        each.flags,
      ]),
    ),
  ];
  if (routes6.length > 0) {
    tables.push(
      renderTable(
        "Route IPv6 info",
        ["Route", "Destination", "Gateway", "Interface", "Flags"],
        routes6.map((each, index) => [
          String(index),
          each.destination,
          each.gateway,
          each.device,
          each.flags,
        ]),
      ),
    );
  }
  return tables
    .flat()
    .map((line) => `ci-info: ${line}\n`)
    .join("");
}

/** What stands in their place where devices and routes cannot be read (compat core.md §3.2): each centred in 80 columns. */
export function renderFailedNetworkTables(): string {
  return ["Net device info failed", "Route info failed"]
    .map((text) => {
      const missing = FAILED_WIDTH - text.length;
      const left = Math.floor(missing / 2);
      return `ci-info: ${"!".repeat(left)}${text}${"!".repeat(missing - left)}\n`;
    })
    .join("");
}

const FAILED_WIDTH = 80;
