import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { moduleForProcess } from "../support/module-for-process.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { runTool } from "../support/run-tool.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const HTTP = moduleForProcess("src/system/host-http.ts");

/** Asks a server and prints the answer; in a process of its own, since a runtime reads its authorities once. */
const CLIENT = `import fs from "node:fs";
import { createHostHttp } from ${JSON.stringify(HTTP)};
const [url, identity] = process.argv.slice(2);
const read = (name) => new Uint8Array(fs.readFileSync(identity + name));
const clientCertificate = identity && { certificate: read(".pem"), key: read(".key") };
createHostHttp().request({ method: "GET", url, effect: "query", timeoutMs: 5000, ...(identity ? { clientCertificate } : {}) })
  .then(({ body }) => console.log(new TextDecoder().decode(body)), (error) => console.log("refused: " + error.message));`;

const SERVER = `const https = require("node:https"), fs = require("node:fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name);
const options = { key: read("server.key"), cert: read("server.pem"), ca: read("ca.pem"), requestCert: true, rejectUnauthorized: true };
const server = https.createServer(options, (request, response) => response.end("hello"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;

describe.skipIf(requireOrSkip(hasOpenssl ? undefined : '"openssl" cannot be run'))("TLS", () => {
  let directory = "";
  let server: ChildProcess;
  let origin = "";

  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "tls-"));
    makeCertificates(directory);
    fs.writeFileSync(path.join(directory, "client.mjs"), CLIENT);
    fs.writeFileSync(path.join(directory, "server.cjs"), SERVER);
    server = spawn(process.execPath, [path.join(directory, "server.cjs"), directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise((resolve) => {
      server.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
    origin = `https://localhost:${String(port)}/`;
  });

  afterAll(() => {
    server.kill();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  function ask(trusted: boolean, identity = "", variable = "NODE_EXTRA_CA_CERTS"): string {
    const argv = [path.join(directory, "client.mjs"), origin, identity];
    const env = trusted ? { [variable]: path.join(directory, "ca.pem") } : {};
    const { stdout } = spawnSync(process.execPath, argv, {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
    return stdout.trim();
  }

  test("a client certificate is shown to a server that asks for one", () => {
    expect(ask(true, path.join(directory, "client"))).toBe("hello");
  });

  test("a server that asks for one gets nothing without", () => {
    expect(ask(true)).toStartWith("refused: ");
  });

  test("the bundle of the system counts, not what the runtime brings", () => {
    expect(ask(true, path.join(directory, "client"), "SSL_CERT_FILE")).toBe("hello");
  });

  test("a server that nobody vouches for is not believed", () => {
    expect(ask(false, path.join(directory, "client"))).toStartWith("refused: ");
  });
});

function makeCertificates(cwd: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const openssl = (...args: readonly string[]): string => runTool(["openssl", ...args], { cwd });
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test-ca");
  fs.writeFileSync(path.join(cwd, "names"), "subjectAltName=DNS:localhost\n");
  for (const name of ["server", "client"]) {
    const [request, certificate] = [`${name}.csr`, `${name}.pem`];
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", request, "-subj", `/CN=${name}`);
    const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    openssl("x509", "-req", "-in", request, ...signer, "-out", certificate);
  }
}
