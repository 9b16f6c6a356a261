import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { STAGES } from "../support/boot-scenario.ts";
import { type DiskFault, failDisk } from "../support/failing-disk.ts";
import { buildDrive, CLOUD_DIR, createMachine, detachDrive } from "../support/sample-machine.ts";

const USER_DATA = `#cloud-config
users: [default, {name: deploy, ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0 a]}]
write_files: [{path: /etc/orders/a, content: a}]
bootcmd: [ls]
runcmd: [ls]
`;

interface Outcome {
  readonly aix: SimulatedAix;
  /** Sum of the exit codes. */
  readonly errorCount: number;
  readonly failures: readonly string[];
  readonly changeCount: number;
}

async function bootOn(fault: DiskFault, aix = createSubject()): Promise<Outcome> {
  const { system, failures, changeCount } = failDisk(aix.system, fault);
  let errorCount = 0;
  for (const stage of STAGES) {
    errorCount += await runStage(stage, system, { configFiles: [], force: false, debug: false });
  }
  return { aix, errorCount, failures, changeCount: changeCount() };
}

function createSubject(): SimulatedAix {
  return createMachine({ drive: buildDrive({ userData: USER_DATA }) });
}

function isReachable(aix: SimulatedAix): boolean {
  const { interfaces, routes } = aix.machine;
  return (
    interfaces.some(({ addresses }) => addresses.some(({ address }) => address === "192.0.2.20")) &&
    routes.some(({ gateway }) => gateway === "192.0.2.1")
  );
}

/** Nothing that the agent writes to make a later command faster is worth an error. */
const MAY_FAIL_QUIETLY =
  /^make directory \/run\/cloud-init$|\/run\/cloud-init\/(?:config-|combined-cloud-config|stage\.lock)|\/parsed-yaml\.json$/u;

describe("a disc that refuses one change", () => {
  test("ends no stage early, is told of, is counted, and the machine can be reached", async () => {
    const { changeCount } = await bootOn({ code: "ENOSPC", fails: () => false });
    expect(changeCount).toBeGreaterThan(40);
    for (let index = 0; index < changeCount; index += 1) {
      const outcome = await bootOn({ code: "ENOSPC", fails: (_path, at) => at === index });
      const { aix, errorCount, failures } = outcome;
      const isQuiet = failures.every((failure) => MAY_FAIL_QUIETLY.test(failure));
      const said = `${aix.output.stderr}\n${readLog(aix)}`;
      expect({
        index,
        failures,
        // syslog_fix_perms is a warning, as it was.
        isCounted: errorCount > 0 || isQuiet || /^set .*cloud-init\.log$/u.test(failures[0] ?? ""),
        isSaid: isQuiet || said.includes("no space is left on the device"),
        isReachable: isReachable(aix),
        hasEndedEarly: said.includes("ended early"),
        gaps: aix.gaps,
      }).toEqual({
        index,
        failures,
        isCounted: true,
        isSaid: true,
        isReachable: true,
        hasEndedEarly: false,
        gaps: [],
      });
    }
  }, 30_000);
});

describe("a disc that is full from some moment on", () => {
  test("ends no stage early, and the machine can be reached", async () => {
    const { changeCount } = await bootOn({ code: "ENOSPC", fails: () => false });
    for (let index = 0; index < changeCount; index += 3) {
      const { aix, errorCount } = await bootOn({
        code: "ENOSPC",
        fails: (_path, at) => at >= index,
      });
      expect({ index, isReachable: isReachable(aix) }).toEqual({ index, isReachable: true });
      expect(errorCount).toBeGreaterThan(0);
      expect(aix.output.stderr).not.toContain("ended early");
    }
  }, 30_000);

  test.each(["ENOSPC", "EROFS", "EIO"] as const)(
    "cloud_dir refuses everything (%s): network, name, users and files are done all the same",
    async (code) => {
      const { aix, errorCount } = await bootOn({
        code,
        fails: (path) => path.startsWith(CLOUD_DIR),
      });
      expect(isReachable(aix)).toBe(true);
      expect(aix.machine.hostname).toBe("vm1");
      expect(aix.system.fs.stat("/home/deploy/.ssh/authorized_keys")).toBeDefined();
      expect(aix.system.fs.stat("/etc/orders/a")).toBeDefined();
      expect(errorCount).toBeGreaterThan(3);
    },
  );

  test("logs that cannot be written are said on standard error and counted", async () => {
    const { aix, errorCount } = await bootOn({
      code: "EROFS",
      fails: (path) => path.startsWith("/var/log/"),
    });
    expect(aix.output.stderr).toContain('Cannot write the log "/var/log/cloud-init.log"');
    expect(errorCount).toBeGreaterThan(0);
    expect(aix.machine.hostname).toBe("vm1");
  });

  test("a full /run costs time and nothing else", async () => {
    const { aix } = await bootOn({
      code: "ENOSPC",
      fails: (path) => path.startsWith("/run/"),
    });
    expect(aix.machine.hostname).toBe("vm1");
    expect(aix.system.fs.stat("/etc/orders/a")).toBeDefined();
    expect(aix.system.fs.stat(`${CLOUD_DIR}/instance/scripts/runcmd`)).toBeDefined();
  });

  test("a later boot with space again is clean, from the drive or without it", async () => {
    const { aix } = await bootOn({ code: "ENOSPC", fails: (path) => path.startsWith(CLOUD_DIR) });
    aix.reboot();
    expect((await bootOn({ code: "EIO", fails: () => false }, aix)).errorCount).toBe(0);
    detachDrive(aix);
    aix.reboot();
    expect((await bootOn({ code: "EIO", fails: () => false }, aix)).errorCount).toBe(0);
  });
});

function readLog(aix: SimulatedAix): string {
  const bytes = aix.system.fs.readBytesIfExists("/var/log/cloud-init.log");
  return new TextDecoder().decode(bytes);
}
