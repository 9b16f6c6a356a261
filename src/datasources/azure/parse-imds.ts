import { decodeBase64 } from "../../text/base64.ts";
import { parseBoolean } from "../../text/boolean-option.ts";
import { describeKind } from "../../text/describe-kind.ts";
import type { Problem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";

/** What the instance document of IMDS says (compat datasources-clouds.md §2.3). */
export interface AzureImds {
  readonly vmId?: string;
  readonly hostname?: string;
  readonly userName?: string;
  readonly isSshPasswordDisabled?: boolean;
  /** OpenSSH keys; none where one of them is a certificate. */
  readonly publicKeys: readonly string[];
  readonly userData?: Uint8Array;
  readonly faultDomain?: string;
  readonly location?: string;
  /** "Running", "Savable", … where the machine waits for its owner first. */
  readonly preprovisioning?: string;
  /** `network`, as it came. */
  readonly network: unknown;
  /** For instance-data: without user-data. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** In messages. */
export const IMDS_SOURCE = "IMDS";
const KEY_COUNT_MAX = 1000;
const TEXT_LENGTH_MAX = 1024;

/** Reads the document, already parsed from JSON; what of it has the wrong type is left out. */
export function parseAzureImds(document: Readonly<Record<string, unknown>>): AzureImds {
  const problems: Problem[] = [];
  const report = (message: string, path: readonly (string | number)[]): void => {
    problems.push({ message, source: IMDS_SOURCE, path });
  };
  const compute = recordAt(document, "compute", report);
  const profile = recordAt(compute, "osProfile", report);
  const extended = recordAt(recordAt(document, "extended", report), "compute", report);
  const isDisabled = parseBoolean(profile["disablePasswordAuthentication"]);
  const vmId = textAt(compute, "vmId");
  const hostname = textAt(profile, "computerName") ?? textAt(compute, "name");
  const userName = textAt(profile, "adminUsername");
  const faultDomain = textAt(compute, "platformFaultDomain");
  const location = textAt(compute, "location");
  const ppsType = textAt(extended, "ppsType");
  const userData = readUserData(compute["userData"], report);
  return {
    ...(vmId === undefined ? {} : { vmId }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(userName === undefined ? {} : { userName }),
    ...(isDisabled === undefined ? {} : { isSshPasswordDisabled: isDisabled }),
    publicKeys: readKeys(compute["publicKeys"], report),
    ...(userData === undefined ? {} : { userData }),
    ...(faultDomain === undefined ? {} : { faultDomain }),
    ...(location === undefined ? {} : { location }),
    ...(ppsType === undefined || ppsType === "None" ? {} : { preprovisioning: ppsType }),
    network: document["network"],
    raw: withoutUserData(document),
    problems,
  };
}

type Report = (message: string, path: readonly (string | number)[]) => void;

function recordAt(
  owner: Readonly<Record<string, unknown>>,
  key: string,
  report: Report,
): Readonly<Record<string, unknown>> {
  const value = owner[key];
  if (isRecord(value)) {
    return value;
  }
  if (value !== undefined && value !== null) {
    report(`Cannot use "${key}": expected an object, found ${describeKind(value)}`, [key]);
  }
  return {};
}

function textAt(owner: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = owner[key];
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  return text === "" || text.length > TEXT_LENGTH_MAX ? undefined : text;
}

/** Line ends inside of a key are left over from how it was pasted. */
function readKeys(value: unknown, report: Report): readonly string[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    const found = describeKind(value);
    report(`Cannot use "publicKeys": expected a list, found ${found}`, ["compute", "publicKeys"]);
    return [];
  }
  const keys: string[] = [];
  for (const [index, entry] of value.slice(0, KEY_COUNT_MAX).entries()) {
    const data: unknown = isRecord(entry) ? entry["keyData"] : undefined;
    const key = typeof data === "string" ? data.replace(/[\r\n]+/gu, "").trim() : "";
    if (!isOpenSshKey(key)) {
      const at = ["compute", "publicKeys", index, "keyData"];
      report('Cannot use the keys of "publicKeys": one is not in OpenSSH form', at);
      return [];
    }
    keys.push(key);
  }
  return keys;
}

/** "ssh-ed25519 AAAA… comment" (sshd(8), AUTHORIZED_KEYS FILE FORMAT), without options. */
function isOpenSshKey(text: string): boolean {
  return /^(?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]+\s+[A-Za-z0-9+/]+=*(?:\s|$)/u.test(text);
}

function readUserData(value: unknown, report: Report): Uint8Array | undefined {
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
  if (bytes === undefined) {
    report("Bad userdata in IMDS: expected base64", ["compute", "userData"]);
  }
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function withoutUserData(
  document: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { compute } = document;
  if (!isRecord(compute)) {
    return document;
  }
  const { userData: _, customData: _custom, ...rest } = compute;
  return { ...document, compute: rest };
}
