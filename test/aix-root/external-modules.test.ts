// External modules in sh and ksh, run by the built program in whole boots of an AIX root.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const MODULES = "/opt/freeware/lib/cloud-init/modules";
const CONFIG = "/opt/freeware/etc/cloud/cloud.cfg.d/90_modules.cfg";
const INSTANCE = `${CLOUD_DIR}/instance`;
const TIMEOUT_MS = 120_000;
const MODULE_NAMES = ["motd", "motd.schema.json", "tunables"];

describe.skipIf(requireOrSkip(canUseAixRoot()))("external modules on AIX", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.image();
    for (const name of MODULE_NAMES) {
      const fixture = new URL(`../fixtures/external-modules/${name}`, import.meta.url);
      root.write(`${MODULES}/${name}`, fs.readFileSync(fixture), 0o755);
    }
    root.write(
      CONFIG,
      "cloud_config_modules: [motd, [tunables, instance, maxuproc=2048, ncargs=256], my-app, open]\n",
    );
    root.write(`${MODULES}/open`, "#!/bin/sh\necho ran > /var/open\n", 0o757);
    root.write(
      "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_my_app.py",
      "def handle(name, cfg, cloud, log, args):\n    pass\n",
    );
    changeDisc(root, sampleDrive("#cloud-config\nmotd: Authorised users only\n"));
    await root.boot();
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  const log = (): string => root.read("/var/log/cloud-init.log");

  test("do their work at the first boot", () => {
    expect(root.read("/etc/motd")).toBe("Authorised users only\n");
    expect(root.read("/var/tmp/tunables")).toBe("maxuproc 2048\nncargs 256\n");
    expect(log()).toContain("motd[INFO]: wrote /etc/motd");
    expect(log()).toContain("tunables[INFO]: 2 tunables set");
    expect(log()).not.toContain("not a known key");
    expect(root.list(`${INSTANCE}/sem`)).toContain("config_tunables");
  });

  test("that cannot be trusted, or are Python's, are errors that do not stop the others", () => {
    const { v1 } = JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)) as {
      v1: { errors: readonly string[] };
    };
    expect(v1.errors.join("\n")).toContain(
      `Cannot run the module "${MODULES}/open": everybody may write to it (mode 0757)`,
    );
    expect(v1.errors.join("\n")).toContain("cc_my_app.py");
    expect(v1.errors).toHaveLength(2);
    expect(root.exists("/var/open")).toBe(false);
  });

  test(
    "run again at the next boot as their frequency says",
    async () => {
      root.write("/etc/motd", "gone\n");
      await root.boot();
      expect(root.read("/etc/motd")).toBe("Authorised users only\n");
      expect(root.read("/var/tmp/tunables")).toBe("maxuproc 2048\nncargs 256\n");
    },
    TIMEOUT_MS,
  );

  test(
    "run by hand with single: once for the instance, or always",
    async () => {
      const single = (...args: readonly string[]) =>
        root.agent("single", "-n", "tunables", ...args);
      expect((await single("x=1")).exitCode).toBe(0);
      expect(root.read("/var/tmp/tunables")).not.toContain("x 1");
      expect((await single("--frequency", "always", "x=1")).exitCode).toBe(0);
      expect(root.read("/var/tmp/tunables")).toEndWith("x 1\n");
      expect((await root.agent("single", "-n", "open")).exitCode).toBe(1);
    },
    TIMEOUT_MS,
  );

  test(
    "show in schema and plan, where they change nothing",
    async () => {
      root.write("/tmp/good", "#cloud-config\nmotd: a\n");
      root.write("/tmp/bad", "#cloud-config\nmotd: [a]\n");
      expect((await root.agent("schema", "-c", "/tmp/good")).exitCode).toBe(0);
      const bad = await root.agent("schema", "-c", "/tmp/bad");
      expect(bad.exitCode).toBe(1);
      expect(bad.stdout + bad.stderr).toContain("motd: must be string");
      root.write("/etc/motd", "mine\n");
      const plan = await root.sh(
        `cat /opt/freeware/etc/cloud/cloud.cfg ${CONFIG} > /tmp/cloud.cfg
${AGENT} plan --config /tmp/cloud.cfg --user-data /tmp/good --run-modules`,
      );
      expect(plan.stdout).toContain("> would write to /etc/motd: a");
      expect(plan.stdout).toContain("not run: it does not declare plan=yes");
      expect(root.read("/etc/motd")).toBe("mine\n");
    },
    TIMEOUT_MS,
  );
});
