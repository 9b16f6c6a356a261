import { describe, expect, test } from "bun:test";
import { debug } from "../../src/modules/debug.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";

async function run(
  config: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<ModuleRun & { readonly stdout: string }> {
  const scripted = createScriptedSystem({});
  const { system } = scripted;
  const distro = {
    ...createTestDistro(system),
    hostname: { read: async () => "vm1", ensure: async () => false },
  };
  const instance = {
    launchIndex: 3,
    rawMetadata: { admin_pass: "MARKadmin", random_seed: "MARKseed", uuid: "u-1" },
  };
  const done = await runModule(debug, { config, args, system, distro, instance });
  return { ...done, stdout: scripted.output.stdout };
}

describe("debug", () => {
  test("prints configuration, metadata and machine, each line marked", async () => {
    const { stdout, failures } = await run({
      locale: "en_US",
      log_cfgs: ["x-log"],
      _hidden: "x-hidden",
      final_message: "echo hello",
      runcmd: ["echo one", ["echo", "two"]],
    });
    expect(failures).toEqual([]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .every((line) => line.startsWith("ci-info: ")),
    ).toBeTrue();
    for (const part of [
      "echo hello",
      "runcmd: '(commands: 2)'",
      "u-1",
      "i-test",
      "vm1",
      "debian",
      "en_US",
      "launch_index: 3",
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toMatch(/x-log|x-hidden/u);
  });

  test("shows no secret", async () => {
    const { stdout } = await run({
      password: "MARKpassword",
      runcmd: ["login MARKpassword"],
      users: [{ name: "a", passwd: "MARKhash", plain_text_passwd: "MARKplain" }],
      chpasswd: { list: ["root:MARKlist"], users: [{ name: "b", password: "MARKuser" }] },
      ssh_keys: { rsa_private: "MARKprivate" },
      notes: "-----BEGIN OPENSSH PRIVATE KEY-----\nMARKnote",
      write_files: [{ path: "/x", content: "MARKcontent" }],
      apt: { http_proxy: "http://u:MARKproxy@proxy.example.com:3128/" },
      chef: {
        validation_cert: "MARKchef",
        validation_key: "/etc/chef/v.pem",
        initial_attributes: { db: { pw: "MARKattribute" } },
      },
      ansible: {
        pull: { extra_vars: "db=MARKvars" },
        galaxy: { actions: [["role", "--token", "MARKtoken1", "--api-key=MARKtoken2", "x"]] },
      },
      rh_subscription: { "activation-key": "MARKactivation" },
      landscape: { client: { registration_key: "MARKregistration" } },
      reporting: { fleet: { type: "webhook", consumer_key: "MARKc", token_key: "MARKt" } },
      unknown: { license_key: "/MARKbase64", hmac_key: ["MARKone"], key: 12_345_678_901 },
      bootcmd: ["mysql -pMARKboot"],
      random_seed: { data: "MARKdata" },
    });
    expect(stdout).not.toContain("MARK");
    expect(stdout).not.toContain("12345678901");
    expect(stdout).toContain("bootcmd: '(commands: 1)'");
    expect(stdout).toContain("(11 characters)");
    expect(stdout).toContain("http://***@proxy.example.com:3128/");
  });

  test("shows keys that all may have, and where keys are", async () => {
    const shown = {
      ssh_authorized_keys: ["ssh-ed25519 AAAAauthorized"],
      apt: {
        sources: {
          a: { keyid: "0123ABCD", key: "-----BEGIN PGP PUBLIC KEY BLOCK-----\nAAAApgp" },
        },
      },
      yum_repos: { a: { gpgkey: ["https://example.com/key.asc"], sslclientkey: "/etc/pki/k.pem" } },
      phone: { pub_key: "AAAApub", "my-key": { path: "/inner" } },
    };
    const { stdout } = await run(shown);
    for (const text of [
      "AAAAauthorized",
      "0123ABCD",
      "AAAApgp",
      "https://example.com/key.asc",
      "/etc/pki/k.pem",
      "AAAApub",
      "/inner",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  test("writes to a file for root alone, the argument's before the configuration's", async () => {
    const given = { debug: { output: "/var/log/one.txt" } };
    const one = await run(given);
    expect(one.stdout).toBe("");
    expect(one.system.fs.stat("/var/log/one.txt")?.mode).toBe(0o600);
    expect(readTextIfExists(one.system.fs, "/var/log/one.txt")).toContain("ci-info: ");
    const two = await run(given, ["/var/log/two.txt"]);
    expect(two.system.fs.stat("/var/log/one.txt")).toBeUndefined();
    expect(two.system.fs.stat("/var/log/two.txt")?.mode).toBe(0o600);
  });

  test("verbose false prints nothing; a relative file is refused", async () => {
    expect((await run({ debug: { verbose: "no" } })).stdout).toBe("");
    const { failures, stdout } = await run({ debug: { output: "x.txt" } });
    expect(failures).toEqual([
      'debug.output: expected an absolute path, got "x.txt"; nothing is printed',
    ]);
    expect(stdout).toBe("");
  });

  test("wrong types are reported and do no harm", async () => {
    for (const wrong of [[], "text", 3, { verbose: [], output: {} }]) {
      expect((await run({ debug: wrong })).failures.length).toBeGreaterThan(0);
    }
  });
});
