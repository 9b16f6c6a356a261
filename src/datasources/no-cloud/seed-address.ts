import { urlWithoutSecrets } from "../../system/http-error.ts";
import { printable } from "../../text/printable.ts";
import { describeKind } from "../../text/describe-kind.ts";
import type { DatasourceContext } from "../datasource.ts";

/** Where `seedfrom` leads. */
export type SeedAddress =
  | { readonly kind: "path" | "url"; readonly base: string; readonly shown: string }
  | { readonly kind: "unusable"; readonly reason: string };

/**
 * What `seedfrom` says: a path, file://, http:// or https:// (compat datasources-clouds.md §11.1),
 * with `__dmi.KEYWORD__` replaced by what the firmware says, percent-encoded.
 */
export async function readSeedAddress(
  ctx: DatasourceContext,
  value: unknown,
): Promise<SeedAddress> {
  if (typeof value !== "string" || value === "") {
    const found = value === "" ? "empty text" : describeKind(value);
    return { kind: "unusable", reason: `Cannot use "seedfrom": ${EXPECTED}, found ${found}` };
  }
  const text = await replaceFirmwareWords(ctx, value);
  const shown = printable(urlWithoutSecrets(text));
  // An address loses line ends where it is read, and is another one than what was shown.
  if (shown !== urlWithoutSecrets(text) || /[\t\p{Zl}\p{Zp}]/u.test(text)) {
    return {
      kind: "unusable",
      reason: `Cannot use "seedfrom": ${EXPECTED} without control characters, found "${shown}"`,
    };
  }
  if (/^https?:\/\/[^/]/iu.test(text)) {
    return { kind: "url", base: text, shown };
  }
  const path = text.replace(/^file:\/\/(?=\/)/iu, "");
  if (path.startsWith("/")) {
    return { kind: "path", base: path, shown };
  }
  return { kind: "unusable", reason: `Cannot use "seedfrom": ${EXPECTED}, found "${shown}"` };
}

/** The address of one file: `%s` stands for its name, else it is below the base. */
export function seedFileAddress(base: string, name: string): string {
  if (base.includes("%s")) {
    return base.replaceAll("%s", name);
  }
  return base.endsWith("/") || base.includes("?") ? `${base}${name}` : `${base}/${name}`;
}

const EXPECTED = "expected a path, or an address with file://, http:// or https://";

async function replaceFirmwareWords(ctx: DatasourceContext, text: string): Promise<string> {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(/__dmi\.([^_\s]+)__/gu)) {
    const [word, keyword = ""] = match;
    const value = await ctx.distro.readFirmware?.(keyword);
    if (value === undefined) {
      ctx.log.warn(`Cannot replace "${word}" in "seedfrom": the firmware has no such word`);
    }
    const replacement = value === undefined ? word : encodeURIComponent(value);
    parts.push(text.slice(end, match.index), replacement);
    end = match.index + word.length;
  }
  return `${parts.join("")}${text.slice(end)}`;
}
