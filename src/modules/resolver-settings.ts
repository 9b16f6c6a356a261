import { isHostName } from "../instance/hostname.ts";
import { canonicalAddress, parseAddress, parsePrefixLength } from "../network/ip-address.ts";
import { textOf } from "../text/text-of.ts";
import type { ModuleContext } from "./module.ts";

/** `resolv_conf` of the configuration, of the right types. */
export interface ResolverSettings {
  readonly nameservers?: readonly string[];
  readonly searchdomains?: readonly string[];
  readonly domain?: string;
  readonly sortlist?: readonly string[];
  readonly options?: Readonly<Record<string, boolean | number | string>>;
}

/** MAXNS of resolv.h. */
const NAMESERVER_COUNT_MAX = 3;

/**
 * The variables of the template: only settings that are given and can be used; those that cannot are
 * failures. `flags` and `options` come together: options without and with a value.
 */
export function checkResolverSettings(
  ctx: ModuleContext,
  given: ResolverSettings,
): Readonly<Record<string, unknown>> {
  const check = (
    key: keyof ResolverSettings,
    values: readonly string[] | undefined,
    parse: (text: string) => string | undefined,
    expected: string,
  ): readonly string[] =>
    (values ?? []).flatMap((value, index) => {
      const parsed = parse(value.trim());
      if (parsed === undefined) {
        reject(ctx, [key, index], `${JSON.stringify(value)}: expected ${expected}`);
      }
      return parsed === undefined ? [] : [parsed];
    });
  const servers = check("nameservers", given.nameservers, canonicalAddress, "an IP address");
  for (const server of servers.slice(NAMESERVER_COUNT_MAX)) {
    ctx.log.warn(
      `DNS server "${server}" is asked by no resolver: ${NAMESERVER_COUNT_MAX} are the most that they use`,
    );
  }
  const domains = check("searchdomains", given.searchdomains, parseDomain, "a domain name");
  const [domain] = check(
    "domain",
    given.domain === undefined ? [] : [given.domain],
    parseDomain,
    "a domain name",
  );
  const sortlist = check(
    "sortlist",
    given.sortlist,
    parseSortlistItem,
    "an IPv4 address, or one with its mask, such as 192.0.2.0/255.255.255.0",
  );
  const { flags, options } = checkOptions(ctx, given.options ?? {});
  const hasOptions = flags.length + Object.keys(options).length > 0;
  return {
    ...(servers.length === 0 ? {} : { nameservers: servers }),
    ...(domains.length === 0 ? {} : { searchdomains: domains }),
    ...(domain === undefined ? {} : { domain }),
    ...(sortlist.length === 0 ? {} : { sortlist }),
    ...(hasOptions ? { flags, options } : {}),
  };
}

function reject(ctx: ModuleContext, path: readonly (string | number)[], what: string): void {
  const whole = ["resolv_conf", ...path];
  const key = String(path[0] ?? "");
  ctx.fail({ message: `Cannot use ${key} ${what}`, path: whole, ...ctx.locate(whole) });
}

function parseDomain(text: string): string | undefined {
  const name = text.replace(/\.$/u, "");
  return isHostName(name) ? name : undefined;
}

function parseSortlistItem(text: string): string | undefined {
  const [address = "", mask, ...rest] = text.split("/");
  const isMask = mask === undefined || parsePrefixLength(4, mask) !== undefined;
  return parseAddress(address)?.family === 4 && isMask && rest.length === 0 ? text : undefined;
}

function checkOptions(
  ctx: ModuleContext,
  given: NonNullable<ResolverSettings["options"]>,
): { readonly flags: readonly string[]; readonly options: Readonly<Record<string, string>> } {
  const flags: string[] = [];
  const options: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    const text = textOf(value);
    if (!/^[a-z][a-z0-9-]{0,31}$/u.test(key)) {
      reject(ctx, ["options", key], `${JSON.stringify(key)}: expected a word such as "timeout"`);
    } else if (value === true) {
      flags.push(key);
    } else if (value !== false && !/^[A-Za-z0-9._-]{1,64}$/u.test(text)) {
      reject(ctx, ["options", key], `"${key}": expected a number or a word for its value`);
    } else if (value !== false) {
      options[key] = text;
    }
  }
  return { flags, options };
}
