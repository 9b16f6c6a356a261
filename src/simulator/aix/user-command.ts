import { type CommandOutcome, failed } from "./command.ts";
import type { RefusedValue } from "./accounts.ts";

/** "attribute=value" words, or the word that is none. */
export function parseAttributeWords(
  words: readonly string[],
): ReadonlyMap<string, string> | string {
  const attributes = new Map<string, string>();
  for (const word of words) {
    const match = /^([A-Za-z_]\w*)=(.*)$/su.exec(word);
    if (match === null) {
      return word;
    }
    attributes.set(match[1] ?? "", match[2] ?? "");
  }
  return attributes;
}

/** 3004-687: no such user. */
export function noSuchUser(name: string): CommandOutcome {
  return failed(2, `3004-687 User "${name}" does not exist.`);
}

/** No such group. */
export function noSuchGroup(name: string): CommandOutcome {
  return failed(2, `3004-686 Group "${name}" does not exist.`);
}

/** 3004-692: a value that the attribute cannot have, or an attribute that does not exist. */
export function invalidValue({ attribute, value }: RefusedValue): CommandOutcome {
  return failed(22, `3004-692 Error changing "${attribute}" to "${value}" : Value is invalid.`);
}

/** A name that exists already. */
export function alreadyExists(kind: "User" | "Group", name: string): CommandOutcome {
  return failed(17, `3004-689 ${kind} "${name}" exists.`);
}

/** A name that AIX does not take. */
export function badName(name: string): CommandOutcome {
  return failed(22, `3004-694 Error adding "${name}" : Name is invalid.`);
}
