import { describe, expect, test } from "bun:test";
import { phoneHome } from "../../src/modules/phone-home.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { type ModuleRun, runModule } from "../support/module-context.ts";

interface Given {
  readonly statuses?: readonly (number | string)[];
  readonly args?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

const FILES = {
  "/etc/ssh/ssh_host_rsa_key.pub": "ssh-rsa AAAAB3 root@vm1\n",
  "/etc/ssh/ssh_host_ecdsa_key.pub": "ecdsa-sha2-nistp256 AAAAE2 root@vm1\n",
  "/etc/ssh/ssh_host_ed25519_key.pub": "ssh-ed25519 AAAAC3 root@vm1\n",
};

async function run(
  phone_home: unknown,
  { statuses = [200], args = [], files = FILES }: Given = {},
): Promise<ModuleRun & { readonly requests: readonly HttpRequest[] }> {
  const requests: HttpRequest[] = [];
  const done = await runModule(phoneHome, {
    config: { phone_home, hostname: "vm1", fqdn: "vm1.example.com" },
    args,
    entryName: "phone-home",
    machine: {
      files,
      http: (request) => {
        const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 200;
        requests.push(request);
        if (typeof status === "string") {
          throw new HttpError(request.method, request.url, status);
        }
        return { status, headers: {}, body: new Uint8Array() };
      },
    },
  });
  return { ...done, requests };
}

const formOf = (request: HttpRequest | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(request?.body ?? ""));

describe("the message", () => {
  test("has everything by default, as a form, to the address with the instance-id", async () => {
    const { requests, failures } = await run({ url: "https://example.com/$INSTANCE_ID/x" });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: "POST",
      effect: "change",
      url: "https://example.com/i-test/x",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(formOf(requests[0])).toEqual({
      pub_key_rsa: "ssh-rsa AAAAB3 root@vm1\n",
      pub_key_ecdsa: "ecdsa-sha2-nistp256 AAAAE2 root@vm1\n",
      pub_key_ed25519: "ssh-ed25519 AAAAC3 root@vm1\n",
      instance_id: "i-test",
      hostname: "vm1",
      fqdn: "vm1.example.com",
    });
    expect(failures).toEqual([]);
  });

  test("has what was asked for, and N/A with a warning for what is not there", async () => {
    const post = ["instance_id", "pub_key_dsa", "serial"];
    const { requests, log, failures } = await run({ url: "http://example.com/", post });
    expect(formOf(requests[0])).toEqual({
      instance_id: "i-test",
      pub_key_dsa: "N/A",
      serial: "N/A",
    });
    expect(log).toContain(
      "WARNING Requested key pub_key_dsa from 'post' configuration list not available",
    );
    expect(failures).toEqual([]);
  });
});

describe("a server that does not answer well", () => {
  test("is tried again, three seconds apart", async () => {
    const { requests, system, log } = await run(
      { url: "http://example.com/", tries: 5 },
      { statuses: [500, "Connection refused", 204] },
    );
    expect(requests).toHaveLength(3);
    expect(system.clock.uptimeSeconds()).toBe(48);
    expect(log.filter((line) => line.startsWith("WARNING"))).toEqual([]);
  });

  test("is a warning in the end, without what may be secret in the address, and no failure", async () => {
    const { requests, log, failures } = await run(
      { url: "http://me:Secret-1@example.com/?token=Secret-2", tries: 4 },
      { statuses: [503] },
    );
    expect(requests).toHaveLength(4);
    expect(failures).toEqual([]);
    expect(log.at(-1)).toBe(
      "WARNING Failed to post phone home data to http://example.com/?… in 4 tries: the server answers with status 503",
    );
    expect(log.join("\n")).not.toContain("Secret");
  });

  test("holds the boot for five minutes at most", async () => {
    const { system, log } = await run(
      { url: "http://example.com/", tries: 1000 },
      { statuses: ["timed out"] },
    );
    expect(system.clock.uptimeSeconds()).toBeLessThanOrEqual(42 + 300);
    expect(log.at(-1)).toMatch(/in 1\d\d tries: timed out$/u);
  });
});

describe("what is wrong is said, and nothing is sent", () => {
  const cases: readonly [unknown, string][] = [
    ["http://example.com/", "Invalid phone_home: expected a mapping"],
    [{}, "no 'url' found"],
    [{ url: 5 }, "no 'url' found"],
    [{ url: "ftp://example.com/" }, "expected an address with http:// or https://"],
    [{ url: "http://[::1/" }, "expected an address with http:// or https://"],
    [{ url: "http://example.com/$BLAH" }, 'the address has "$BLAH"; only $INSTANCE_ID is known'],
  ];
  for (const [written, message] of cases) {
    test(JSON.stringify(written), async () => {
      const { requests, failures } = await run(written);
      expect(requests).toEqual([]);
      expect(failures).toHaveLength(1);
      expect(failures[0]).toContain(message);
    });
  }
});

test("what is wrong beside the address does not stop the message", async () => {
  const { requests, failures, log } = await run({
    url: "http://example.com/",
    post: ["hostname", 7],
    tries: "many",
  });
  expect(formOf(requests[0])).toEqual({ hostname: "vm1" });
  expect(failures).toHaveLength(1);
  expect(log.join("\n")).toContain("phone_home.tries: expected a number from 1 to 1000");
});

test("an argument names a file with the settings", async () => {
  const files = { "/etc/ph.yaml": "phone_home: {url: 'http://example.com/f', post: [hostname]}\n" };
  const { requests } = await run(undefined, { args: ["/etc/ph.yaml"], files });
  expect(requests[0]?.url).toBe("http://example.com/f");
  const missing = await run(undefined, { args: ["/etc/none"] });
  expect(missing.failures[0]).toContain('"/etc/none": there is no such file');
  const broken = await run(undefined, { args: ["/b"], files: { "/b": "a: [" } });
  expect(broken.failures).toHaveLength(1);
});

test("without the key nothing is done", async () => {
  const { requests, log } = await run(undefined);
  expect(requests).toEqual([]);
  expect(log).toEqual([
    "DEBUG Skipping module named phone-home, no 'phone_home' key in configuration",
  ]);
});
