import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findSecret } from "../../../src/cli/seal/secret-patterns.ts";

const PIECES = [
  "password ",
  "password   = ",
  "://a:",
  "eyJa",
  "-eyJaaaaa",
  "-eyJaaaaa.eyJaaaaaaaa",
  "eyJaaaaaaaa.",
  "authorization:   basic ",
  "ghp_aaaaaaaa",
  "$6$a",
  "{sha512}06$a",
  "-----BEGIN A A ",
  "a",
];
const JWT = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;

describe("a secret in a line of a log", () => {
  test.each([
    ["-----BEGIN PRIVATE KEY-----", "a private key"],
    ["x -----BEGIN OPENSSH PRIVATE KEY----- y", "a private key"],
    ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "a private key"],
    [`key AKIA${"A1".repeat(8)} used`, "an access key"],
    [`push with ghp_${"a1".repeat(18)}`, "a token"],
    [`got ${JWT}`, "a token (JWT)"],
    [`--token-${JWT}, x-eyJ.${JWT}`, "a token (JWT)"],
    ["Authorization: Bearer abcdefgh12345678", "a token"],
    ["GET https://ann:s3cret@example.com/x", "a password in a URL"],
    [`root:$6$saltsalt$${"a".repeat(40)}:0`, "a password hash"],
    ["\tpassword = {ssha512}06$abcdefgh12345678$xyz", "a password hash"],
    ["login password=Sup3rSecret done", "a password"],
    ['{"admin_token": 1, "token": "abc123def"}', "a token"],
    ["api_key: 0123456789", "a token"],
  ])("%s", (line, kind) => {
    expect(findSecret(line)?.kind).toBe(kind);
  });

  test.each([
    "-----BEGIN PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----",
    "Failed password for root from 192.0.2.9 port 22 ssh2",
    "Accepted password for ann from 192.0.2.9",
    "status installed base-passwd:amd64 3.6.1",
    "password=******** token=<redacted>",
    "password: expired, must be changed",
    "COMMAND=/usr/bin/passwd ann",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0",
    "http://example.com:8080/x@y",
    `heyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`,
    `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}`,
    "",
  ])("is not %j", (line) => {
    expect(findSecret(line)).toBeUndefined();
  });

  test("only a private key is certain", () => {
    expect(findSecret("-----BEGIN RSA PRIVATE KEY-----")?.isCertain).toBe(true);
    expect(findSecret("password=Sup3rSecret")?.isCertain).toBe(false);
  });

  test("a long line of anything takes no long time", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PIECES), (piece) => {
        const started = performance.now();
        findSecret(piece.repeat(1_000_000 / piece.length));
        expect(performance.now() - started).toBeLessThan(2_000);
      }),
      { numRuns: 50 },
    );
  });
});
