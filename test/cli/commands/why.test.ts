import { beforeAll, describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { createMachine, buildDrive } from "../../support/sample-machine.ts";

const CLOUD = "/opt/freeware/var/lib/cloud";
const USER_DATA = `#cloud-config
write_files:
  - {path: /etc/one, content: x}
  - {path: /etc, content: x}
runcmd: [hostname]
cloud_config_modules: [[runcmd, always], locale, gone-module]
`;

async function why(system: System, args: readonly string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["why", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

/** The value of a row, as "semaphore". */
const row = (text: string, title: string): string =>
  new RegExp(`^  ${title}: +(.*)$`, "mu").exec(text)?.[1] ?? "";

let aix: SimulatedAix;
let semDir: string;
beforeAll(async () => {
  aix = createMachine({ drive: buildDrive({ userData: USER_DATA }) });
  await runBoot(aix);
  await runBoot(aix);
  const id = new TextDecoder().decode(aix.system.fs.readBytes(`${CLOUD}/data/instance-id`)).trim();
  semDir = `${CLOUD}/instances/${id}/sem`;
  aix.system.fs.makeDirectory(`${CLOUD}/sem`);
  aix.system.fs.write(`${CLOUD}/sem/bootper.my_job.once`, "3\t1767323045\n");
  aix.system.fs.makeDirectory("/var/lib/cloud/sem");
  aix.system.fs.write("/var/lib/cloud/sem/bootper.old-job.always", "0\t1767323045\n");
});

describe("a module", () => {
  test("that ran once: when, by which semaphore, and what makes it run again", async () => {
    const { stdout, exitCode } = await why(aix.system, ["users-groups"]);
    expect(exitCode).toBe(0);
    expect(stdout).toStartWith("users_groups did not run at 2026-01-02 03:04:0");
    expect(stdout).toContain(
      "its semaphore was there; it ran at 2026-01-02 03:04:05 UTC in stage init: ok",
    );
    expect(row(stdout, "frequency")).toBe("once-per-instance (the module's own)");
    expect(row(stdout, "listed in")).toBe("cloud_init_modules");
    expect(row(stdout, "semaphore")).toStartWith(
      `${semDir}/config_users_groups, written at 2026-01-02 03:04:05 UTC`,
    );
    expect(row(stdout, "next boot")).toContain(
      '"cloud-init single -n users_groups --frequency always"',
    );
  });

  test("that failed: its reason, the line of its key, its steps", async () => {
    const { stdout } = await why(aix.system, ["write-files"]);
    expect(stdout).toContain(": failed, ");
    expect(row(stdout, "keys")).toBe("write_files (user-data line 2)");
    expect(row(stdout, "steps")).toBe("2");
    expect(stdout).toContain("    file /etc/one (user-data line 3) - ok\n");
    expect(stdout).toMatch(/^ {4}file \/etc .*- failed$/mu);
  });

  test("with a frequency of its list runs at each boot", async () => {
    const { stdout } = await why(aix.system, ["runcmd"]);
    expect(stdout).toStartWith("runcmd ran at ");
    expect(row(stdout, "frequency")).toBe("always (its list)");
    expect(row(stdout, "listed in")).toBe("cloud_config_modules as [runcmd, always]");
    expect(row(stdout, "next boot")).toBe("runs, as at each boot");
  });

  test("without its keys: which ones it needs", async () => {
    const { stdout } = await why(aix.system, ["ca_certs"]);
    expect(stdout).toContain("none of ca_certs, ca-certs is in the configuration");
    expect(row(stdout, "next boot")).toStartWith("does not run: none of ");
  });

  test("that is in no list, or without effect", async () => {
    expect(row((await why(aix.system, ["ntp"])).stdout, "listed in")).toBe("nothing");
    expect((await why(aix.system, ["byobu"])).stdout).toContain("it has no effect");
  });

  test("whose key is in cloud.cfg has its line there", async () => {
    const { stdout } = await why(aix.system, ["update-hostname", "--format", "json"]);
    const [found] = JSON.parse(stdout);
    expect(found).toMatchObject({ kind: "module", name: "update_hostname" });
    expect(found).not.toHaveProperty("semaphore");
    const fs = aix.system.fs;
    fs.write("/opt/freeware/etc/cloud/cloud.cfg.d/50.cfg", "# x\nntp: {servers: [192.0.2.1]}\n");
    const ntp = (await why(aix.system, ["ntp"])).stdout;
    expect(row(ntp, "keys")).toBe("ntp (/opt/freeware/etc/cloud/cloud.cfg.d/50.cfg line 2)");
    fs.remove("/opt/freeware/etc/cloud/cloud.cfg.d/50.cfg");
  });
});

describe("another name", () => {
  test("of cloud-init-per: when it ran and how it ended, in old places too", async () => {
    const { stdout } = await why(aix.system, ["my-job"]);
    expect(stdout).toStartWith(
      "cloud-init-per once my-job ran its command at 2026-01-02 03:04:05 UTC and ended with exit code 3\n",
    );
    expect(row(stdout, "semaphore")).toContain(`${CLOUD}/sem/bootper.my_job.once`);
    expect((await why(aix.system, ["old-job"])).stdout).toContain(
      "/var/lib/cloud/sem/bootper.old-job",
    );
  });

  test("of a file or script is found in the ledger", async () => {
    const { stdout } = await why(aix.system, ["one"]);
    expect(stdout).toStartWith("/etc/one (user-data line 3): ok at ");
    expect(row(stdout, "next boot")).toBe(
      'as module write_files: see "cloud-init why write_files"',
    );
  });

  test("that nothing is known of gets a hint", async () => {
    const done = await why(aix.system, ["user-groups"]);
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain('Nothing is known of "user-groups"');
    expect(done.stderr).toContain('did you mean "users_groups"?');
  });
});

describe("a machine that tells little", () => {
  test("before its first run: says so", async () => {
    const { system } = createScriptedSystem();
    const { stdout, exitCode } = await why(system, ["ssh"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("ssh has not run: the ledger has nothing of it");
    expect(stdout).toContain("note: There is no instance");
  });

  test("with files cut short: uses what is left", async () => {
    const { system } = createScriptedSystem({
      files: {
        "/var/lib/cloud/data/instance-id": "i-1\n",
        "/var/lib/cloud/instances/i-1/ledger.jsonl":
          '{"time":"2026-01-02T03:04:05.000Z","stage":"init","module":"ssh","kind":"module","what":"ssh","outcome":"ok"}\n{"time":"20',
        "/var/lib/cloud/instances/i-1/sem/config_ssh": "garbage",
        "/run/cloud-init/combined-cloud-config.json": '{"cloud',
        "/run/cloud-init/config-lines.json": "[",
      },
    });
    const { stdout } = await why(system, ["ssh"]);
    expect(stdout).toStartWith("ssh ran at 2026-01-02 03:04:05 UTC in stage init: ok\n");
    expect(row(stdout, "semaphore")).toBe("/var/lib/cloud/instances/i-1/sem/config_ssh");
    expect(stdout).toContain("note: Cannot read the merged configuration");
  });
});
