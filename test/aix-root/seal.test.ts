// The built program seals a deployed machine, whose disks then become another instance.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { canUseAixRoot, changeAixMachine, readAixMachine } from "../../scripts/aix-root.ts";
import { MACHINE_FILE } from "../../scripts/aix-root/root-paths.ts";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { MARKS, NEW_ID, NEW_MAC, newDrive, oldDrive } from "../support/seal-scenario.ts";
import { TWO_GROUPS, TWO_GROUPS_MAPPING } from "../support/storage-scenario.ts";

const TIMEOUT_MS = 240_000;
const SHUTDOWN_WITHIN_SECONDS = 30;

const LEFT_OUT = ["proc", "dev", "sim"].map((name) => `--exclude-dir=${name}`);

/** Files of the root that have one of the marks; the drive and the simulator's own notes are no part of the machine's disks. */
function marked(root: AixTestRoot, marks: readonly string[]): readonly string[] {
  const wanted = marks.flatMap((mark) => ["-e", mark]);
  const argv = ["-rlF", "--binary-files=text", ...LEFT_OUT, ...wanted, root.path];
  const { stdout } = spawnSync("grep", argv, { encoding: "utf8" });
  return (
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.slice(root.path.length))
      // Has the addresses of documentation in its help.
      .filter((path) => path !== AGENT)
      .sort()
  );
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("seal in an AIX root", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;

  beforeAll(async () => {
    scenario = createAixScenario({ storage: TWO_GROUPS });
    root = await scenario.image();
    root.write(VOLUME_GROUP_MAPPING_PATH, TWO_GROUPS_MAPPING);
    changeDisc(root, oldDrive());
    await root.boot();
    root.write("/.sh_history", `ssh ${MARKS[1] ?? ""}\n`, 0o600);
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test(
    "check, dry run, seal, check, and nothing of the old instance in the new one",
    async () => {
      const keyFile = "/etc/ssh/ssh_host_ed25519_key";
      root.write(keyFile, `${root.read(keyFile)}MARKED-HOST-KEY\n`, 0o600);
      const nodeId = root.read("/etc/ct_node_id").split("\n")[0] ?? "";
      expect(marked(root, MARKS).length).toBeGreaterThan(10);
      const before = await root.agent("seal", "--check");
      expect(before.exitCode).toBe(1);
      expect(before.stdout).toContain("Remains:\n");
      expect((await root.agent("seal", "--dry-run")).exitCode).toBe(0);
      expect(root.exists("/.sh_history")).toBe(true);

      const sealed = await root.agent("seal");
      expect(sealed.stderr).toBe("");
      expect(sealed.stdout).toContain("Sealed: shut this machine down now");
      expect(sealed.exitCode).toBe(0);
      expect(marked(root, MARKS)).toEqual([]);
      expect(root.read(VOLUME_GROUP_MAPPING_PATH)).toBe(TWO_GROUPS_MAPPING);
      expect(readAixMachine(root.path).routes.length).toBeGreaterThan(0);
      expect((await root.agent("seal", "--check")).exitCode).toBe(0);
      // What the agent leaves behind ends with the session, which therefore waits for it.
      const again = await root.sh(
        `${AGENT} seal --format json --poweroff; n=0; until grep -q '"-F"' ${MACHINE_FILE} || [ $n -ge ${SHUTDOWN_WITHIN_SECONDS} ]; do sleep 1; n=$((n + 1)); done`,
      );
      expect(JSON.parse(again.stdout)).toMatchObject({ status: "sealed", remaining: [] });
      expect(readAixMachine(root.path).shutdown?.argv).toEqual(["/usr/sbin/shutdown", "-F"]);

      changeAixMachine(root.path, (machine) => {
        machine.nvram = {};
        machine.identity.partitionUuid = "99999999-8888-4777-8666-555555555555";
        for (const device of machine.devices) {
          if (device.name === "ent0") {
            device.macAddress = NEW_MAC;
          }
        }
      });
      changeDisc(root, newDrive());
      expect((await root.boot()).exitCode).toBe(0);
      expect((await root.agent("status")).stdout).toContain("done");
      expect(root.read(`${CLOUD_DIR}/data/instance-id`)).toBe(`${NEW_ID}\n`);
      expect(marked(root, [...MARKS, "MARKED-HOST-KEY", nodeId])).toEqual([]);
      const odm = JSON.stringify(readAixMachine(root.path));
      expect(MARKS.filter((mark) => odm.includes(mark))).toEqual([]);
      expect(root.exists(keyFile)).toBe(true);
      expect(root.read("/etc/ct_node_id")).toMatch(/^[0-9a-f]{16}\n/u);
    },
    TIMEOUT_MS,
  );
});
