import { describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { derivePublicKey } from "../../../src/distros/posix/ssh-public-key.ts";
import { runTool } from "../../support/run-tool.ts";

const KEYGEN = "/usr/bin/ssh-keygen";

/** A key as OpenSSH packs it, its secret part left empty: only the public part is read. */
function pack(blob: Buffer): string {
  const string = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const none = string(Buffer.from("none"));
  const parts = [
    Buffer.from("openssh-key-v1\0"),
    none,
    none,
    string(Buffer.alloc(0)),
    Buffer.of(0, 0, 0, 1),
    string(blob),
  ];
  const body = Buffer.concat(parts).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe("derivePublicKey", () => {
  test("the public part of OpenSSH's format comes as it is", () => {
    const blob = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIExample", "base64");
    expect(derivePublicKey(pack(blob))).toBe(`ssh-ed25519 ${blob.toString("base64")}`);
  });

  test("PEM keys of Node give blobs that begin with their type", () => {
    const ed = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
    expect(derivePublicKey(String(ed))).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI/u);
    const ec = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
    expect(derivePublicKey(String(ec.export({ type: "sec1", format: "pem" })))).toMatch(
      /^ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ/u,
    );
  });

  // Checked against the tool itself where it is installed; the tests above need nothing.
  test.skipIf(!existsSync(KEYGEN)).each([
    ["ed25519", []],
    ["rsa", ["-b", "2048"]],
    ["rsa", ["-b", "2048", "-m", "PEM"]],
    ["rsa", ["-b", "2048", "-m", "PKCS8"]],
    ["ecdsa", []],
    ["ecdsa", ["-b", "521", "-m", "PEM"]],
  ] as const)("%s with %j is what ssh-keygen says", (type, more) => {
    const folder = mkdtempSync(join(tmpdir(), "ssh-public-key-"));
    try {
      const path = join(folder, "key");
      runTool([KEYGEN, "-q", "-t", type, ...more, "-N", "", "-f", path]);
      const line = readFileSync(`${path}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
      expect(derivePublicKey(readFileSync(path, "utf8"))).toBe(line);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("anything else is a SyntaxError that does not repeat it", () => {
    const begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    const samples = [
      "",
      "hunter2",
      begin,
      `${begin}hunter2hunter2`,
      pack(Buffer.alloc(0)).slice(0, 60),
    ];
    for (const text of samples) {
      expect(() => derivePublicKey(text)).toThrow(SyntaxError);
      expect(() => derivePublicKey(text)).not.toThrow("hunter2");
    }
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = begin + Buffer.from(bytes).toString("base64");
        expect(() => derivePublicKey(text)).toThrow(SyntaxError);
      }),
    );
  });
});
