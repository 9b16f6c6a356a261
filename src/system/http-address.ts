/** An http or https address, taken apart. */
export interface HttpAddress {
  /** Without the zone, which URL (WHATWG) has no word for. */
  readonly url: URL;
  /** Of an IPv6 literal (RFC 6874): "eth0" of "http://[fe80::1%25eth0]/". */
  readonly zone?: string;
}

const ZONE_PATTERN = /^(https?:\/\/(?:[^/@]*@)?\[[0-9a-f:.]+)%(?:25)?([\w.~-]{1,32})(\].*)$/isu;

/** Undefined where `text` is no address with http:// or https://. */
export function parseHttpAddress(text: string): HttpAddress | undefined {
  const [, before, zone, after] = ZONE_PATTERN.exec(text) ?? [];
  try {
    const url = new URL(zone === undefined ? text : `${before ?? ""}${after ?? ""}`);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      return undefined;
    }
    return zone === undefined ? { url } : { url, zone };
  } catch {
    return undefined;
  }
}

/** As `parseHttpAddress` reads it. */
export function formatHttpAddress({ url, zone }: HttpAddress): string {
  return zone === undefined ? url.href : url.href.replace("]", `%25${zone}]`);
}

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 §2.5.6). */
export function isLinkLocal(hostname: string): boolean {
  return hostname.startsWith("169.254.") || /^\[fe[89ab]/iu.test(hostname);
}
