import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { ExecOptions } from "../../../src/system/system.ts";
import { placePlanModules } from "../../../src/cli/plan/plan-modules.ts";
import { planBlock, planCommand } from "../../support/plan-command.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/external-modules/${name}`, import.meta.url), "utf8");
const CONFIG = `cloud_init_modules: []
cloud_config_modules: [motd, [tunables, always, maxuproc=2048]]
cloud_final_modules: []
`;
const FILES = {
  "/images/cloud.cfg": CONFIG,
  "/images/user-data": "#cloud-config\nmotd: Mind the gap\n",
  "/images/modules/motd": fixture("motd"),
  "/images/modules/motd.schema.json": fixture("motd.schema.json"),
  "/images/modules/tunables": fixture("tunables"),
};
const ARGS = ["--config", "cloud.cfg", "--user-data", "user-data", "--modules", "modules"];

/** `plan` by a developer, with the modules in a directory of the developer's. */
async function plan(args: readonly string[], answer: unknown = "") {
  const given: ExecOptions[] = [];
  const result = await planCommand([...ARGS, ...args], {
    files: FILES,
    modes: { "/images/modules/motd": 0o755, "/images/modules/tunables": 0o755 },
    commands: {
      "/images/modules/motd": (_argv, options) => {
        given.push(options);
        return answer as string;
      },
    },
  });
  return { ...result, given };
}

test("says that modules would run, and runs none of them", async () => {
  const { stdout, exitCode, commands, changes } = await plan([]);
  expect(planBlock(stdout, "motd")).toContain(
    "/opt/freeware/lib/cloud-init/modules/motd by /bin/sh",
  );
  expect(planBlock(stdout, "motd")).toStartWith("  motd  every boot");
  expect(stdout).toContain("not run: it declares plan=yes, --run-modules would run it");
  expect(stdout).toContain("not run: it does not declare plan=yes");
  expect(stdout).not.toContain('"motd" is not a known key');
  expect({ exitCode, commands, changes }).toEqual({ exitCode: 0, commands: [], changes: [] });
});

test("--run-modules runs those that declare plan=yes, and tells it to them", async () => {
  const answer = "would write to /etc/motd: Mind the gap\n";
  const { stdout, exitCode, commands, changes, given } = await plan(["--run-modules"], answer);
  expect(commands).toEqual([["/images/modules/motd"]]);
  expect(given[0]?.env).toMatchObject({ CLOUD_INIT_PLAN: "1" });
  expect(JSON.parse(given[0]?.stdin ?? "")).toMatchObject({
    module: "motd",
    frequency: "always",
    cloud_config: { motd: "Mind the gap" },
  });
  expect(planBlock(stdout, "motd")).toContain("> would write to /etc/motd: Mind the gap");
  expect(stdout).toContain("not run: it does not declare plan=yes");
  expect({ exitCode, changes }).toEqual({ exitCode: 0, changes: [] });
});

test("one that fails in a plan fails it", async () => {
  const { stdout, exitCode } = await plan(["--run-modules"], {
    exitCode: 4,
    stderr: "no room for it\n",
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("failed: exit code 4: no room for it");
  expect(stdout).toContain("\n1 failure:\n");
});

test("--modules that is no directory is a mistake of the command line", async () => {
  const { exitCode, stderr } = await planCommand(["--config", "cloud.cfg", "--modules", "gone"], {
    files: FILES,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('argument --modules: Cannot read "/images/gone": it is no directory');
});

test("this machine's own modules keep their owner and mode, and an unsafe one is never run", async () => {
  const directory = "/opt/freeware/lib/cloud-init/modules";
  const { system, commands } = createScriptedSystem({
    files: { [`${directory}/motd`]: fixture("motd") },
  });
  system.fs.setAttributes(`${directory}/motd`, { mode: 0o777, owner: "5:6" });
  const target = createScriptedSystem({ commands: { [`${directory}/motd`]: "" } });
  const { machine } = placePlanModules(
    system,
    {
      system: target.system,
      title: "",
      adapters: [],
      gaps: [],
      simulates: () => false,
      hostName: () => "",
      standardError: () => "",
    },
    directory,
    { directory, isInstalled: false, isRun: true },
  );
  expect(machine.system.fs.stat(`${directory}/motd`)).toMatchObject({
    mode: 0o777,
    uid: 5,
    gid: 6,
  });
  await machine.system.exec.run([`${directory}/motd`], { owner: "user" });
  expect(commands).toEqual([]);
});
