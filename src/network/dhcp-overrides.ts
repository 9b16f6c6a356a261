import { parseBoolean } from "../text/boolean-option.ts";
import { parseInteger } from "../text/integer-option.ts";
import type { Problem } from "../text/problem.ts";
import { isRecord } from "../text/record.ts";
import { describeValue, type Path, type Raw } from "./given.ts";
import type { DhcpOverrides, InterfaceConfig, NetworkConfig } from "./network-config.ts";
import {
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** Names of netplan's for what is on or off. */
const SWITCHES = [
  ["use-dns", "useDns"],
  ["use-ntp", "useNtp"],
  ["use-hostname", "useHostname"],
  ["use-mtu", "useMtu"],
  ["use-routes", "useRoutes"],
  ["send-hostname", "sendHostname"],
] as const;
/** Of the kernel, rtnetlink(7). */
const METRIC_MAX = 0xffff_ffff;
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/u;

/**
 * Reads `dhcp4-overrides` and `dhcp6-overrides` of a device (netplan's reference, "DHCP overrides").
 * What cannot be used is a problem and left out.
 */
export function readDhcpOverrides(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  raw: Raw,
  path: Path,
): void {
  for (const family of [4, 6] as const) {
    const key = `dhcp${family}-overrides`;
    const value = raw[key];
    if (isRecord(value)) {
      const overrides = readOverrides(draft, iface.name, value, [...path, key]);
      if (Object.keys(overrides).length > 0) {
        iface[`dhcp${family}Overrides`] = overrides;
      }
    } else if (value !== undefined && value !== null) {
      const message = `Cannot use ${key} of ${iface.name}: expected a mapping`;
      reportProblem(draft, message, { path: [...path, key] });
    }
  }
}

function readOverrides(draft: NetworkDraft, name: string, raw: Raw, path: Path): DhcpOverrides {
  const read: { -readonly [Key in keyof DhcpOverrides]: DhcpOverrides[Key] } = {};
  const refuse = (key: string, expected: string): void => {
    const found = quoteValue(describeValue(raw[key]));
    const message = `Cannot use ${key} of DHCP on ${name}: expected ${expected}, got ${found}`;
    reportProblem(draft, message, { path: [...path, key] });
  };
  for (const key of Object.keys(raw)) {
    const [, property] = SWITCHES.find(([each]) => each === key) ?? [];
    const value = raw[key];
    const answer = parseBoolean(value);
    if (property !== undefined) {
      if (answer === undefined) {
        refuse(key, "true or false");
      } else {
        read[property] = answer;
      }
    } else if (key === "use-domains") {
      const domains = value === "route" ? value : answer;
      if (domains === undefined) {
        refuse(key, "true, false or route");
      } else {
        read.useDomains = domains;
      }
    } else if (key === "route-metric") {
      const metric = parseInteger(value);
      if (metric === undefined || metric < 0 || metric > METRIC_MAX) {
        refuse(key, `a number from 0 to ${METRIC_MAX}`);
      } else {
        read.routeMetric = metric;
      }
    } else if (key === "hostname") {
      if (typeof value !== "string" || !HOST_NAME.test(value)) {
        refuse(key, "a host name");
      } else {
        read.hostname = value;
      }
    } else {
      const message = `Key ${quoteValue(key)} of DHCP on ${name} is not used: it is not known here`;
      reportProblem(draft, message, { path: [...path, key] }, "warning");
    }
  }
  return read;
}

/** As `readDhcpOverrides` reads them: for a device of version 2, or of the version 1 that is kept. */
export function renderDhcpOverrides(iface: InterfaceConfig): Readonly<Record<string, unknown>> {
  const keys = ([4, 6] as const).flatMap((family) => {
    const overrides = iface[`dhcp${family}Overrides`];
    return overrides === undefined
      ? []
      : [[`dhcp${family}-overrides`, written(overrides)] as const];
  });
  return Object.fromEntries(keys);
}

function written(overrides: DhcpOverrides): Readonly<Record<string, unknown>> {
  const names: readonly (readonly [string, keyof DhcpOverrides])[] = [
    ["route-metric", "routeMetric"],
    ["use-domains", "useDomains"],
    ["hostname", "hostname"],
    ...SWITCHES,
  ];
  return Object.fromEntries(
    names.flatMap(([name, key]) => (overrides[key] === undefined ? [] : [[name, overrides[key]]])),
  );
}

/** How clouds put several adapters in order (compat datasources-clouds.md §2.3, §4.3): `index` from 0. */
export function rankedMetric(index: number): number {
  return (index + 1) * METRIC_STEP;
}

const METRIC_STEP = 100;

/** For a system whose DHCP client takes none of them: one warning for all interfaces. */
export function describeUnusedOverrides(config: NetworkConfig): Problem | undefined {
  const given = config.interfaces.filter(
    ({ dhcp4, dhcp6, dhcp4Overrides, dhcp6Overrides }) =>
      (dhcp4 && dhcp4Overrides !== undefined) || (dhcp6 !== "no" && dhcp6Overrides !== undefined),
  );
  if (given.length === 0) {
    return undefined;
  }
  const names = given.map(({ name }) => quoteValue(name)).join(", ");
  return {
    message: `DHCP overrides of ${names} are not used: route metrics and name servers of DHCP are as its client sets them`,
    severity: "warning",
  };
}
