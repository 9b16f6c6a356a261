import { parseAddress } from "../network/ip-address.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import type { Instance } from "./instance.ts";

/** The names that a machine is to have. Both are absent where nobody gave one. */
export interface ResolvedNames {
  /** Usually without a domain. */
  readonly hostname?: string;
  /** The host name itself where no domain is known. */
  readonly fqdn?: string;
  /** Names that are not used. */
  readonly problems: readonly Problem[];
  /** Names that are used although they may surprise. */
  readonly warnings: readonly string[];
}

/**
 * The host name and the full name from `hostname` and `fqdn` of the configuration and from what the
 * datasource says (compat modules.md, set_hostname; datasources.md §1.2): `fqdn` wins; a `hostname`
 * with a dot counts as the full name; else the full name is the datasource's. A name that cannot be
 * used counts as not given. An IPv4 address becomes "ip-192-0-2-1".
 */
export function resolveNames(options: {
  readonly config: Readonly<Record<string, unknown>>;
  readonly instance: Pick<Instance, "localHostname">;
}): ResolvedNames {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const read = (
    value: unknown,
    place: Omit<Problem, "message">,
    what: string,
  ): string | undefined => readName(value, { place, what, problems, warnings });
  const { config, instance } = options;
  const fqdn = read(config["fqdn"], { path: ["fqdn"] }, "fqdn");
  const hostname = read(config["hostname"], { path: ["hostname"] }, "hostname");
  const isFull = hostname?.includes(".") === true;
  if (fqdn !== undefined || (hostname !== undefined && isFull)) {
    const full = fqdn ?? hostname ?? "";
    const short = fqdn !== undefined && hostname !== undefined ? hostname : firstLabel(full);
    return { hostname: short, fqdn: full, problems, warnings };
  }
  const given = read(instance.localHostname, { source: "metadata" }, "host name of the datasource");
  const short = hostname ?? (given === undefined ? undefined : firstLabel(given));
  const full = given ?? short;
  return {
    ...(short === undefined ? {} : { hostname: short }),
    ...(full === undefined ? {} : { fqdn: full }),
    problems,
    warnings,
  };
}

/**
 * The one name that the machine gets: the short one if there is one, or the full one where
 * `prefer_fqdn_over_hostname` asks for it. Red Hat systems prefer the full one by themselves.
 */
export function chooseName(
  names: Pick<ResolvedNames, "hostname" | "fqdn">,
  options: { readonly family: string; readonly prefersFqdn?: boolean },
): string | undefined {
  const { hostname, fqdn } = names;
  const prefersFqdn = options.prefersFqdn ?? options.family === "redhat";
  return prefersFqdn ? (fqdn ?? hostname) : (hostname ?? fqdn);
}

/** POSIX HOST_NAME_MAX. */
const NAME_LENGTH_MAX = 255;

/** Whether text can be a host name: labels of letters, digits, "-" and "_" (RFC 1123 §2.1, and "_"). */
export function isHostName(text: string): boolean {
  return (
    text.length <= NAME_LENGTH_MAX &&
    text.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/iu.test(label))
  );
}

function firstLabel(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

function readName(
  value: unknown,
  into: {
    readonly place: Omit<Problem, "message">;
    readonly what: string;
    readonly problems: Problem[];
    readonly warnings: string[];
  },
): string | undefined {
  const { place, what, problems, warnings } = into;
  const text = nameText(value);
  if (text === undefined) {
    problems.push({
      message: `Cannot use ${what}: expected text, got ${describeKind(value)}`,
      ...place,
    });
    return undefined;
  }
  if (text === "") {
    return undefined;
  }
  if (parseAddress(text)?.family === 4) {
    return `ip-${text.replaceAll(".", "-")}`;
  }
  if (!isHostName(text)) {
    const found = JSON.stringify(
      text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text,
    );
    const message = `Cannot use ${what} ${found}: expected at most ${NAME_LENGTH_MAX} letters, digits, "-" and ".", no part longer than 63 or with "-" at its ends`;
    problems.push({ message, ...place });
    return undefined;
  }
  if (text.includes("_")) {
    warnings.push(
      `The ${what} "${text}" has a "_", which RFC 1123 does not allow: it is used as it is`,
    );
  }
  return text;
}

const SHOWN_LENGTH_MAX = 64;

/** "" for nothing; YAML makes numbers and dates of some names. Undefined for what is no text. */
function nameText(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return String(value);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? undefined
      : value.toISOString().replace(/T00:00:00\.000Z$/u, "");
  }
  // A dot at the end only says that the name is complete.
  return typeof value === "string" ? value.trim().replace(/\.$/u, "") : undefined;
}
