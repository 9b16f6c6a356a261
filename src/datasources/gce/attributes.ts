import { decodeBase64 } from "../../text/base64.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import { printable } from "../../text/printable.ts";
import type { Problem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";
import type { GceAttributes } from "./ssh-keys.ts";

/** Attributes as JSON (`?recursive=True`); none, and a problem, where the answer is anything else. */
export function parseGceAttributes(
  bytes: Uint8Array,
  source: string,
): { readonly attributes: GceAttributes; readonly problems: readonly Problem[] } {
  const parsed = parseJsonBytes(bytes);
  if ("fault" in parsed) {
    const { line } = parsed;
    const message = `Cannot use the attributes: ${parsed.fault}`;
    return {
      attributes: {},
      problems: [{ message, source, ...(line === undefined ? {} : { line }) }],
    };
  }
  if (!isRecord(parsed.value)) {
    const message = `Cannot use the attributes: expected an object, found ${describeKind(parsed.value)}`;
    return { attributes: {}, problems: [{ message, source }] };
  }
  return { attributes: parsed.value, problems: [] };
}

/** The attribute `user-data` as bytes, by `user-data-encoding` (compat datasources-clouds.md §3). */
export function readGceUserData(
  attributes: GceAttributes,
  source: string,
): { readonly userData?: Uint8Array; readonly problems: readonly Problem[] } {
  const text = attributes["user-data"];
  const encoding = attributes["user-data-encoding"];
  if (text === undefined || text === null || text === "") {
    return { problems: [] };
  }
  if (typeof text !== "string") {
    const message = `Cannot use user-data: expected text, found ${describeKind(text)}`;
    return { problems: [{ message, source, path: ["user-data"] }] };
  }
  if (encoding === "base64") {
    const userData = decodeBase64(text);
    return userData === undefined
      ? {
          problems: [
            {
              message:
                "Cannot use user-data: expected base64, as user-data-encoding says, found other text",
              source,
              path: ["user-data"],
            },
          ],
        }
      : { userData: new Uint8Array(userData), problems: [] };
  }
  const userData = new TextEncoder().encode(text);
  if (encoding === undefined || encoding === null || encoding === "") {
    return { userData, problems: [] };
  }
  const shown =
    typeof encoding === "string" ? printable(encoding.slice(0, 60)) : describeKind(encoding);
  return {
    userData,
    problems: [
      {
        message: `unknown user-data-encoding: ${shown}, ignoring`,
        source,
        path: ["user-data-encoding"],
        severity: "warning",
      },
    ],
  };
}
