import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  findStanza,
  findStanzaAttribute,
  parseStanzas,
  removeStanzas,
  setStanzaAttribute,
} from "../../../src/distros/aix/stanza-file.ts";

const TEXT = [
  "* comment with a name:",
  "default:",
  "\tadmin = false",
  "",
  "root:",
  "\tpassword = ",
  "\tlastupdate = 1791571248",
  "* between",
  "\tflags = ADMCHG",
  "",
  "alice:",
  "    password = {ssha512}06$salt$hash=",
  "",
  "usw:",
  '\tshells = "/bin/sh,/bin/ksh"',
  "",
].join("\n");

describe("stanza files", () => {
  test("stanzas have attributes, which may be empty and have = in them", () => {
    const stanzas = parseStanzas(TEXT);
    expect([...stanzas.keys()]).toEqual(["default", "root", "alice", "usw"]);
    expect(Object.fromEntries(stanzas.get("root") ?? [])).toEqual({
      password: "",
      lastupdate: "1791571248",
      flags: "ADMCHG",
    });
    expect(stanzas.get("alice")?.get("password")).toBe("{ssha512}06$salt$hash=");
    expect(stanzas.get("usw")?.get("shells")).toBe("/bin/sh,/bin/ksh");
  });

  test("one attribute is found without the others", () => {
    expect(findStanzaAttribute(TEXT, "root", "flags")).toBe("ADMCHG");
    expect(findStanzaAttribute(TEXT, "root", "password")).toBe("");
    expect(findStanzaAttribute(TEXT, "root", "shell")).toBeUndefined();
    expect(findStanzaAttribute(TEXT, "oot", "flags")).toBeUndefined();
    expect(findStanza(TEXT, "between")).toBeUndefined();
  });

  test("of two stanzas of one name the later attributes hold", () => {
    expect(findStanzaAttribute("a:\n\tx = 1\n\ty = 2\na:\n\tx = 3\n", "a", "x")).toBe("3");
    expect(findStanzaAttribute("a:\n\tx = 1\n\ty = 2\na:\n\tx = 3\n", "a", "y")).toBe("2");
  });

  test("an attribute is replaced, added to its stanza, or gets a stanza", () => {
    const replaced = setStanzaAttribute(TEXT, "root", "flags", "ADMIN");
    expect(replaced).toBe(TEXT.replace("ADMCHG", "ADMIN"));
    const added = setStanzaAttribute(TEXT, "default", "umask", "22");
    expect(added).toBe(TEXT.replace("\tadmin = false\n", "\tadmin = false\n\tumask = 22\n"));
    expect(setStanzaAttribute("a:\n\tx = 1\n", "b", "y", "2")).toBe("a:\n\tx = 1\n\nb:\n\ty = 2\n");
    expect(setStanzaAttribute("", "b", "y", "2")).toBe("b:\n\ty = 2\n");
  });

  test("whatever the text, what is set is found, both ways of reading agree, and a second time changes nothing", () => {
    const word = fc.stringMatching(/^[a-z]{1,3}$/u);
    const line = fc.oneof(
      fc.string({ maxLength: 20 }),
      word.map((name) => `${name}:`),
      fc.tuple(word, word).map(([name, value]) => `\t${name} = ${value}`),
      word.map((text) => `* ${text}:`),
    );
    fc.assert(
      fc.property(fc.array(line), word, word, word, (lines, stanza, attribute, value) => {
        const text = lines.join("\n");
        for (const [name, attributes] of parseStanzas(text)) {
          expect(findStanza(text, name)).toEqual(attributes);
        }
        const set = setStanzaAttribute(text, stanza, attribute, value);
        expect(findStanzaAttribute(set, stanza, attribute)).toBe(value);
        expect(setStanzaAttribute(set, stanza, attribute, value)).toBe(set);
      }),
    );
  });
});

describe("removing stanzas", () => {
  const isOurs = (stanza: ReadonlyMap<string, string>): boolean => stanza.get("type") === "ours";

  test("takes those that match with the empty line behind, and nothing else", () => {
    const text =
      "* head\n\n/a:\n\tdev = /dev/a\n\ttype = ours\n\n* of b\n/b:\n\tdev = /dev/b\n\n/c:\n\ttype = ours\n";
    expect(removeStanzas(text, isOurs)).toBe("* head\n\n* of b\n/b:\n\tdev = /dev/b\n\n");
    expect(removeStanzas(TEXT, isOurs)).toBe(TEXT);
  });

  test("of any text leaves the stanzas that do not match as they were", () => {
    const line = fc.constantFrom("/a:", "/b:", "\ttype = ours", "\tdev = x", "* note", "", "junk");
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        const after = removeStanzas(text, isOurs);
        expect(removeStanzas(text, () => false)).toBe(text);
        for (const note of ["* note", "junk"]) {
          // What stands between attributes goes with its stanza; nothing is ever added.
          expect(after.split(note).length).toBeLessThanOrEqual(text.split(note).length);
        }
        expect(removeStanzas(after, isOurs).length).toBeLessThanOrEqual(after.length);
      }),
    );
  });
});
