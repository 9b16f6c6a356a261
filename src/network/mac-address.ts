/**
 * An Ethernet address in the form that configurations here have ("fa:16:3e:00:00:01"), from any of
 * its spellings: colons or hyphens, 12 bare digits (lscfg), dots without zero padding (AIX's
 * netstat), three groups of four. Undefined for other text, and for the null, broadcast and
 * multicast addresses, which no adapter has.
 */
export function parseMacAddress(text: string): string | undefined {
  const octets = splitOctets(text.trim().toLowerCase());
  if (octets === undefined) {
    return undefined;
  }
  const isMulticast = (Number.parseInt(octets[0] ?? "", 16) & 1) === 1;
  return isMulticast || octets.every((octet) => octet === "00") ? undefined : octets.join(":");
}

function splitOctets(text: string): readonly string[] | undefined {
  if (/^[0-9a-f]{12}$/u.test(text)) {
    return text.match(/../gu) ?? undefined;
  }
  if (/^[0-9a-f]{4}([.:-])[0-9a-f]{4}\1[0-9a-f]{4}$/u.test(text)) {
    return text.replace(/[.:-]/gu, "").match(/../gu) ?? undefined;
  }
  if (/^[0-9a-f]{1,2}([.:-])(?:[0-9a-f]{1,2}\1){4}[0-9a-f]{1,2}$/u.test(text)) {
    return text.split(/[.:-]/u).map((octet) => octet.padStart(2, "0"));
  }
  return undefined;
}
