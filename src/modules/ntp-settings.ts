import { isMapping } from "../config/cloud-config.ts";
import type { TimeServers } from "../distros/time-adapter.ts";
import { parseBoolean } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import { printable } from "../text/printable.ts";
import type { Problem } from "../text/problem.ts";

/** What `ntp` asks for. */
export interface NtpSettings extends TimeServers {
  readonly isEnabled: boolean;
  readonly client: string;
  readonly configFile?: string;
  readonly program?: string;
  readonly service?: string;
  readonly packages?: readonly string[];
  readonly template?: string;
}

/** A host name or an address: nothing that begins another line or word of a configuration file. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_])?\.?$/u;
const ADDRESS6 = /^[0-9A-Fa-f:]{2,39}(?:%[A-Za-z0-9]{1,15})?$/u;
const NETWORK = /^[0-9A-Fa-f.:]{1,39}(?:\/\d{1,3})?$/u;
const WORD = /^[A-Za-z0-9@_.-]{1,64}$/u;
const PATH = /^\/[^\s\p{Cc}]{1,1023}$/u;
const PROGRAM = /^(?:\/[^\s\p{Cc}]{1,1023}|[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63})$/u;
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9+._:-]{0,127}$/u;
const SHOWN_LENGTH = 60;

/** Reads `ntp` (compat modules.md, ntp); what cannot be used is left out and told. */
export function readNtpSettings(written: unknown): {
  readonly settings: NtpSettings;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const ntp = isMapping(written) ? written : {};
  if (!isMapping(written) && written !== undefined && written !== null) {
    problems.push({ message: `expected a mapping, got ${describeKind(written)}`, path: ["ntp"] });
  }
  const hosts = (key: string): readonly string[] =>
    readList(ntp[key], ["ntp", key], problems, {
      isGood: (text) => HOST.test(text) || ADDRESS6.test(text),
      expected: "a host name or an address",
    });
  const config = isMapping(ntp["config"]) ? ntp["config"] : {};
  if (ntp["config"] !== undefined && !isMapping(ntp["config"])) {
    const message = `expected a mapping, got ${describeKind(ntp["config"])}`;
    problems.push({ message, path: ["ntp", "config"] });
  }
  const one = (key: string, pattern: RegExp, expected: string): string | undefined =>
    readText(config[key], ["ntp", "config", key], problems, { pattern, expected });
  const configFile = one("confpath", PATH, "an absolute path");
  // Upstream's own settings name it by a bare name.
  const program = one("check_exe", PROGRAM, "the path or the name of a program");
  const service = one("service_name", WORD, "the name of a service");
  const template = config["template"];
  if (template !== undefined && typeof template !== "string") {
    const message = `expected text, got ${describeKind(template)}`;
    problems.push({ message, path: ["ntp", "config", "template"] });
  }
  const client = readText(ntp["ntp_client"], ["ntp", "ntp_client"], problems, {
    pattern: WORD,
    expected: "auto or the name of a time client",
  });
  const enabled = ntp["enabled"] ?? true;
  if (parseBoolean(enabled) === undefined) {
    const message = `expected true or false, got ${describeKind(enabled)}; true is used`;
    problems.push({ message, path: ["ntp", "enabled"] });
  }
  const packages = readList(config["packages"], ["ntp", "config", "packages"], problems, {
    isGood: (text) => PACKAGE.test(text),
    expected: "the name of a package",
  });
  return {
    settings: {
      isEnabled: parseBoolean(enabled) ?? true,
      client: client ?? "auto",
      servers: hosts("servers"),
      pools: hosts("pools"),
      peers: hosts("peers"),
      allow: readList(ntp["allow"], ["ntp", "allow"], problems, {
        isGood: (text) => NETWORK.test(text),
        expected: "an address or a network",
      }),
      ...(packages.length === 0 ? {} : { packages }),
      ...(configFile === undefined ? {} : { configFile }),
      ...(program === undefined ? {} : { program }),
      ...(service === undefined ? {} : { service }),
      ...(typeof template === "string" ? { template } : {}),
    },
    problems,
  };
}

type Path = readonly (string | number)[];

function readList(
  written: unknown,
  path: Path,
  problems: Problem[],
  wanted: { isGood(text: string): boolean; readonly expected: string },
): readonly string[] {
  if (written === undefined || written === null) {
    return [];
  }
  if (!Array.isArray(written)) {
    problems.push({ message: `expected a list, got ${describeKind(written)}`, path });
    return [];
  }
  const texts = written.flatMap((item: unknown, index) => {
    if (typeof item === "string" && wanted.isGood(item)) {
      return [item];
    }
    const shown =
      typeof item === "string" ? `"${printable(item.slice(0, SHOWN_LENGTH))}"` : describeKind(item);
    problems.push({
      message: `expected ${wanted.expected}, got ${shown}; it is left out`,
      path: [...path, index],
    });
    return [];
  });
  return [...new Set(texts)];
}

function readText(
  written: unknown,
  path: Path,
  problems: Problem[],
  wanted: { readonly pattern: RegExp; readonly expected: string },
): string | undefined {
  if (written === undefined || written === null) {
    return undefined;
  }
  if (typeof written === "string" && wanted.pattern.test(written)) {
    return written;
  }
  const shown =
    typeof written === "string"
      ? `"${printable(written.slice(0, SHOWN_LENGTH))}"`
      : describeKind(written);
  problems.push({ message: `expected ${wanted.expected}, got ${shown}; it is left out`, path });
  return undefined;
}
