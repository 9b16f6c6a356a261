import { decodeBase64 } from "../../text/base64.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import type { Problem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";
import { isHostName } from "../../instance/hostname.ts";
import type { Instance } from "../../instance/instance.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "../instance-id.ts";
import { keepableMetadata } from "../keepable-metadata.ts";
import { parsePublicKeys } from "../public-keys.ts";
import { convertVendorData } from "../vendor-data.ts";

/** What a server of CloudSigma is told of itself, or why that cannot be used. */
export type ParsedServer =
  | (Pick<
      Instance,
      "id" | "localHostname" | "publicKeys" | "userData" | "vendorData" | "rawMetadata"
    > & {
      readonly dsmode: "local" | "net" | "pass" | "disabled";
      /** Never with a value in them. */
      readonly problems: readonly Problem[];
    })
  | { readonly fault: string };

/** As messages name the document. */
export const CONTEXT_SOURCE = "server context";
/** Ends each answer; that of the one before stays in the line until the next. */
export const EOT = 0x04;

const NAME_LENGTH_MAX = 61;
/** Of `meta`: what it holds is user-data, which metadata do not show. */
const USER_DATA = "cloudinit-user-data";
/** Of the whole: not for the metadata, which are shown, or not as they are. */
const SECRET_KEYS = new Set(["vnc_password", "vendor_data", "meta"]);

/** Reads the answer to a request for the whole context (compat datasources-clouds.md §6). */
export function parseServerContext(answer: Uint8Array): ParsedServer {
  const parsed = parseJsonBytes(trimAnswer(answer));
  if ("fault" in parsed) {
    return { fault: parsed.fault };
  }
  const { value } = parsed;
  if (!isRecord(value)) {
    return { fault: `expected a mapping, found ${describeKind(value)}` };
  }
  const uuid = value["uuid"];
  const id = typeof uuid === "string" ? parseInstanceId(uuid) : undefined;
  if (id === undefined) {
    return { fault: `expected "uuid" to be ${INSTANCE_ID_EXPECTED}` };
  }
  const problems: Problem[] = [];
  const meta = readMapping(value, "meta", problems);
  const userData = readUserData(meta, problems);
  const localHostname = chooseHostname(value["name"], id);
  const vendorData = readVendorData(value, problems);
  const publicKeys = parsePublicKeys(meta["ssh_public_key"]);
  return {
    id,
    ...(localHostname === undefined ? {} : { localHostname }),
    publicKeys,
    ...(userData === undefined ? {} : { userData }),
    ...(vendorData === undefined ? {} : { vendorData }),
    dsmode: chooseMode(meta["cloudinit-dsmode"], problems),
    rawMetadata: keepableMetadata({ ...shownContext(value), "instance-id": id }),
    problems,
  };
}

function trimAnswer(answer: Uint8Array): Uint8Array {
  const isAround = (byte: number | undefined): boolean =>
    byte === EOT || byte === 0x0a || byte === 0x0d;
  let start = 0;
  let end = answer.length;
  while (start < end && isAround(answer[start])) {
    start += 1;
  }
  while (end > start && isAround(answer[end - 1])) {
    end -= 1;
  }
  return answer.subarray(start, end);
}

function readMapping(
  context: Readonly<Record<string, unknown>>,
  key: string,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  const value = context[key];
  if (isRecord(value)) {
    return value;
  }
  if (value !== undefined && value !== null) {
    report(problems, `"${key}"`, "a mapping", value);
  }
  return {};
}

function report(problems: Problem[], what: string, expected: string, found: unknown): void {
  problems.push({
    message: `Cannot use ${what}: expected ${expected}, found ${describeKind(found)}`,
    source: CONTEXT_SOURCE,
  });
}

/** In base64 where `base64_fields` names it. */
function readUserData(
  meta: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Uint8Array | undefined {
  const given = meta[USER_DATA];
  if (given === undefined || given === null || given === "") {
    return undefined;
  }
  if (typeof given !== "string") {
    report(problems, `"meta.${USER_DATA}"`, "text", given);
    return undefined;
  }
  const fields = meta["base64_fields"];
  if (fields !== undefined && fields !== null && typeof fields !== "string") {
    report(problems, '"meta.base64_fields"', "names with commas between them", fields);
  }
  const names = typeof fields === "string" ? fields.split(",").map((name) => name.trim()) : [];
  if (!names.includes(USER_DATA)) {
    return new TextEncoder().encode(given);
  }
  const decoded = decodeBase64(given);
  if (decoded === undefined) {
    problems.push({
      message: `Cannot use "meta.${USER_DATA}": expected base64, as "meta.base64_fields" says`,
      source: CONTEXT_SOURCE,
    });
  }
  return decoded === undefined ? undefined : new Uint8Array(decoded);
}

function readVendorData(
  context: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Uint8Array | undefined {
  const { data, fault } = convertVendorData(
    readMapping(context, "vendor_data", problems)["cloudinit"],
  );
  if (fault !== undefined) {
    const message = `Cannot use "vendor_data.cloudinit": ${fault}`;
    problems.push({ message, source: CONTEXT_SOURCE });
  }
  return data;
}

/** The server's name where it can be a host name, else the first part of its uuid. */
function chooseHostname(name: unknown, id: string): string | undefined {
  const own = typeof name === "string" ? name.slice(0, NAME_LENGTH_MAX) : "";
  return [own, id.split("-", 1)[0] ?? ""].find((text) => isHostName(text) && !text.includes("_"));
}

function chooseMode(value: unknown, problems: Problem[]): "local" | "net" | "pass" | "disabled" {
  if (value === "local" || value === "net" || value === "pass" || value === "disabled") {
    return value;
  }
  if (value !== undefined && value !== null && value !== "") {
    problems.push({
      message: 'Cannot use "meta.cloudinit-dsmode", net is used: expected local, net or disabled',
      source: CONTEXT_SOURCE,
      severity: "warning",
    });
  }
  return "net";
}

/** Without what is kept on its own, and without passwords. */
function shownContext(
  context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const shown = Object.entries(context).filter(([key]) => !SECRET_KEYS.has(key));
  const meta = context["meta"];
  const ofMeta = Object.entries(isRecord(meta) ? meta : {}).filter(([key]) => key !== USER_DATA);
  return { ...Object.fromEntries(shown), meta: Object.fromEntries(ofMeta) };
}
