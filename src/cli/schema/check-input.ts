import { checkNetworkText } from "./check-network.ts";
import { createTemplateVariables } from "../../instance/template-variables.ts";
import type { ExternalKeyCheck } from "../../modules/external-schemas.ts";
import type { PlacedFinding } from "../../modules/finding.ts";
import { type Validation, validateCloudConfig } from "../../modules/validate-cloud-config.ts";
import { decodeUtf8 } from "../../text/decode-utf8.ts";
import { formatProblem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";
import { detectContentType, isMime } from "../../userdata/content-type.ts";

export type SchemaType = "cloud-config" | "network-config";

export interface InputOptions {
  readonly type: SchemaType;
  /** As messages name it. */
  readonly path: string;
  readonly distro: string;
  readonly checkExternalKey?: ExternalKeyCheck;
  /** Parsed instance-data, for templates; undefined where there is none. */
  readonly instanceData: unknown;
  /** Only user-data has to have a first line that says what it is. */
  readonly hasHeader: boolean;
}

/** One text that was checked. */
export interface CheckedText {
  /** The path, or path and part. */
  readonly name: string;
  readonly text: string;
  readonly validation: Validation;
}

/** What came of one file. */
export type CheckedInput =
  | { readonly kind: "empty" }
  /** It cannot be checked, and why. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nothing of it is a cloud-config. */
  | { readonly kind: "other"; readonly message: string }
  | { readonly kind: "checked"; readonly texts: readonly CheckedText[] };

/** Checks the content of a file, each of its parts where it has several. Never throws. */
export async function checkInput(bytes: Uint8Array, options: InputOptions): Promise<CheckedInput> {
  if (bytes.every((byte) => byte <= BLANK)) {
    return { kind: "empty" };
  }
  if (options.type === "network-config") {
    const text = new TextDecoder().decode(bytes);
    const validation = await checkNetworkText(bytes, options.path);
    return { kind: "checked", texts: [{ name: options.path, text, validation }] };
  }
  const contentType = detectContentType(bytes);
  if (!options.hasHeader || contentType === "text/cloud-config") {
    return { kind: "checked", texts: [await checkText(bytes, options.path, options)] };
  }
  if (contentType === "text/jinja2") {
    return checkTemplate(bytes, options);
  }
  if (contentType === "text/cloud-config-archive" || isMime(bytes) || isPacked(bytes)) {
    return checkParts(bytes, options);
  }
  const firstLine = new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_BYTES_MAX)).trimStart();
  const [shown = ""] = firstLine.split(/\r?\n/u, 1);
  return contentType === undefined
    ? { kind: "refused", message: unrecognised(options.path, shown) }
    : {
        kind: "other",
        message: `Nothing to validate in ${options.path}: it is no cloud-config, its first line is "${shown.slice(0, SHOWN_LENGTH_MAX)}"`,
      };
}

const BLANK = 0x20;
const HEAD_BYTES_MAX = 256;
const SHOWN_LENGTH_MAX = 40;
const HEADERS =
  "#!, ## template: jinja, #cloud-boothook, #cloud-config, #cloud-config-archive, #cloud-config-jsonp, #include, #include-once, #part-handler";

/** Only so much of the line is shown: a file that is none may begin with a secret. */
function unrecognised(path: string, line: string): string {
  const shown = line.replace(/[^\x20-\x7e]/gu, "?").slice(0, SHOWN_LENGTH_MAX);
  return `Unrecognized user-data header in ${path}: "${shown}".\nExpected first line to be one of: ${HEADERS}`;
}

function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function checkText(
  bytes: Uint8Array,
  name: string,
  { distro, checkExternalKey }: InputOptions,
): Promise<CheckedText> {
  const validation = await validateCloudConfig(bytes, name, {
    distro,
    ...(checkExternalKey === undefined ? {} : { checkExternalKey }),
  });
  return { name, text: new TextDecoder().decode(bytes), validation };
}

async function checkTemplate(bytes: Uint8Array, options: InputOptions): Promise<CheckedInput> {
  const { path, instanceData } = options;
  if (!isRecord(instanceData)) {
    const message = `Cannot render jinja template vars of ${path}: there is no instance-data, name its file with --instance-data`;
    return { kind: "refused", message };
  }
  const decoded = decodeUtf8(bytes);
  if (!("text" in decoded)) {
    const message = `Cannot read ${path}: byte ${decoded.offsetBytes} is not UTF-8`;
    return { kind: "refused", message };
  }
  const { renderJinja } = await import("../../jinja/render-jinja.ts");
  const rendered = renderJinja(
    decoded.text.trimStart(),
    createTemplateVariables(instanceData),
    path,
  );
  if (!rendered.ok) {
    return { kind: "refused", message: formatProblem(rendered.problem) };
  }
  // An empty line in place of the template's first one keeps the numbers of the lines.
  const text = `\n${rendered.text}`;
  const content = new TextEncoder().encode(text);
  if (detectContentType(content) !== "text/cloud-config") {
    const message = `Nothing to validate in ${path}: the template gives no cloud-config`;
    return { kind: "other", message };
  }
  const checked = await checkText(content, path, options);
  const missing = rendered.missingNames.map((name): PlacedFinding => ({
    level: "error",
    path: [],
    source: path,
    message: `the template names "${name}", which instance-data does not have`,
  }));
  return { kind: "checked", texts: [withFindings(checked, missing)] };
}

async function checkParts(bytes: Uint8Array, options: InputOptions): Promise<CheckedInput> {
  const { splitParts } = await import("../../userdata/split-parts.ts");
  const { parts, problems } = await splitParts(bytes, options.path);
  if (problems.length > 0) {
    return { kind: "refused", message: problems.map(formatProblem).join("\n") };
  }
  const texts: CheckedText[] = [];
  for (const part of parts) {
    if (part.contentType === "text/cloud-config") {
      const name = parts.length === 1 ? options.path : `${options.path} part "${part.filename}"`;
      texts.push(await checkText(part.content, name, options));
    }
  }
  return texts.length === 0
    ? {
        kind: "other",
        message: `Nothing to validate in ${options.path}: no part is a cloud-config`,
      }
    : { kind: "checked", texts };
}

function withFindings(checked: CheckedText, more: readonly PlacedFinding[]): CheckedText {
  const { validation } = checked;
  return {
    ...checked,
    validation: { ...validation, findings: [...more, ...validation.findings] },
  };
}
