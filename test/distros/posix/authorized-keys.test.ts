import { describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import {
  type AuthorizedKey,
  formatAuthorizedKey,
  mergeAuthorizedKeys,
  parseAuthorizedKey,
} from "../../../src/distros/posix/authorized-keys.ts";

function bodyOf(type: string, rest = "0123456789"): string {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  return Buffer.concat([head, Buffer.from(type), Buffer.from(rest)]).toString("base64");
}

function key(type: string, rest?: string): AuthorizedKey {
  return { options: "", type, base64: bodyOf(type, rest), comment: "" };
}

const RSA = key("ssh-rsa");
const ED = key("ssh-ed25519");

describe("parseAuthorizedKey", () => {
  test.each([
    "ssh-rsa",
    "ssh-dss",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ssh-ed25519@openssh.com",
    "ssh-rsa-cert-v01@openssh.com",
    "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com",
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
  ])("%s is a key", (type) => {
    const line = `${type} AAAAB3Nz me@example.com`;
    expect(parseAuthorizedKey(line)).toEqual({
      options: "",
      type,
      base64: "AAAAB3Nz",
      comment: "me@example.com",
    });
  });

  test("a type that is not known yet is a key where the body says the same", () => {
    const type = "ssh-mldsa44@example.com";
    expect(parseAuthorizedKey(`${type} ${bodyOf(type)}`)).toMatchObject({ type });
    expect(parseAuthorizedKey(`${type} AAAAB3Nz`)).toHaveProperty("refused");
  });

  test("options may have blanks and quotes inside double quotes", () => {
    const options = String.raw`from="192.0.2.0/24,*.example.com",command="echo \"a b\" ssh-rsa AAAA",no-pty`;
    expect(parseAuthorizedKey(`${options}\tssh-ed25519  AAAAC3Nz  two words `)).toEqual({
      options,
      type: "ssh-ed25519",
      base64: "AAAAC3Nz",
      comment: "two words",
    });
  });

  test.each([
    ["", 'it begins with ""'],
    ["hello world", 'it begins with "hello"'],
    ["ssh-rsa", 'it begins with "ssh-rsa"'],
    ["ssh-rsa AAAA...ZZZ", 'it begins with "ssh-rsa"'],
    ['command="never closed ssh-rsa AAAA', "it begins with"],
    ["ssh-rsa AAAA\u0007", "control characters"],
    ["ssh-rsa AAAA\nssh-rsa BBBB", "control characters"],
  ])("%j is refused", (line, reason) => {
    const parsed = parseAuthorizedKey(line);
    expect("refused" in parsed && parsed.refused).toContain(reason);
  });

  test("a line that is longer than any key is refused", () => {
    const parsed = parseAuthorizedKey(`ssh-rsa ${"A".repeat(200_000)}`);
    expect("refused" in parsed && parsed.refused).toContain("characters and a key has at most");
  });

  test("a key of 64 KiB is a key", () => {
    expect(parseAuthorizedKey(`ssh-rsa ${"A".repeat(65_536)} big`)).toMatchObject({
      comment: "big",
    });
  });

  test("any text is a key that prints as it was read, or is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parseAuthorizedKey(text);
        if (!("refused" in parsed)) {
          expect(parseAuthorizedKey(formatAuthorizedKey(parsed))).toEqual(parsed);
        }
      }),
    );
  });
});

describe("mergeAuthorizedKeys", () => {
  test("keys are added at the end, comments and unknown lines stay", () => {
    const old = `# mine\n\nssh-rsa AAAAOTHER other\nnonsense here`;
    expect(mergeAuthorizedKeys(old, [ED])).toBe(`${old}\n${formatAuthorizedKey(ED)}\n`);
  });

  test("the same body replaces the line where it stands and goes elsewhere", () => {
    const old = [
      `no-pty ${RSA.type} ${RSA.base64} old comment`,
      "# between",
      `${RSA.type} ${RSA.base64}`,
      "",
    ].join("\n");
    const wanted = { ...RSA, comment: "new" };
    expect(mergeAuthorizedKeys(old, [wanted])).toBe(`${formatAuthorizedKey(wanted)}\n# between\n`);
  });

  test("of two given keys with one body the first counts", () => {
    const [one, two] = [
      { ...ED, comment: "one" },
      { ...ED, comment: "two" },
    ];
    expect(mergeAuthorizedKeys("", [one, two])).toBe(`${formatAuthorizedKey(one)}\n`);
  });

  test("an empty file with no keys stays empty", () => {
    expect(mergeAuthorizedKeys("", [])).toBe("");
  });

  test("a second merge changes nothing, and no other key is lost", () => {
    const line = fc.oneof(
      fc.string({ maxLength: 20 }).filter((text) => !text.includes("\n")),
      fc.nat(5).map((n) => formatAuthorizedKey(key("ssh-ed25519", `key number ${n}`))),
    );
    const keys = fc.array(fc.nat(5).map((n) => key("ssh-ed25519", `key number ${n}`)));
    fc.assert(
      fc.property(fc.array(line), keys, (lines, wanted) => {
        const old = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
        const once = mergeAuthorizedKeys(old, wanted);
        expect(mergeAuthorizedKeys(once, wanted)).toBe(once);
        for (const { base64 } of wanted) {
          expect(once.split(base64)).toHaveLength(2);
        }
        for (const kept of lines.filter((text) => !wanted.some((k) => text.includes(k.base64)))) {
          expect(once.split("\n")).toContain(kept);
        }
      }),
    );
  });
});
