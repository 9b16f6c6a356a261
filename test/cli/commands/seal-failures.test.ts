import type { Exec } from "../../../src/system/system.ts";
import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../../src/distros/aix/volume-group-mapping.ts";
import type { System } from "../../../src/system/system.ts";
import { failDisk } from "../../support/failing-disk.ts";
import { findMarked } from "../../support/marked-files.ts";
import { CLOUD_DIR, textAt } from "../../support/sample-machine.ts";
import { deployed, MARKS, seal } from "../../support/seal-scenario.ts";

const has = (aix: { readonly system: System }, path: string): boolean =>
  aix.system.fs.stat(path) !== undefined;

describe("seal goes on after what fails", () => {
  test("a disk that is full: old files are intact, removals are made, what remains is told", async () => {
    const aix = await deployed({ files: { "/etc/resolv.conf": "nameserver 203.0.113.1\n" } });
    const hosts = textAt(aix, "/etc/hosts");
    const { system } = failDisk(aix.system, {
      code: "ENOSPC",
      fails: (path) => /^\/etc\/(?:hosts|resolv)|pvid_to_vg/u.test(path),
    });
    const { stdout, exitCode } = await seal(system, "--poweroff");
    expect(exitCode).toBe(1);
    expect(aix.machine.shutdown).toBeUndefined();
    expect(stdout).toContain(`volume-groups: Write ${VOLUME_GROUP_MAPPING_PATH}: datavg`);
    expect(stdout).toMatch(/ENOSPC|no space/iu);
    expect(textAt(aix, "/etc/hosts")).toBe(hosts);
    // Who mends /etc/hosts later has to know the names.
    expect(stdout).toContain("instance-data: left out\n");
    expect(has(aix, `${CLOUD_DIR}/data`)).toBe(true);
    expect(has(aix, "/.sh_history")).toBe(false);
    expect((await seal(aix.system)).exitCode).toBe(0);
    expect(findMarked(aix.system.fs, MARKS)).toEqual([]);
  });

  test("IBM's activation engine keeps the machine from being ready, with or without its driver", async () => {
    for (const [path, text] of [
      ["/opt/ibm/ae/AE.sh", "#!/bin/sh\n"],
      ["/var/adm/sw/simulated", "rpm activation-engine-common 2.2\n"],
    ] as const) {
      const aix = await deployed();
      aix.system.fs.write(path, text);
      const { stdout, exitCode } = await seal(aix.system, "--poweroff");
      expect(exitCode).toBe(1);
      expect(stdout).toContain("other-agents: IBM's activation engine is installed: there is ");
      expect(textAt(aix, path)).toBe(text);
      expect(aix.machine.shutdown).toBeUndefined();
    }
  });

  test("a shutdown that is refused is told, with exit code 1", async () => {
    const aix = await deployed();
    const { exec } = aix.system;
    const refusing: Exec = {
      ...exec,
      async run(argv, options) {
        if (argv[0] !== "/usr/sbin/shutdown") {
          return exec.run(argv, options);
        }
        // As a command whose end is not waited for would have it: only who watches hears of it.
        if (options?.detached === undefined) {
          return { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 0 };
        }
        throw new Error("shutdown ended with exit code 1: rc.shutdown failed");
      },
    };
    const done = await seal({ ...aix.system, exec: refusing }, "--poweroff");
    expect(done.exitCode).toBe(1);
    expect(done.stdout).toContain("Sealed");
    expect(done.stderr).toBe(
      "Cannot shut this machine down, which is sealed: shutdown ended with exit code 1: rc.shutdown failed\n",
    );
  });

  test("whichever change fails, no file is cut short, and the next seal does what was left", async () => {
    const whole = await deployed();
    const mark = whole.changes.length;
    await seal(whole.system);
    const count = whole.changes.slice(mark).filter(({ kind }) => kind !== "command").length;
    expect(count).toBeGreaterThan(15);
    for (let failing = 0; failing < count; failing += 1) {
      const aix = await deployed();
      const { system, failures } = failDisk(aix.system, {
        code: "ENOSPC",
        fails: (_path, index) => index === failing,
      });
      const { stdout, exitCode } = await seal(system);
      expect(failures).toHaveLength(1);
      expect(exitCode).toBe(1);
      expect(stdout).toContain("Not ready to be captured: ");
      expect(textAt(aix, "/etc/hosts")).toContain("localhost");
      expect((await seal(aix.system)).exitCode).toBe(0);
      expect(findMarked(aix.system.fs, MARKS)).toEqual([]);
    }
  }, 60_000);

  test("a chdev that takes the route out of the kernel too: it is put back at once", async () => {
    const aix = await deployed();
    const { exec } = aix.system;
    const before = structuredClone(aix.machine.routes);
    const system: System = {
      ...aix.system,
      exec: {
        ...exec,
        run: (argv, options) =>
          exec.run(
            argv.some((word) => word.startsWith("delroute="))
              ? argv.filter((word) => word !== "-P")
              : argv,
            options,
          ),
      },
    };
    expect((await seal(system)).exitCode).toBe(0);
    expect(aix.commands.map((argv) => argv.join(" "))).toContain(
      "/usr/sbin/route add default 192.0.2.1",
    );
    const destinations = (routes: typeof before): readonly string[] =>
      routes.map(({ destination, gateway }) => `${destination} ${gateway}`).sort();
    expect(destinations(aix.machine.routes)).toEqual(destinations(before));
  });

  test("a chdev that does nothing: the route that is still there is told", async () => {
    const aix = await deployed();
    const { exec } = aix.system;
    const nothing = { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 1 };
    const system: System = {
      ...aix.system,
      exec: {
        ...exec,
        run: (argv, options) =>
          argv[0] === "/usr/sbin/chdev" ? Promise.resolve(nothing) : exec.run(argv, options),
      },
    };
    const { stdout, exitCode } = await seal(system);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("routes: failed\n");
    expect(stdout).toContain("Cannot remove the route: inet0 still has route");
  });

  test("commands that are missing: each is told, the rest is done", async () => {
    const aix = await deployed();
    const gone = new Set(["/usr/sbin/lspv", "/usr/sbin/lsattr"]);
    const { exec } = aix.system;
    const missing = { exitCode: 127, stdout: "", stderr: "", timedOut: false, durationMs: 1 };
    const system: System = {
      ...aix.system,
      exec: {
        ...exec,
        async query(argv, options) {
          if (!gone.has(argv[0] ?? "")) {
            return exec.query(argv, options);
          }
          if (options?.okExitCodes === "any") {
            return missing;
          }
          throw new Error(`Command "${argv.join(" ")}" is not there`);
        },
      },
    };
    const { stdout, exitCode } = await seal(system);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      'volume-groups: Find out what is not ready: Command "/usr/sbin/lspv" is not there\n',
    );
    expect(stdout).toContain(
      'devices: Find out what is not ready: Cannot read the attributes of "sys0"',
    );
    expect(has(aix, `${CLOUD_DIR}/instances`)).toBe(false);
    expect(has(aix, "/var/log/cloud-init.log")).toBe(false);
  });

  test("an instance link that leads nowhere, a state that is cut short", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    fs.symlink(`${CLOUD_DIR}/instances/gone`, `${CLOUD_DIR}/instance`);
    fs.write(`${CLOUD_DIR}/data/instance-id`, "");
    fs.write(`${CLOUD_DIR}/data/set-hostname`, '{"hostn');
    fs.write(`${CLOUD_DIR}/data/status.json`, '{"v1": {"sta');
    expect((await seal(aix.system)).exitCode).toBe(0);
    expect(findMarked(fs, MARKS)).toEqual([]);
  });

  test("an online peer domain keeps the node id, and the machine from being ready", async () => {
    const aix = await deployed();
    aix.machine.storage.peerDomain = { name: "mydomain", isOnline: true, nodes: [] };
    const { stdout, exitCode } = await seal(aix.system);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      'This node is in the peer domain "mydomain", which is online: take it out',
    );
    expect(has(aix, "/etc/ct_node_id")).toBe(true);
  });

  test("without reset_rmc in the lists the node id stays, and is told", async () => {
    const aix = await deployed({
      config: "cloud_init_modules: [ssh]\ncloud_config_modules: []\ncloud_final_modules: []\n",
    });
    const { stdout } = await seal(aix.system);
    expect(stdout).toContain("The RSCT node id stays");
    expect(stdout).toContain('The module "restore_volume_groups" is in no list');
    expect(has(aix, "/etc/ct_node_id")).toBe(true);
  });
});
