import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readTrustBundle } from "../../src/system/host-ca-bundle.ts";

const SAVED = { ...process.env };
let directory = "";

function certificate(name: string): string {
  return `# ${name}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;
}

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ca-bundle-"));
  for (const name of ["one", "two", "own", "extra"]) {
    fs.writeFileSync(path.join(directory, name), certificate(name));
  }
  fs.writeFileSync(path.join(directory, "empty"), "");
});
afterEach(() => {
  for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
    if (SAVED[name] === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = SAVED[name];
    }
  }
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

function read(...names: readonly string[]): string | undefined {
  const bytes = readTrustBundle(names.map((name) => path.join(directory, name)));
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

test("the first bundle that has certificates in it counts", () => {
  delete process.env["SSL_CERT_FILE"];
  delete process.env["NODE_EXTRA_CA_CERTS"];
  expect(read("missing", "empty", "two", "one")).toBe(certificate("two"));
});

test("where the system has none, the runtime's count", () => {
  delete process.env["SSL_CERT_FILE"];
  expect(read("missing", "empty")).toBeUndefined();
});

test("SSL_CERT_FILE comes first, and NODE_EXTRA_CA_CERTS is added", () => {
  process.env["SSL_CERT_FILE"] = path.join(directory, "own");
  process.env["NODE_EXTRA_CA_CERTS"] = path.join(directory, "extra");
  expect(read("one")).toBe(`${certificate("own")}\n${certificate("extra")}`);
});
