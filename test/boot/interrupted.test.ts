import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { runBoot, STAGES } from "../support/boot-scenario.ts";
import { type Death, KilledError, killSystem } from "../support/killed-system.ts";
import { machineState } from "../support/machine-state.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  ledgerOf,
  logLines,
} from "../support/sample-machine.ts";

/** Something of each kind of work that can be cut in half. */
const USER_DATA = `#cloud-config
bootcmd: [ls]
groups: [orders, {admins: [root]}]
users:
  - default
  - name: deploy
    gecos: Deployment
    groups: orders
    sudo: ["ALL=(ALL) NOPASSWD: ALL"]
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0 a@example.com]
  - name: batch
    lock_passwd: true
    primary_group: orders
write_files:
  - {path: /etc/orders/a, content: "a\\n", permissions: "0600"}
  - {path: /etc/motd.local, content: "first\\n"}
  - {path: /etc/motd.local, content: "second\\n", append: true}
  - {path: /etc/environment, content: "ORDERS=1\\n", append: true}
  - {path: /home/deploy/own, content: "own\\n", owner: "deploy:orders", defer: true}
runcmd: [[touch, /tmp/x]]
ssh_deletekeys: true
`;

const SCRIPT = `${CLOUD_DIR}/scripts/per-instance/own.sh`;

function createSubject(): SimulatedAix {
  const aix = createMachine({
    drive: buildDrive({
      userData: USER_DATA,
      metaData: { files: [{ path: "/etc/injected", content_path: "/content/0001" }] },
      files: { "openstack/content/0001": "injected\n" },
    }),
    firstBoot: "captured",
    files: { [SCRIPT]: "#!/usr/bin/ksh\n" },
  });
  aix.system.fs.setAttributes(SCRIPT, { mode: 0o755 });
  return aix;
}

/** Runs the stages until one dies; the number of changes that it came to. */
async function bootUntil(aix: SimulatedAix, death: Death): Promise<number> {
  const { system, changeCount } = killSystem(aix.system, death);
  for (const stage of STAGES) {
    try {
      await runStage(stage, system, { configFiles: [], force: false, debug: false });
    } catch (error) {
      if (!(error instanceof KilledError)) {
        throw error;
      }
    }
  }
  return changeCount();
}

const NEVER = Number.MAX_SAFE_INTEGER;
const undisturbed = createSubject();
const total = await bootUntil(undisturbed, { beforeChange: NEVER, losesUnflushed: false });
undisturbed.reboot();
await runBoot(undisturbed);
const wanted = machineState(undisturbed);

describe("a boot that was cut off at any of its changes", () => {
  test("has enough of them to try", () => {
    expect(total).toBeGreaterThan(60);
  });

  for (const losesUnflushed of [false, true]) {
    const how = losesUnflushed ? "by a power cut" : "by kill -9";

    test(`${how}: the next one ends in the state of an undisturbed one`, async () => {
      // A power cut takes more than a kill does: that one is tried at each change.
      const stride = losesUnflushed ? 1 : 3;
      for (let beforeChange = 0; beforeChange < total; beforeChange += stride) {
        const aix = createSubject();
        await bootUntil(aix, { beforeChange, losesUnflushed });
        aix.reboot();
        const codes = await runBoot(aix);
        expect({ beforeChange, codes, ...machineState(aix) }).toEqual({
          beforeChange,
          codes: CLEAN,
          ...wanted,
        });
        expect(aix.gaps).toEqual([]);
      }
    }, 60_000);
  }

  test("cut off a second time, in the boot that repairs the first, it ends the same", async () => {
    for (let beforeChange = 3; beforeChange < total; beforeChange += 7) {
      const aix = createSubject();
      await bootUntil(aix, { beforeChange, losesUnflushed: true });
      aix.reboot();
      await bootUntil(aix, { beforeChange: beforeChange + 5, losesUnflushed: false });
      aix.reboot();
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect({ beforeChange, ...machineState(aix) }).toEqual({ beforeChange, ...wanted });
    }
  }, 60_000);

  test("the next boot says what was left undone", async () => {
    const aix = createSubject();
    const { system } = killSystem(aix.system, { beforeChange: NEVER, losesUnflushed: false });
    let isDead = false;
    const dying = {
      ...system,
      exec: {
        ...system.exec,
        run: async (...args: Parameters<typeof system.exec.run>) => {
          isDead ||= args[0][0] === "/usr/bin/mkuser";
          if (isDead) {
            throw new KilledError("killed");
          }
          return system.exec.run(...args);
        },
      },
      fs: {
        ...system.fs,
        write: (...args: Parameters<typeof system.fs.write>) => {
          if (isDead) {
            throw new KilledError("killed");
          }
          system.fs.write(...args);
        },
        remove: (path: string) => {
          if (isDead) {
            throw new KilledError("killed");
          }
          system.fs.remove(path);
        },
      },
    };
    for (const stage of STAGES.slice(0, 2)) {
      await runStage(stage, dying, { configFiles: [], force: false, debug: false });
    }
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(logLines(aix)).toContainEqual(
      expect.stringMatching(
        /INFO\]: The last boot was cut off in config_users_groups of stage init, begun at /u,
      ),
    );
    expect(ledgerOf(aix, DRIVE_ID)).toContainEqual(
      expect.objectContaining({ outcome: "interrupted", what: "config_users_groups" }),
    );
  });
});
