// What counts as a key line, against OpenSSH's own reader where that is installed.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { parseAuthorizedKey } from "../../../src/distros/posix/authorized-keys.ts";
import { opensshFingerprint } from "../../../src/distros/posix/key-fingerprint.ts";

const KEYGEN = "/usr/bin/ssh-keygen";

/** A public key of Ed25519 is any 32 bytes (RFC 8709 §4). */
const body = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => {
  const type = Buffer.from("ssh-ed25519");
  const lengths = [Buffer.alloc(4), Buffer.alloc(4)] as const;
  lengths[0].writeUInt32BE(type.length);
  lengths[1].writeUInt32BE(bytes.length);
  return Buffer.concat([lengths[0], type, lengths[1], bytes]).toString("base64");
});
const option = fc.oneof(
  fc.constantFrom("no-pty", "cert-authority", 'from="192.0.2.0/24,*.example.com"', "restrict"),
  fc
    .array(fc.constantFrom("a", " ", "\t", "#", ",", '\\"', "\\", "ssh-rsb AAAA "), {
      maxLength: 8,
    })
    .map((parts) => `command="${parts.join("")}"`),
  // Not closed, or a quote in the middle: what follows is no key then.
  fc.constantFrom('command="echo', 'a"b c"d', '"'),
);
const line = fc
  .record({
    before: fc.constantFrom("", "", " ", "\t", "# "),
    options: fc.array(option, { maxLength: 2 }),
    body,
    type: fc.constantFrom("ssh-ed25519", "ssh-ed25519", "ssh-ed25519", "ssh-rsb"),
    gap: fc.constantFrom(" ", "\t", "  "),
    comment: fc.constantFrom("", " a@example.com", ' with "quotes" and # sign', " ssh-rsb AAAA"),
  })
  .map((parts) => {
    const options = parts.options.length === 0 ? "" : `${parts.options.join(",")} `;
    return `${parts.before}${options}${parts.type}${parts.gap}${parts.body}${parts.comment}`;
  });

function readByOpenssh(lines: readonly string[]): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "authorized-keys-"));
  try {
    const path = join(directory, "authorized_keys");
    writeFileSync(path, `${lines.join("\n")}\n`);
    const { stdout } = spawnSync(KEYGEN, ["-l", "-f", path], { encoding: "utf8" });
    return [...stdout.matchAll(/SHA256:\S+/gu)].map(([fingerprint]) => fingerprint);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function readByUs(lines: readonly string[]): readonly string[] {
  return lines.flatMap((text) => {
    const key = /^\s*(?:#|$)/u.test(text) ? undefined : parseAuthorizedKey(text);
    return key === undefined || "refused" in key ? [] : [opensshFingerprint(key.base64)];
  });
}

test.skipIf(!existsSync(KEYGEN))("the same lines are keys for ssh-keygen and for us", () => {
  let keyCount = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (lines) => {
      const fingerprints = readByOpenssh(lines);
      keyCount += fingerprints.length;
      expect(readByUs(lines)).toEqual(fingerprints);
    }),
    { numRuns: 40 },
  );
  expect(keyCount).toBeGreaterThan(40);
});
