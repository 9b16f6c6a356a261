import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { derivePublicKey } from "../../../src/distros/posix/ssh-public-key.ts";
import {
  hexFingerprint,
  keyBits,
  opensshFingerprint,
} from "../../../src/distros/posix/key-fingerprint.ts";

const BODY = "AAAAC3NzaC1lZDI1NTE5AAAAIFy2kEJN1v0qE2iAv5yM0J6sQ2l7gGV5Uf2CnFkbq1C3";

test("fingerprints have OpenSSH's forms", () => {
  expect(opensshFingerprint(BODY)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/u);
  expect(hexFingerprint(BODY, "md5")).toMatch(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/u);
  expect(hexFingerprint("", "md5")).toBe("d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e");
});

test("bits are those of the key", () => {
  for (const modulusLength of [1024, 2048, 3072]) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    const [type = "", base64 = ""] = derivePublicKey(pem).split(" ");
    expect(keyBits(type, base64)).toBe(modulusLength);
  }
  expect(keyBits("ssh-ed25519", BODY)).toBe(256);
  expect(keyBits("ecdsa-sha2-nistp521", BODY)).toBe(521);
  expect(keyBits("ssh-rsa", "AAAA")).toBeUndefined();
  expect(keyBits("ssh-future", BODY)).toBeUndefined();
});
