import { Buffer } from "node:buffer";
import { describeKind } from "../text/describe-kind.ts";
import { isRecord } from "../text/record.ts";

/** Vendor-data as one blob, or why it is none; both are absent where there is nothing in it. */
export interface ConvertedVendorData {
  readonly data?: Uint8Array;
  readonly fault?: string;
}

/**
 * What vendor_data.json gives to the user-data pipeline (compat datasources.md §3.3): text is
 * itself, a list its parts, a mapping what its "cloud-init" key holds. Several parts become a MIME
 * archive, in which each is told by its first line like a blob of its own.
 */
export function convertVendorData(value: unknown): ConvertedVendorData {
  const content = isRecord(value) ? value["cloud-init"] : value;
  if (content === undefined || content === null || content === "") {
    return {};
  }
  if (typeof content === "string") {
    return { data: new TextEncoder().encode(content) };
  }
  if (!Array.isArray(content)) {
    return { fault: `expected text or a list of texts, found ${describeKind(content)}` };
  }
  const parts = content.filter((part) => typeof part === "string");
  const wrong: unknown = content.find((part) => typeof part !== "string");
  return {
    ...(parts.length === 0 ? {} : { data: new TextEncoder().encode(joinParts(parts)) }),
    ...(parts.length === content.length
      ? {}
      : { fault: `expected texts in the list, found ${describeKind(wrong)}` }),
  };
}

const HEADER_SEARCH_LENGTH = 4096;

/** As the pipeline tells it (compat userdata.md §3 step 2); one that has our boundary in it stays what it is. */
function isMessage(text: string): boolean {
  const head = text.slice(0, HEADER_SEARCH_LENGTH);
  return (
    /mime-version:/iu.test(head) && /^(?:From |[!-9;-~]+:)/u.test(head) && !text.includes(BOUNDARY)
  );
}

/** Cannot be a line of base64, so no part can end the archive early. */
const BOUNDARY = "==cloud-init-vendor-data==";

/** RFC 2046 §5.1.3, each part in base64 (RFC 2045 §6.8). */
function joinParts(parts: readonly string[]): string {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return only;
  }
  const lines = [`Content-Type: multipart/mixed; boundary="${BOUNDARY}"`, "MIME-Version: 1.0", ""];
  for (const part of parts) {
    if (isMessage(part)) {
      // A message is a part of this one as it stands.
      lines.push(`--${BOUNDARY}`, part, "");
      continue;
    }
    const base64 = Buffer.from(part).toString("base64");
    lines.push(
      `--${BOUNDARY}`,
      'Content-Type: text/plain; charset="utf-8"',
      "Content-Transfer-Encoding: base64",
      "",
      ...(base64.match(/.{1,76}/gu) ?? []),
      "",
    );
  }
  return [...lines, `--${BOUNDARY}--`, ""].join("\n");
}
