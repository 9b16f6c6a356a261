import { parseHttpAddress } from "../../system/http-address.ts";
import { urlWithoutSecrets } from "../../system/http-error.ts";
import { describeKind } from "../../text/describe-kind.ts";
import type { DatasourceContext } from "../datasource.ts";

/**
 * `metadata_urls`, a list of addresses or one: those of `config`, without final slashes and with
 * http:// where no scheme is given, else `fallback` (compat datasources.md §1.3).
 */
export function readMetadataUrls(
  name: string,
  { config, log }: Pick<DatasourceContext, "config" | "log">,
  fallback: readonly string[],
): readonly string[] {
  const given = config["metadata_urls"];
  if (given === undefined || given === null) {
    return fallback;
  }
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const urls: string[] = [];
  for (const item of list) {
    const url = typeof item === "string" ? normalizeUrl(item) : undefined;
    if (url === undefined) {
      const found =
        typeof item === "string" ? JSON.stringify(urlWithoutSecrets(item)) : describeKind(item);
      log.warn(
        `Cannot use an entry of "datasource.${name}.metadata_urls": expected an address such as http://192.0.2.1, found ${found}`,
      );
    } else if (!urls.includes(url)) {
      urls.push(url);
    }
  }
  if (urls.length === 0) {
    log.warn("Empty metadata url list! using default list");
    return fallback;
  }
  return urls;
}

/** Whether `metadata_urls` names an address at all: what names none says nothing of where to ask. */
export function hasMetadataUrl(given: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.some((item) => typeof item === "string" && normalizeUrl(item) !== undefined);
}

/** Undefined where it is no http address. */
export function normalizeUrl(text: string): string | undefined {
  const url = (/^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`).trim();
  return parseHttpAddress(url) === undefined ? undefined : url.replace(/\/+$/u, "");
}
