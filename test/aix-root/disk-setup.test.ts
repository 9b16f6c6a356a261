// A new data disk through the built program, in an AIX root.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  canUseAixRoot,
  clearAixCalls,
  readAixCalls,
  readAixMachine,
} from "../../scripts/aix-root.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  CLOUD_DIR,
  createAixScenario,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;
const USER_DATA = `#cloud-config
disk_setup:
  hdisk1: {volume_group: datavg, pp_size: 64M}
  hdisk2: {volume_group: asmvg}
fs_setup:
  - {device: /dev/datalv, size: 1G, volume_group: datavg, mount_point: /data}
`;

describe.skipIf(requireOrSkip(canUseAixRoot()))("a new data disk of a real boot", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;
  const changes = (): readonly string[] =>
    readAixCalls(root.path)
      .map(({ argv }) => argv.join(" ").replace(/^\/usr\/sbin\//u, ""))
      .filter((line) => /^(?:mkvg|extendvg|mklv|crfs|rmlv|mount \/data)/u.test(line));

  beforeAll(async () => {
    scenario = createAixScenario({
      storage: {
        disks: [
          { name: "hdisk1", sizeMb: 8_192 },
          { name: "hdisk2", foreignData: "ORCLDISK" },
        ],
      },
      files: { "/dev/cd0": sampleDrive(USER_DATA) },
    });
    root = await scenario.image();
    clearAixCalls(root.path);
    await root.boot();
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  test("becomes a mounted file system, and a disk with foreign data is left alone", async () => {
    expect(changes()).toEqual([
      "mkvg -S -s 64 -y datavg hdisk1",
      "mklv -y datalv -t jfs2 datavg 16",
      "crfs -v jfs2 -d datalv -m /data -A yes -p rw -t no -a logname=INLINE",
      "mount /data",
    ]);
    const { errors } = JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)).v1;
    expect(errors).toEqual([expect.stringContaining("it holds data (byte 4096 is the first)")]);
    expect((await root.sh("mount")).stdout).toMatch(/\/dev\/datalv +\/data +jfs2/u);
  });

  test(
    "a second run by hand changes nothing",
    async () => {
      const before = JSON.stringify(readAixMachine(root.path).storage);
      clearAixCalls(root.path);
      await root.sh(`${AGENT} single --name disk_setup --frequency always`);
      expect(changes()).toEqual([]);
      expect(JSON.stringify(readAixMachine(root.path).storage)).toBe(before);
    },
    TIMEOUT_MS,
  );
});
