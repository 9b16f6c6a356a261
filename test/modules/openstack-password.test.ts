import { expect, test } from "bun:test";
import { constants, createPublicKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { setPasswords } from "../../src/modules/set-passwords.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";

const PAIR = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** As authorized_keys has it (RFC 4253 §6.6). */
function rsaLine(): string {
  const { n = "", e = "" } = createPublicKey(
    PAIR.publicKey.export({ type: "spki", format: "pem" }),
  ).export({ format: "jwk" });
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(n, "base64url")]);
  const fields = [Buffer.from("ssh-rsa"), Buffer.from(e, "base64url"), modulus];
  return `ssh-rsa ${Buffer.concat(fields.map(field)).toString("base64")} ops@example.com`;
}

async function run(options: {
  readonly status?: number;
  readonly publicKeys?: readonly string[];
  readonly datasource?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}): Promise<
  ModuleRun & { readonly posted: readonly HttpRequest[]; readonly set: readonly string[] }
> {
  const { status = 200, publicKeys = ["ssh-ed25519 AAAA x", rsaLine()] } = options;
  const { datasource = "OpenStack", settings = { post_password: true } } = options;
  const posted: HttpRequest[] = [];
  const set: string[] = [];
  const scripted = createScriptedSystem({
    platform: "aix",
    http(request) {
      posted.push(request);
      return { status, headers: {}, body: new Uint8Array() };
    },
  });
  const base = createTestDistro(scripted.system);
  const done = await runModule(setPasswords, {
    config: {
      chpasswd: {
        users: [
          { name: "bob", type: "RANDOM" },
          { name: "root", type: "RANDOM" },
        ],
      },
      datasource: { OpenStack: settings },
    },
    system: scripted.system,
    systemInfo: { default_user: { name: "root" } },
    instance: { datasource, publicKeys },
    distro: {
      ...base,
      users: {
        ...base.users,
        find: async (name) => ({ name, uid: 1, home: "/" }),
        setPassword: async (name, password) => {
          set.push(`${name}:${password}`);
        },
      },
    },
  });
  return { ...done, output: scripted.output, posted, set };
}

function decrypt(body: string | undefined): string {
  // Raw, since some runtimes refuse to undo PKCS #1 v1.5.
  const key = { key: PAIR.privateKey, padding: constants.RSA_NO_PADDING };
  const padded = privateDecrypt(key, Buffer.from(body ?? "", "base64"));
  return padded.subarray(padded.indexOf(0, 2) + 1).toString();
}

test("the default user's password goes to nova, readable with the instance's private key only", async () => {
  const { posted, set, log } = await run({});
  expect(posted.map(({ method, url, effect }) => [method, url, effect])).toEqual([
    ["POST", "http://169.254.169.254/openstack/2013-04-04/password", "change"],
  ]);
  expect(`root:${decrypt(posted[0]?.body)}`).toBe(set[1] ?? "");
  for (const line of set) {
    expect(log.join("\n")).not.toContain(line.slice(line.indexOf(":") + 1));
  }
});

test("it goes to the address that is configured", async () => {
  const settings = { post_password: true, metadata_urls: ["192.0.2.5:8775/"] };
  const { posted } = await run({ settings });
  expect(posted[0]?.url).toBe("http://192.0.2.5:8775/openstack/2013-04-04/password");
});

test("it is kept here without the wish for it, and on another cloud's instance", async () => {
  expect((await run({ settings: {} })).posted).toEqual([]);
  expect((await run({ datasource: "ConfigDrive" })).posted).toEqual([]);
});

test("without a key that can be used a warning says so", async () => {
  for (const publicKeys of [[], ["ssh-ed25519 AAAA"], ["ssh-rsa AAAAB3NzaC1yc2EAAAAB"]]) {
    const { posted, log } = await run({ publicKeys });
    expect(posted).toEqual([]);
    expect(log.join("\n")).toContain("Cannot post the password");
  }
});

test("a service that has one already is fine, another answer is a warning", async () => {
  expect((await run({ status: 409 })).log.join("\n")).toContain("has one already");
  expect((await run({ status: 500 })).log.join("\n")).toMatch(
    /^WARN\w* Failed to post the password to http:\S+: the answer is 500$/mu,
  );
});
