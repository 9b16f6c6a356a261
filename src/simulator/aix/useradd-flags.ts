import type { Flags } from "./flags.ts";

const ATTRIBUTE_OF_FLAG: Readonly<Record<string, string>> = {
  c: "gecos",
  d: "home",
  e: "expires",
  g: "pgrp",
  G: "groups",
  s: "shell",
  u: "id",
};

/** The attributes of mkuser that the flags of useradd and usermod stand for. */
export function attributesOfUserFlags(flags: Flags): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [letter, attribute] of Object.entries(ATTRIBUTE_OF_FLAG)) {
    const value = flags.value(letter);
    if (value !== undefined) {
      attributes.set(attribute, value);
    }
  }
  return attributes;
}
