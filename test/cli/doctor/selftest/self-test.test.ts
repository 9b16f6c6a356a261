import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { exitCodeOf } from "../../../../src/cli/doctor/selftest/self-test-json.ts";
import { fileTests } from "../../../../src/cli/doctor/selftest/file-tests.ts";
import { runSelfTest } from "../../../../src/cli/doctor/selftest/self-test.ts";
import { createAixSelfTest } from "../../../../src/distros/aix/self-test.ts";
import type { SelfTestQuestion } from "../../../../src/distros/self-test-adapter.ts";
import { createScriptedSystem } from "../../../../src/simulator/scripted-system.ts";
import type { SimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../../../support/boot-scenario.ts";
import { PLAIN_DRIVE } from "../../../support/doctor-illness.ts";
import { installedAix, runProgram } from "../../../support/doctor-machine.ts";
import {
  answeringOtherwise,
  askAix,
  checkOf,
  replaying,
  selfTestOf,
} from "../../../support/self-test.ts";
import { withHostShell } from "../../../support/with-host-shell.ts";

const FIXTURES = new URL("../../../fixtures/aix/", import.meta.url);
const TIMEOUT_MS = 60_000;

async function deployed(): Promise<SimulatedAix> {
  const aix = await installedAix({ drive: PLAIN_DRIVE });
  await runBoot(aix);
  aix.changes.length = 0;
  return aix;
}

describe("a machine that the program understands", () => {
  test("each question is answered; nothing is changed", async () => {
    const aix = await deployed();
    const before = JSON.stringify(aix.machine);
    const checks = await askAix(aix.system);
    const others = checks.filter(({ outcome }) => !["ok", "told", "absent"].includes(outcome));
    expect(others).toEqual([]);
    expect(exitCodeOf(checks)).toBe(0);
    expect(checkOf(checks, "adapters").what).toBe(
      "2 adapters: ent0 fa:16:3e:5c:1a:01, ent1 fa:16:3e:5c:1a:02",
    );
    expect(checkOf(checks, "routes").what).toBe("6 routes, by default 192.0.2.1 on en0");
    expect(checkOf(checks, "missing-devices").what).toBe("told by exit codes 255, 255, 255");
    expect(aix.changes).toEqual([]);
    expect(JSON.stringify(aix.machine)).toBe(before);
  });

  test("only what nothing goes by is not there on the simulated machine", async () => {
    const checks = await askAix((await deployed()).system);
    const absent = checks.filter(({ outcome }) => outcome === "absent");
    expect(absent.length).toBeGreaterThan(0);
    expect(absent.filter(({ name }) => !name.includes(" "))).toEqual([]);
  });

  test("names are each there once, and every open point but shutdown's -v is asked about", async () => {
    const { questions } = createAixSelfTest();
    const names = questions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const points = new Set(questions.flatMap((question) => question.points ?? []));
    for (let point = 1; point <= 10; point += 1) {
      expect([...points]).toContain(String(point));
    }
  });

  test(
    "the whole, as it is called: files are made in one directory, which is gone afterwards",
    async () => {
      const aix = await deployed();
      const said = await runProgram(withHostShell(aix.system), ["doctor", "--selftest"]);
      expect(said.stderr).toBe("");
      expect(said.exitCode).toBe(0);
      expect(said.stdout).toMatch(/\nok +deadline +a command that does not end is ended/u);
      expect(said.stdout).toMatch(/\nok +boot-list +hdisk0\n/u);
      expect(said.stdout).toMatch(/\n\d+ checks: .*\. The program understands this machine\n$/u);
      expect(aix.changes).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test("an ordinary user is told what only root can ask", async () => {
    const aix = await deployed();
    const sys = { ...aix.system, process: { ...aix.system.process, uid: 1000 } };
    const checks = await askAix(sys);
    const leftOut = checks.filter(({ outcome }) => outcome === "left-out");
    expect(leftOut.map(({ name }) => name)).toEqual(["boot-device", "boot-list"]);
    expect(leftOut[0]?.what).toStartWith("only root can tell: ");
    expect(exitCodeOf(checks)).toBe(0);
  });
});

describe("the one change", () => {
  test("all that is made is below one directory, which is removed at the end", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const before = ["/tmp", "/var/tmp"].map((path) => fs.list(path).join(" "));
    const adapter = createAixSelfTest();
    const checks = await runSelfTest(aix.system, { tests: fileTests(), adapter });
    const platform = checks.filter(({ kind }) => kind === "platform");
    expect(platform).toHaveLength(fileTests().length);
    expect(platform.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    const paths = aix.changes.map((change) => ("path" in change ? change.path : change.kind));
    const [directory = ""] = paths;
    expect(directory).toMatch(/^\/var\/tmp\/cloud-init-selftest-[0-9a-f]{16}$/u);
    expect(paths.filter((path) => path !== directory && !path.startsWith(`${directory}/`))).toEqual(
      [],
    );
    expect(aix.changes.at(-1)).toEqual({ kind: "remove", path: directory });
    expect(["/tmp", "/var/tmp"].map((path) => fs.list(path).join(" "))).toEqual(before);
  });
});

/** What the same command could say on another level of AIX. */
const ODD_ANSWERS: readonly {
  readonly name: string;
  readonly command: string;
  readonly stdout: (told: string) => string;
  readonly check: string;
  readonly unread: string;
}[] = [
  {
    name: "a disk without an identifier column",
    command: "/usr/sbin/lspv",
    stdout: (told) => `${told}hdisk7 rootvg active\n`,
    check: "disks",
    unread: "hdisk7 rootvg active",
  },
  {
    name: "a route of another family",
    command: "/usr/bin/netstat -rn",
    stdout: (told) => `${told}Route tree for Protocol Family 99 (Unknown):\nx y z\n`,
    check: "routes",
    unread: "x y z",
  },
  {
    name: "a route in another form",
    command: "/usr/bin/netstat -rn",
    stdout: (told) => told.replace(/^default .*$/mu, "default via 192.0.2.1 dev en0"),
    check: "routes",
    unread: "default via 192.0.2.1 dev en0",
  },
  {
    name: "devices with blanks instead of colons",
    command: "/usr/sbin/lsdev -Cc disk",
    stdout: () => "hdisk0 Available vdisk\n",
    check: "devices",
    unread: "hdisk0 Available vdisk",
  },
  {
    name: "a subsystem in another state",
    command: "/usr/bin/lssrc -s sshd",
    stdout: (told) => told.replace(/ (?:active|inoperative)$/mu, " running"),
    check: "subsystems",
    unread: " running",
  },
  {
    name: "an address without a number",
    command: "/usr/sbin/ifconfig -a",
    stdout: (told) => told.replace("inet 192.0.2.20", "inet 192-0-2-20"),
    check: "interfaces",
    unread: "inet 192-0-2-20",
  },
  {
    name: "a MAC address in another form",
    command: "/usr/bin/netstat -in",
    stdout: (told) => told.replace(/(link#1 +)\S+/u, "$10xfa163e5c1a01"),
    check: "links",
    unread: "0xfa163e5c1a01",
  },
  {
    name: "a stored route without a gateway",
    command: "/usr/sbin/lsattr -El inet0 -F",
    stdout: (told) => told.replace(/^route .*$/mu, "route default"),
    check: "stored-routes",
    unread: "default",
  },
  {
    name: "a level that is no number",
    command: "/usr/bin/uname",
    stdout: () => "AIX vm1 three seven 00F9C1AF4C00 powerpc\n",
    check: "level",
    unread: "AIX vm1 three seven",
  },
  {
    name: "locales in a sentence",
    command: "/usr/bin/locale -a",
    stdout: (told) => `${told}(no more locales)\n`,
    check: "locales",
    unread: "(no more locales)",
  },
  {
    name: "file systems without inodes",
    command: "/usr/bin/df",
    stdout: (told) => told.replace(/ +\d+ +\d+%( +\/var)$/mu, "$1"),
    check: "room",
    unread: "/var",
  },
  {
    name: "a mount with another date",
    command: "/usr/sbin/mount",
    stdout: (told) => `${told}         /dev/lv1 /data jfs2 2026-01-02 rw\n`,
    check: "mounts",
    unread: "/dev/lv1 /data jfs2 2026-01-02 rw",
  },
  {
    name: "an entry of inittab without colons",
    command: "/usr/sbin/lsitab",
    stdout: (told) => `${told}init none\n`,
    check: "inittab",
    unread: "init none",
  },
  {
    name: "a logical volume without numbers",
    command: "/usr/sbin/lsvg -l",
    stdout: (told) => `${told}lv9 jfs2 many more /data\n`,
    check: "logical-volumes",
    unread: "lv9 jfs2 many more /data",
  },
  {
    name: "paths in a sentence",
    command: "/usr/sbin/lspath -F name",
    stdout: (told) => `${told}ses0\nno more paths\n`,
    check: "paths",
    unread: "no more paths",
  },
  {
    name: "a boot list with a name in words",
    command: "/usr/bin/bootlist",
    stdout: (told) => `${told}ent0 client-ip=192.0.2.9 gateway=192.0.2.1\nfirst disk\n`,
    check: "boot-list",
    unread: "first disk",
  },
  {
    name: "a user database that repeats the question",
    command: "/usr/sbin/lsuser -c",
    stdout: () => "root id=0 home=/\n",
    check: "users",
    unread: "root id=0 home=/",
  },
];

describe("an answer that the program does not understand", () => {
  test.each(ODD_ANSWERS.map((odd) => [odd.name, odd] as const))("%s", async (_name, odd) => {
    const aix = await deployed();
    const sys = answeringOtherwise(aix.system, odd.command, ({ stdout }) => ({
      stdout: odd.stdout(stdout),
    }));
    const checks = await askAix(sys);
    const found = checkOf(checks, odd.check);
    expect(found.outcome).toBe("differs");
    expect(found.unread.some((line) => line.includes(odd.unread))).toBe(true);
    expect(found.unread.some((line) => /^(?:ses0|ent0)/u.test(line))).toBe(false);
    expect(exitCodeOf(checks)).toBe(1);
    expect(checkOf(checks, "hostname").outcome).toBe("ok");
  });

  test(
    "is told with its command, its exit code and its lines; exit code 1",
    async () => {
      const aix = await deployed();
      const sys = answeringOtherwise(withHostShell(aix.system), "/usr/sbin/lspv", ({ stdout }) => ({
        stdout: `${stdout}hdisk7 \u001B[31mrootvg\n`,
      }));
      const { exitCode, stdout } = await runProgram(sys, ["doctor", "--selftest"]);
      expect(exitCode).toBe(1);
      expect(stdout).toContain("\ndiffers   disks                1 disk: hdisk0 rootvg\n");
      expect(stdout).toContain("    disks, their identifiers and volume groups (open point 6.1)\n");
      expect(stdout).toContain("    $ /usr/sbin/lspv (exit code 0)\n");
      expect(stdout).toContain("    | hdisk7 \\x1b[31mrootvg\n");
      expect(stdout).toContain('send what "cloud-init doctor --selftest --format json" prints');
    },
    TIMEOUT_MS,
  );

  test("a device that is not there and yet gives exit code 0", async () => {
    const aix = await deployed();
    const start = "/usr/sbin/lsattr -El hdisk999";
    const sys = answeringOtherwise(aix.system, start, () => ({ exitCode: 0 }));
    const found = checkOf(await askAix(sys), "missing-devices");
    expect(found.outcome).toBe("differs");
    expect(found.unread[0]).toBe("(exit code 0 for device hdisk999)");
  });

  test("a command that does not answer in time", async () => {
    const aix = await deployed();
    const hang = { exitCode: 124, timedOut: true, stdout: "" };
    const sys = answeringOtherwise(aix.system, "/usr/sbin/lspv", () => hang);
    const found = checkOf(await askAix(sys), "disks");
    expect(found).toMatchObject({
      outcome: "differs",
      what: 'Command "/usr/sbin/lspv" did not end in time',
    });
    expect(found.answers).toMatchObject([{ argv: ["/usr/sbin/lspv"], timedOut: true }]);
  });

  test("a device database that stays locked does not hold up the rest", async () => {
    const aix = await deployed();
    aix.machine.faults.odmLockCalls = 100_000;
    const before = aix.system.clock.monotonicMs();
    const checks = await askAix(aix.system);
    expect(checkOf(checks, "devices").outcome).toBe("differs");
    expect(checkOf(checks, "routes").outcome).toBe("ok");
    expect(aix.system.clock.monotonicMs() - before).toBeLessThan(120_000);
  });
});

describe("a command that is not there", () => {
  const gone = (start: string, aix: SimulatedAix) => ({
    ...answeringOtherwise(aix.system, start, () => ({ exitCode: 127, stdout: "", stderr: "" })),
    fs: {
      ...aix.system.fs,
      stat: (path: string) => (path === start ? undefined : aix.system.fs.stat(path)),
    },
  });

  test("is absent where the program does without", async () => {
    const checks = await askAix(gone("/usr/bin/bootlist", await deployed()));
    expect(checkOf(checks, "boot-list").outcome).toBe("ok");
    const paths = checkOf(await askAix(gone("/usr/sbin/lspath", await deployed())), "paths");
    expect(paths.outcome).toBe("ok");
    const host = checkOf(await askAix(gone("/usr/bin/host", await deployed())), "name-lookup");
    expect(host).toMatchObject({ outcome: "absent", what: "there is no /usr/bin/host" });
  });

  test("differs where it does not", async () => {
    const checks = await askAix(gone("/usr/sbin/lspv", await deployed()));
    expect(checkOf(checks, "disks")).toMatchObject({
      outcome: "differs",
      what: "there is no /usr/sbin/lspv",
    });
    expect(exitCodeOf(checks)).toBe(1);
  });
});

describe("answers of real machines", () => {
  test.each([
    ["routes", "/usr/bin/netstat -rn", "netstat-rn-aix73.txt"],
    ["links", "/usr/bin/netstat -in", "netstat-in.txt"],
    ["mounts", "/usr/sbin/mount", "mount.txt"],
  ])("%s are understood", async (check, command, file) => {
    const stdout = readFileSync(new URL(file, FIXTURES), "utf8");
    const aix = await deployed();
    const sys = answeringOtherwise(aix.system, command, () => ({ stdout }));
    expect(checkOf(await askAix(sys), check)).toMatchObject({ outcome: "ok", unread: [] });
  });
});

describe("the JSON form", () => {
  test(
    "is a fixture: the same program finds the same in what it holds",
    async () => {
      const aix = await deployed();
      const odd = answeringOtherwise(withHostShell(aix.system), "/usr/bin/netstat -rn", (told) => ({
        stdout: `${told.stdout}odd row\n`,
      }));
      const json = await selfTestOf(odd);
      expect(json).toMatchObject({
        schema: 1,
        result: "differs",
        exit_code: 1,
        distro: "aix",
        machine: { platform: "aix", arch: "ppc64" },
      });
      const again = await askAix(replaying(aix.system, json));
      const asked = json.checks.filter(({ kind }) => kind === "question");
      const told = (check: { name: string; outcome: string; what: string; unread: unknown }) =>
        [check.name, check.outcome, check.what.replace(/\d+ s$/u, "N s"), check.unread] as const;
      expect(again.map(told)).toEqual(asked.map(told));
      const routes = json.checks.find(({ name }) => name === "routes");
      expect(routes?.unread).toEqual(["odd row"]);
      expect(routes?.commands).toMatchObject([
        { argv: ["/usr/bin/netstat", "-rn"], exit_code: 0, timed_out: false, stdout_cut: false },
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    "and the text hold no secret of the configuration, and nothing that looks like one",
    async () => {
      const aix = await installedAix({
        drive: PLAIN_DRIVE,
        config: "chpasswd: {users: [{name: ops, password: Correct-Horse-7}]}\n",
      });
      await runBoot(aix);
      const secrets = ["Correct-Horse-7", "$6$saltsalt$0123456789abcdefghij", "Battery-9"];
      const line = `my:2:once:/opt/my -w Correct-Horse-7 '${secrets[1] ?? ""}' --password Battery-9\n`;
      const sys = answeringOtherwise(withHostShell(aix.system), "/usr/sbin/lsitab", (told) => ({
        stdout: `${told.stdout}${line}odd --password Battery-9 Correct-Horse-7\n`,
      }));
      const json = JSON.stringify(await selfTestOf(sys));
      const { stdout } = await runProgram(sys, ["doctor", "--selftest"]);
      expect(stdout).toContain("differs   inittab");
      expect(json).toContain("/opt/my -w ***");
      for (const secret of secrets) {
        expect(json).not.toContain(secret);
        expect(stdout).not.toContain(secret);
      }
    },
    TIMEOUT_MS,
  );
});

describe("questions that misbehave", () => {
  const misbehaved = async (ask: SelfTestQuestion["ask"]) => {
    const { system, changes } = createScriptedSystem({ files: { "/tmp/x": "" } });
    const question: SelfTestQuestion = { name: "odd", title: "odd", ask };
    const [check] = await runSelfTest(system, { tests: [], adapter: { questions: [question] } });
    expect(changes).toEqual([]);
    return check;
  };

  test("what would change the machine is refused", async () => {
    const run = await misbehaved(async (sys) => {
      await sys.exec.run(["/usr/sbin/chdev"]);
      return { kind: "understood", learnt: "" };
    });
    expect(run).toMatchObject({ outcome: "differs" });
    expect(run?.what).toContain('Cannot change "/usr/sbin/chdev"');
    const write = await misbehaved((sys) => {
      sys.fs.write("/tmp/y", "");
      return { kind: "understood", learnt: "" };
    });
    expect(write?.what).toContain('Cannot change "/tmp/y"');
  });

  test("those that come when all the time is over are not asked any more", async () => {
    const { system } = createScriptedSystem({ files: { "/tmp/x": "" } });
    let ms = 0;
    const slow: SelfTestQuestion = {
      name: "slow",
      title: "slow",
      ask() {
        ms += 700_000;
        return { kind: "understood", learnt: "" };
      },
    };
    const sys = { ...system, clock: { ...system.clock, monotonicMs: () => ms } };
    const checks = await runSelfTest(sys, {
      tests: [],
      adapter: { questions: [slow, { ...slow, name: "late" }] },
    });
    expect(checks.map(({ outcome }) => outcome)).toEqual(["ok", "left-out"]);
    expect(checks[1]?.what).toBe("10 minutes are over");
  });
});
