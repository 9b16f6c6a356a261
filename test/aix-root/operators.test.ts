// The commands that people ask a deployed machine with, through the built program in an AIX root.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  CLOUD_DIR,
  createAixScenario,
  SAMPLE_UUID,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;
/** Exit code of `status` where all has ended with warnings. */
const DEGRADED = 2;
const DATA = `${CLOUD_DIR}/data`;

describe.skipIf(requireOrSkip(canUseAixRoot()))("operators on AIX", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.deployed();
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  const answerWith = async (code: number, ...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await root.agent(...args);
    expect([stderr, exitCode]).toEqual(["", code]);
    return stdout;
  };
  const answer = (...args: readonly string[]): Promise<string> => answerWith(0, ...args);

  test("status, of a boot with one warning: there is no sudo on the machine", async () => {
    expect(await answerWith(DEGRADED, "status")).toBe("status: done\n");
    const lines = (await answerWith(DEGRADED, "status", "--long")).split("\n");
    expect(
      lines.map((line) =>
        line.replace(/^(last_update: |\t- User "deploy" has sudo rules).*/u, "$1"),
      ),
    ).toEqual([
      "status: done",
      "extended_status: degraded done",
      "boot_status_code: enabled-by-sysvinit",
      "last_update: ",
      "detail: DataSourceConfigDriveNet [net,ver=2][source=cd0]",
      "errors: []",
      "recoverable_errors:",
      "WARNING:",
      '\t- User "deploy" has sudo rules',
      "",
    ]);
    const json = JSON.parse(await answerWith(DEGRADED, "status", "--wait", "--format=json"));
    expect(json).toMatchObject({ status: "done", datasource: "configdrivenet", errors: [] });
    const ageMs = Date.now() - Date.parse(json.last_update);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    expect(ageMs).toBeLessThan(TIMEOUT_MS);
    expect(await answerWith(DEGRADED, "status", "--failed")).toContain(
      "Nothing failed in the last boot",
    );
  });

  test("query, cloud-id and features", async () => {
    expect(await answer("query", "v1.local_hostname")).toBe("aixdemo1\n");
    expect(await answer("query", "--format", "{{ instance_id }} {{ v1.distro }}")).toBe(
      `${SAMPLE_UUID} aix\n`,
    );
    expect((await answer("query", "--list-keys")).split("\n")).toContain("userdata");
    expect(await answer("query", "userdata")).toStartWith("#cloud-config\n");
    expect(JSON.parse(await answer("query", "--all"))).toHaveProperty(
      "ds.meta_data.uuid",
      SAMPLE_UUID,
    );
    const unknown = await root.agent("query", "nope");
    expect(unknown).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: "ERROR: Undefined instance-data key 'nope'\n",
    });
    expect(await answer("cloud-id")).toBe("configdrive\n");
    expect(await answer("features")).toContain("NETWORK_CONFIG_V2\n");
  });

  test("why", async () => {
    expect(await answer("why", "users-groups")).toContain("users_groups");
    expect(await answer("why", "runcmd")).toContain(SAMPLE_UUID);
    expect((await root.agent("why", "no-such-thing")).exitCode).not.toBe(0);
  });

  test("analyze", async () => {
    const shown = await answer("analyze", "show");
    expect(shown).toContain("Starting stage: init-network\n");
    expect(shown).toEndWith("\n1 boot records analyzed\n");
    expect(await answer("analyze", "blame")).toContain("(init-network/config-users_groups)\n");
    const events = JSON.parse(await answer("analyze", "dump"));
    expect(events[0]).toMatchObject({ name: "init-local", event_type: "start" });
    expect(await answer("analyze", "plot")).toMatch(/<svg [^]*<\/svg>\n$/u);
  });

  test("single --report tells the handlers, single does not", async () => {
    root.write(
      "/opt/freeware/etc/cloud/cloud.cfg.d/99_report.cfg",
      "reporting: {shown: {type: print}}\noutput: {all: '>> /var/log/cloud-init-output.log'}\n",
    );
    const before = root.read("/var/log/cloud-init-output.log").length;
    const added = (): string => root.read("/var/log/cloud-init-output.log").slice(before);
    await root.agent("single", "-n", "set_hostname");
    expect(added()).not.toContain("start: single/");
    await root.agent("single", "-n", "set_hostname", "--report");
    expect(added()).toContain("start: single/set_hostname: running single module set_hostname\n");
    expect(added()).toContain("config-set_hostname previously ran");
  });

  test("collect-logs packs what support asks for, for root's eyes only", async () => {
    const done = await root.agent("collect-logs", "--tarfile", "/tmp/logs.tar.gz");
    expect(done.exitCode).toBe(0);
    expect(done.stderr).toStartWith("Wrote /tmp/logs.tar.gz\nWARNING: ");
    const file = `${root.path}/tmp/logs.tar.gz`;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const tar = (...args: readonly string[]): string =>
      spawnSync("tar", args, { input: readFileSync(file), encoding: "utf8" }).stdout;
    const names = tar("-tzf", "-").split("\n");
    const day = new Date().toISOString().slice(0, 10);
    const top = `cloud-init-logs-${day}`;
    for (const name of ["cloud-init.log", "lsattr-inet0.txt", "oslevel-s.txt", "manifest.txt"]) {
      expect(names).toContain(`${top}/${name}`);
    }
    expect(tar("-xOzf", "-", `${top}/lsattr-en0.txt`)).toContain("netaddr");
    expect(names.join("\n")).not.toContain("user-data");
    expect(root.list("/tmp").filter((name) => name.includes("logs"))).toEqual(["logs.tar.gz"]);
  });

  test("status reads what the Python agent wrote, and what is cut short", async () => {
    const python = scenario.copy(root);
    const whole = python.read(`${DATA}/status.json`);
    const stage = { errors: [], start: 1_414_000_000.12, end: null, finished: 1_414_000_003.4 };
    python.write(
      `${DATA}/status.json`,
      JSON.stringify({
        v1: {
          datasource: "DataSourceConfigDriveNet [net,ver=2][source=/dev/cd0]",
          stage: null,
          init: stage,
          "init-local": { ...stage, errors: ["it broke"] },
          "modules-config": { errors: [], start: null, end: null },
          "modules-final": { errors: [], start: null, end: null },
        },
      }),
    );
    const old = await python.agent("status", "--long");
    expect(old.exitCode).toBe(1);
    expect(old.stdout).toContain("last_update: Wed, 22 Oct 2014 17:46:43 +0000\n");
    expect(old.stdout).toContain("errors:\n\t- it broke\n");
    python.write(`${DATA}/status.json`, whole.slice(0, whole.length / 2));
    const cut = await python.agent("status");
    expect(cut.stdout).toBe("status: done\n");
    expect(cut.stderr).toContain("it is cut short, or no file of cloud-init\n");
    python.remove();
  });

  test(
    "status --wait sleeps until the end comes, or a signal",
    async () => {
      const running = scenario.copy(root);
      const result = running.read(`${DATA}/result.json`);
      await running.sh(`rm ${DATA}/result.json`);
      const ended = await running.sh(
        `${AGENT} status --wait > /tmp/out & pid=$!; sleep 2; kill -TERM $pid; wait $pid; print code $?`,
      );
      expect(ended.stdout).toContain("code 1\n");
      expect(running.read("/tmp/out")).toMatch(/^\.{3,10}$/u);
      expect(ended.stderr).toContain("received SIGTERM, exiting...\n");
      const waited = await running.sh(
        `(sleep 1; print '${result.replaceAll("\n", " ")}' > ${DATA}/result.json) & ${AGENT} status --wait`,
      );
      expect(waited.stdout).toMatch(/^\.+status: done\n$/u);
      running.remove();
    },
    TIMEOUT_MS,
  );
});
