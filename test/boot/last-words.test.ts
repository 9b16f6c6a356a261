// What a machine says and tells others at the end of a boot: phone_home, keys on the console,
// fingerprints; and its resolver. First boot, later boot, a new deploy.
import { describe, expect, test } from "bun:test";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import { buildDrive, createMachine, messagesAt, textAt } from "../support/sample-machine.ts";

const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFp3q0l2mYwq2Z3sQ0v1k6n8xGQ4b0qkQ1mZ7c1u2d3e admin@example.com";
const USER_DATA = `#cloud-config
users: [{name: root, ssh_authorized_keys: ['${KEY}']}]
phone_home: {url: 'https://example.com/$INSTANCE_ID', post: [instance_id, hostname, pub_key_rsa], tries: 2}
manage_resolv_conf: true
resolv_conf: {nameservers: [192.0.2.54], searchdomains: [example.org]}
cloud_config_modules: [resolv-conf]
`;

function deploy(answer: (request: HttpRequest) => number) {
  const bodies: string[] = [];
  const aix = createMachine({
    drive: buildDrive({ userData: USER_DATA }),
    http(request) {
      const status = answer(request);
      bodies.push(`${request.url} ${request.body ?? ""}`);
      return { status, headers: {}, body: new Uint8Array() };
    },
  });
  return { aix, bodies };
}

describe("a server that is told of the machine", () => {
  test("hears of each instance once", async () => {
    const { aix, bodies } = deploy(() => 200);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toStartWith("https://example.com/0a1b2c3d-0000-4000-8000-000000000001 ");
    const form = new URLSearchParams(bodies[0]?.split(" ").slice(1).join(" "));
    expect(form.get("hostname")).toBe("vm1");
    expect(form.get("pub_key_rsa")).toStartWith("ssh-rsa ");
    await runBoot(aix);
    expect(bodies).toHaveLength(1);
    const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
    aix.media.set("cd0", buildDrive({ userData: USER_DATA, metaData }));
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(bodies.map((body) => body.split(" ", 1)[0])).toEqual([
      "https://example.com/0a1b2c3d-0000-4000-8000-000000000001",
      "https://example.com/0a1b2c3d-0000-4000-8000-000000000002",
    ]);
  });

  test("that is not there costs a warning", async () => {
    const { aix } = deploy(({ method, url }) => {
      throw new HttpError(method, url, "connection refused");
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain("example.com");
  });
});

describe("the console and the resolver", () => {
  test("show host keys and the fingerprints of who may log in; the resolver is the wished one", async () => {
    const { aix } = deploy(() => 200);
    await runBoot(aix);
    const said = `${aix.output.stdout}${aix.output.stderr}${aix.output.console}`;
    expect(said).toContain("-----BEGIN SSH HOST KEY KEYS-----");
    expect(said).toContain("Authorized keys from");
    expect(textAt(aix, "/etc/resolv.conf")).toContain("nameserver 192.0.2.54");
    expect(textAt(aix, "/etc/resolv.conf")).toContain("example.org");
  });
});
