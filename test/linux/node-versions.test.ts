// Whole first boots in a private copy of this machine: by the binary, and by the bundle on each
// Node.js. The stages' caller has files open, as a careless rc script may, and user code leaves a
// daemon behind that keeps what it was given.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { findSandboxObstacle, type LinuxSandbox } from "../../scripts/linux-sandbox.ts";
import { createLinuxMachine, hostFingerprint, seedDrive } from "../support/linux-machine.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { nodesToTest } from "../support/runtimes.ts";

const BUNDLE = "/usr/bin/cloud-init.cjs";
const NODE = "/usr/bin/node.tested";
/** Which of its shell's descriptors lead to the caller's file. */
const LOOK = "ls -l /proc/self/fd | sed -n /lock/p | wc -l";
const USER_DATA = `#cloud-config
write_files: [{path: /etc/grüße, content: "grüß \u{1f427}\\n"}]
bootcmd: ["${LOOK} >/run/t/bootcmd"]
runcmd:
  - sleep 600 & echo $! >/run/t/daemon
  - ls -l /proc/$(cat /run/t/daemon)/fd >/run/t/daemon-has
  - ${LOOK} >/run/t/runcmd
  - [echo, told]
`;
const STAGES = ["init --local", "init", "modules --mode config", "modules --mode final"];

describe.skipIf(requireOrSkip(findSandboxObstacle()))("a first boot", () => {
  let before = "";
  beforeAll(() => {
    before = hostFingerprint();
  });
  afterAll(() => {
    expect(hostFingerprint()).toBe(before);
  });

  describe.each([["the binary", undefined] as const, ...nodesToTest()])("on %s", (_name, node) => {
    const agent = node === undefined ? "/usr/bin/cloud-init" : `${NODE} ${BUNDLE}`;
    let machine: LinuxSandbox;
    let report: Record<string, string> = {};

    beforeAll(async () => {
      const programs =
        node === undefined ? {} : { [NODE]: node, [BUNDLE]: builtArtefacts().bundle };
      machine = await createLinuxMachine({ programs });
      seedDrive(machine, USER_DATA);
      const script = [
        "mkdir -p /run/t",
        "exec 9>/run/t/lock 40>/run/t/lock 200>/run/t/lock",
        `${LOOK} >/run/t/caller`,
        ...STAGES.map(
          (stage) => `${agent} ${stage} >>/run/t/out 2>&1; echo -n "$? " >>/run/t/codes`,
        ),
        "kill -0 $(cat /run/t/daemon) && echo -n lives >/run/t/daemon-state",
        "printf '#cloud-config\\nhostname: [a]\\n' >/run/t/wrong",
        `${agent} schema -c /dev/fd/41 41</run/t/wrong >/run/t/schema 2>&1`,
        `cd /run/t; for file in *; do echo "== $file"; cat "$file"; echo; done`,
      ].join("\n");
      const { stdout, exitCode } = machine.boot(["/bin/bash", "-c", script]);
      const parts = stdout.split(/^== /mu).map((part) => part.trim().split("\n"));
      report = Object.fromEntries(parts.map(([name = "", ...lines]) => [name, lines.join("\n")]));
      expect(exitCode).toBe(0);
    }, 180_000);
    afterAll(() => machine.close());

    test("all four stages do their work", () => {
      expect(report["codes"]?.trim()).toBe("0 0 0 0");
      expect(readFileSync(`${machine.root}/etc/grüße`, "utf8")).toBe("grüß \u{1f427}\n");
      expect(readFileSync(`${machine.root}/var/log/cloud-init-output.log`, "utf8")).toContain(
        "told\n",
      );
    });

    test("user code gets none of the caller's files, a daemon neither, and it holds up no stage", () => {
      expect(report["caller"]?.trim()).toBe("3");
      expect(report["bootcmd"]?.trim()).toBe("0");
      expect(report["runcmd"]?.trim()).toBe("0");
      expect(report["daemon-has"]).toContain(" 0 -> ");
      expect(report["daemon-has"]).not.toContain("lock");
      expect(report["daemon-state"]).toBe("lives");
    });

    test("a file that an argument names by its descriptor is read", () => {
      expect(report["schema"]).toMatch(/^Error: .*hostname/msu);
    });
  });
});
