import { describe, expect, test } from "bun:test";
import { exitCodeOf } from "../../../src/cli/doctor/selftest/self-test-json.ts";
import { runSelfTest } from "../../../src/cli/doctor/selftest/self-test.ts";
import { createLinuxSelfTest } from "../../../src/distros/linux/self-test.ts";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import type { Change } from "../../../src/system/change.ts";
import { observeSystem } from "../../../src/system/observed-system.ts";
import type { System } from "../../../src/system/system.ts";
import { answeringOtherwise, checkOf } from "../../support/self-test.ts";

const DPKG = "Package: dpkg\nStatus: install ok installed\nVersion: 1.21.22\n\n";

function machine(distro: "debian" | "rhel"): System {
  const base = bootSimulatedLinux({ distro, files: { "/var/lib/dpkg/status": DPKG } }).system;
  // The simulated package manager has no package of its own.
  return answeringOtherwise(base, "/usr/bin/rpm -q rpm", () => ({
    exitCode: 0,
    stdout: "rpm-4\n",
  }));
}

async function ask(sys: System, distro: "debian" | "rhel" = "debian") {
  return runSelfTest(sys, { tests: [], adapter: createLinuxSelfTest(distro) });
}

describe.each(["debian", "rhel"] as const)("%s", (distro) => {
  test("each question is answered and understood, and nothing is changed", async () => {
    const changes: Change[] = [];
    const sys = observeSystem(machine(distro), (change) => changes.push(change));
    const checks = await ask(sys, distro);
    expect(checks.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    expect(exitCodeOf(checks)).toBe(0);
    expect(checkOf(checks, "services").what).toContain("runs, ");
    expect(checkOf(checks, "root-file-system").what).toBe("/dev/sda1 (part, ext4)");
    expect(changes).toEqual([]);
  });
});

describe("an answer that is not understood", () => {
  test.each([
    ["df with words", "/usr/bin/df", "room", (told: string) => `${told}some more none\n`],
    [
      "lsblk without pairs",
      "/usr/bin/lsblk --pairs",
      "disks",
      (told: string) => `${told}sda 8:0\n`,
    ],
    ["units without properties", "/usr/bin/systemctl show", "services", () => "ssh is loaded\n"],
    ["locale without POSIX", "/usr/bin/locale -a", "locales", () => "xx_YY\n"],
    ["getent with a foreign user", "/usr/bin/getent passwd", "users", () => "root 0 0\n"],
    ["getent without localhost", "/usr/bin/getent ahosts", "name-lookup", () => "localhost\n"],
    ["findmnt with a heading", "/usr/bin/findmnt -n -r -b", "root-file-system", () => "SIZE\n"],
  ] as const)("%s", async (_name, command, check, change) => {
    const base = machine("debian");
    let isAsked = false;
    const sys = answeringOtherwise(base, command, ({ stdout }) => {
      isAsked = true;
      return { exitCode: 0, stdout: change(stdout) };
    });
    const checks = await ask(sys);
    expect(isAsked).toBe(true);
    const found = checkOf(checks, check);
    expect(found.outcome).toBe("differs");
    expect(found.unread.length).toBeGreaterThan(0);
    expect(exitCodeOf(checks)).toBe(1);
  });

  test.each([
    ["addresses", "address show", "1: lo: <LOOPBACK,UP>\n"],
    ["routes", "-4 route show", "default via 192.0.2.1 dev eth0\n"],
    ["no routes", "-4 route show", "[ ]\n"],
  ])("ip(8) without JSON: %s", async (_name, words, odd) => {
    const base = bootSimulatedLinux({ files: { "/usr/sbin/ip": "" } }).system;
    const links = JSON.stringify([
      { ifname: "eth0", address: "fa:16:3e:00:00:01", flags: ["UP"], addr_info: [] },
    ]);
    const usual: Readonly<Record<string, string>> = { "address show": links };
    const query: System["exec"]["query"] = async (argv, options) => {
      if (argv[0] !== "/usr/sbin/ip") {
        return base.exec.query(argv, options);
      }
      const asked = argv.slice(2).join(" ");
      const stdout = asked === words ? odd : (usual[asked] ?? "[]\n");
      return { exitCode: 0, stdout, stderr: "", timedOut: false, durationMs: 1 };
    };
    const found = checkOf(await ask({ ...base, exec: { ...base.exec, query } }), "network");
    const isFine = odd.startsWith("[");
    expect(found).toMatchObject({ outcome: isFine ? "ok" : "differs" });
    expect(found.unread).toEqual(isFine ? [] : [odd.trim()]);
  });

  test("a base package that is said to be missing", async () => {
    const sys = bootSimulatedLinux({ distro: "rhel" }).system;
    const found = checkOf(await ask(sys, "rhel"), "packages");
    expect(found).toMatchObject({ outcome: "differs", what: "rpm is not installed, by dnf" });
    expect(found.unread[0]).toBe("(missing: rpm, no-such-package)");
  });
});

test("tools that are not installed are absent, and that is no fault", async () => {
  const base = machine("debian");
  const isGone = (path: string): boolean => /\/(?:findmnt|lsblk)$/u.test(path);
  const sys: System = {
    ...answeringOtherwise(base, "/usr/bin/lsblk", () => ({ exitCode: 127, stdout: "" })),
    fs: { ...base.fs, stat: (path) => (isGone(path) ? undefined : base.fs.stat(path)) },
  };
  const checks = await ask(sys);
  expect(checkOf(checks, "root-file-system")).toMatchObject({
    outcome: "absent",
    what: "there is no findmnt",
  });
  expect(checkOf(checks, "disks")).toMatchObject({ outcome: "absent" });
  expect(exitCodeOf(checks)).toBe(0);
});

test("an ordinary user is told that only root may read disks", async () => {
  const base = machine("debian");
  const checks = await ask({ ...base, process: { ...base.process, uid: 1000 } });
  expect(checkOf(checks, "signatures")).toMatchObject({ outcome: "left-out" });
});
