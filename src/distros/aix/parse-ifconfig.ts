import {
  canonicalAddress,
  parseAddress,
  parsePrefixLength,
  withoutZone,
} from "../../network/ip-address.ts";

/** An interface that the kernel has. */
export interface KernelInterface {
  readonly name: string;
  readonly isUp: boolean;
  readonly addresses: readonly {
    readonly family: 4 | 6;
    /** Canonical, without zone. */
    readonly address: string;
    /** Undefined where ifconfig leaves the mask out. */
    readonly prefixLength: number | undefined;
  }[];
}

/**
 * Reads `ifconfig -a` of AIX (captured, aix/commands.md §3.4): a line with the flags, then lines
 * with addresses; the mask is hexadecimal and sometimes missing.
 */
export function parseIfconfig(text: string): readonly KernelInterface[] {
  const found: {
    name: string;
    isUp: boolean;
    addresses: KernelInterface["addresses"][number][];
  }[] = [];
  for (const line of text.split("\n")) {
    const [, name, flags] = /^([A-Za-z]+\d+):\s*flags=[^<]*<([^>]*)>/u.exec(line) ?? [];
    if (name !== undefined && flags !== undefined) {
      found.push({ name, isUp: flags.split(",").includes("UP"), addresses: [] });
      continue;
    }
    const address = parseAddressLine(line.trim());
    if (address !== undefined) {
      found.at(-1)?.addresses.push(address);
    }
  }
  return found;
}

function parseAddressLine(line: string): KernelInterface["addresses"][number] | undefined {
  const [keyword, given = "", ...rest] = line.split(/\s+/u);
  if (keyword === "inet") {
    const hex = /^0x([0-9a-f]{8})$/iu.exec(rest[rest.indexOf("netmask") + 1] ?? "")?.[1];
    const mask = hex?.match(/../gu)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
    const address = canonicalAddress(given);
    const prefixLength = parsePrefixLength(4, mask.join("."));
    return address === undefined ? undefined : { family: 4, address, prefixLength };
  }
  if (keyword === "inet6") {
    const [text = "", length = ""] = given.split("/");
    const address = canonicalAddress(withoutZone(text));
    const prefixLength = parsePrefixLength(6, length);
    return address === undefined || parseAddress(address)?.family !== 6
      ? undefined
      : { family: 6, address, prefixLength };
  }
  return undefined;
}
