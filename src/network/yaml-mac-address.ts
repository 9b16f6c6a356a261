import { setMacAddress } from "./draft-interface.ts";
import { givenAt, type Path } from "./given.ts";
import type { InterfaceDraft, NetworkDraft } from "./network-draft.ts";

/**
 * The adapter's hardware address from YAML. Without quotes `11:22:33:44:55:06` is a number of base
 * 60 there (YAML 1.1, type int): its digits are the pairs that were written.
 */
export function setYamlMacAddress(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  value: unknown,
  path: Path,
): void {
  const given = givenAt(typeof value === "number" ? fromBase60(value) : value, path);
  if (given.text !== "") {
    setMacAddress(draft, iface, given);
  }
}

function fromBase60(value: number): string | number {
  if (!Number.isSafeInteger(value) || value < 60 ** 5 || value >= 100 * 60 ** 5) {
    return value;
  }
  const pairs: string[] = [];
  let rest = value;
  for (let index = 0; index < 5; index += 1) {
    pairs.unshift(String(rest % 60).padStart(2, "0"));
    rest = Math.floor(rest / 60);
  }
  return [String(rest).padStart(2, "0"), ...pairs].join(":");
}
