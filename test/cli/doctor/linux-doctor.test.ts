import { describe, expect, test } from "bun:test";
import type { DoctorJson } from "../../../src/cli/doctor/render-doctor.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinux,
  type SimulatedLinuxOptions,
} from "../../../src/simulator/linux/simulated-linux.ts";
import { type Change } from "../../../src/system/change.ts";
import { observeSystem } from "../../../src/system/observed-system.ts";
import { readText } from "../../../src/system/files.ts";
import { doctor, runProgram } from "../../support/doctor-machine.ts";

const PROGRAM = "/usr/bin/cloud-init";
const UNITS = "/etc/systemd/system";

/** A Linux with the program installed, not booted since. */
async function installedLinux(options: SimulatedLinuxOptions = {}): Promise<SimulatedLinux> {
  const linux = bootSimulatedLinux({
    ...options,
    files: { [PROGRAM]: "program", "/usr/lib/systemd/system/x": "", ...options.files },
  });
  const said = await runProgram(linux.system, ["install"]);
  expect(said).toMatchObject({ exitCode: 0 });
  return linux;
}

async function find(linux: SimulatedLinux): Promise<DoctorJson["findings"][number]> {
  const { findings } = await doctor(linux.system);
  expect(findings).toHaveLength(1);
  const [found] = findings;
  if (found === undefined) {
    throw new Error("nothing was found");
  }
  return found;
}

/** A machine with one thing wrong, and the one finding. */
async function findAfter(
  spoil: (linux: SimulatedLinux) => void,
  options: SimulatedLinuxOptions = {},
): Promise<DoctorJson["findings"][number]> {
  const linux = await installedLinux(options);
  spoil(linux);
  return find(linux);
}

for (const distro of ["debian", "rhel"]) {
  test(`nothing is wrong with a fresh image of ${distro}, and nothing is changed`, async () => {
    const linux = await installedLinux({ distro });
    const changes: Change[] = [];
    const told = await doctor(observeSystem(linux.system, (change) => changes.push(change)));
    expect(told.findings).toEqual([]);
    expect(told).toMatchObject({ exit_code: 0, result: "ok" });
    expect(told.facts).toMatchObject({ instance: "none yet", "config drive": "none attached" });
    expect(told.facts["free in /"]).toMatch(/MiB$/u);
    expect(changes).toEqual([]);
  });
}

describe("units", () => {
  test("one that is not enabled", async () => {
    const link = `${UNITS}/cloud-init.target.wants/cloud-final.service`;
    expect(await findAfter(({ system }) => system.fs.remove(link))).toMatchObject({
      check: "installed-files",
      severity: "error",
      what: `Missing: "${link}"`,
      fix: `${PROGRAM} install`,
    });
  });

  test("one that is masked", async () => {
    const linux = await installedLinux();
    linux.system.fs.remove(`${UNITS}/cloud-final.service`);
    linux.system.fs.symlink("/dev/null", `${UNITS}/cloud-final.service`);
    const { findings } = await doctor(linux.system);
    expect(findings[0]).toMatchObject({ check: "installed-files", severity: "error" });
    expect(findings[0]?.what).toContain('a link to "/dev/null"');
  });

  test("nothing that starts the stages", async () => {
    const linux = bootSimulatedLinux({ files: { [PROGRAM]: "program" } });
    linux.system.fs.remove("/run/systemd/system");
    await runProgram(linux.system, ["install"]);
    expect(await find(linux)).toMatchObject({
      check: "installed-files",
      severity: "error",
      why: "none of the four stages runs at boot",
    });
  });
});

describe("fstab", () => {
  const add = (line: string) => (linux: SimulatedLinux) => {
    const { fs } = linux.system;
    fs.write("/etc/fstab", `${readText(fs, "/etc/fstab")}${line}\n`);
  };

  test("a device that is not there stops the boot", async () => {
    const found = await findAfter(
      add("UUID=0a0b-0c0d /data ext4 defaults,comment=cloudconfig 0 2"),
    );
    expect(found).toMatchObject({ check: "file-systems", severity: "error" });
    expect(found.why).toContain("emergency mode");
  });

  test("with nofail it is only not mounted", async () => {
    const found = await findAfter(add("/dev/vdz1 /data ext4 nofail,comment=cloudconfig 0 2"));
    expect(found).toMatchObject({ check: "file-systems", severity: "warning" });
  });

  test("entries of others, and what is no device, are their own affair", async () => {
    const linux = await installedLinux();
    add("/dev/vdz1 /data ext4 defaults 0 2\nserver:/x /y nfs comment=cloudconfig 0 0")(linux);
    expect((await doctor(linux.system)).findings).toEqual([]);
  });
});

describe("the system", () => {
  test("a time zone that leads nowhere", async () => {
    const found = await findAfter(({ system }) =>
      system.fs.symlink("/usr/share/zoneinfo/Mars/Olympus", "/etc/localtime"),
    );
    expect(found).toMatchObject({ check: "time-zone", severity: "warning" });
  });

  test("the distribution's own package: kept from updates on Debian", async () => {
    const spoil = ({ system }: SimulatedLinux): void =>
      system.fs.write("/usr/lib/python3/dist-packages/cloudinit/version.py", "");
    expect(await findAfter(spoil)).toMatchObject({
      check: "old-package",
      fix: "apt-mark hold cloud-init",
    });
  });

  test("a root that is mounted read-only", async () => {
    const found = await findAfter((linux) => {
      const root = linux.storage.mounts.find(({ target }) => target === "/");
      Object.assign(root ?? {}, { options: "ro,relatime" });
      linux.refreshStorage();
    });
    expect(found).toMatchObject({ check: "writable", fix: "mount -o remount,rw /" });
  });

  test("no sshd", async () => {
    const found = await findAfter(({ system }) => system.fs.remove("/usr/sbin/sshd"));
    expect(found).toMatchObject({ check: "sshd", fix: "apt-get install openssh-server" });
  });

  test("an sshd that was never started cannot test its configuration, which is no fault", async () => {
    const linux = await installedLinux();
    linux.system.fs.write("/etc/ssh/ssh_host_rsa_key", "key\n", { mode: 0o600 });
    const { query } = linux.system.exec;
    const told = await doctor({
      ...linux.system,
      exec: {
        ...linux.system.exec,
        query: async (argv, options) =>
          argv[0] === "/usr/sbin/sshd"
            ? {
                exitCode: 255,
                stdout: "",
                stderr: "Missing privilege separation directory: /run/sshd\n",
                timedOut: false,
                durationMs: 1,
              }
            : query(argv, options),
      },
    });
    expect(told.findings).toEqual([]);
    expect(told.left_out.map(({ check }) => check)).toEqual(["sshd"]);
  });

  test("a host key that its group reads, as RHEL has it, is right", async () => {
    const linux = await installedLinux({ distro: "rhel" });
    linux.system.fs.write("/etc/ssh/ssh_host_rsa_key", "key\n", { mode: 0o640, owner: "0:101" });
    expect((await doctor(linux.system)).findings).toEqual([]);
  });

  test("on PowerVM, a datasource that cannot be there", async () => {
    const linux = await installedLinux({
      files: {
        "/proc/device-tree/compatible": "IBM,9105-22A\0",
        "/etc/cloud/cloud.cfg.d/50.cfg": "datasource_list: ['None']\n",
      },
    });
    const power = { ...linux.system.process, arch: "ppc64le" };
    const told = await doctor({ ...linux.system, process: power });
    expect(told.findings.map(({ check }) => check)).toEqual(["datasource-list"]);
  });
});
