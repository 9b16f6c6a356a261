import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  buildAixRoot,
  canUseAixRoot,
  changeAixMachine,
  clearAixCalls,
  enterAixRoot,
  type EnterResult,
  readAixCalls,
  readAixMachine,
  rebootAixRoot,
} from "../../scripts/aix-root.ts";
import { LOCK_FILE } from "../../scripts/aix-root/root-paths.ts";
import { buildIso } from "../support/build-iso.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const obstacle = canUseAixRoot();
const DISC = buildIso({ files: { "openstack/latest/meta_data.json": `{"uuid": "1"}` } });

describe.skipIf(requireOrSkip(obstacle))("an AIX root", () => {
  let base = "";
  let root = "";

  beforeAll(() => {
    base = fs.mkdtempSync(path.join(os.tmpdir(), "aix-root-"));
    root = path.join(base, "main");
    buildAixRoot({ root, seed: { firstBoot: "captured", files: { "/dev/cd0": DISC } } });
  });

  afterAll(() => {
    fs.rmSync(base, { recursive: true, force: true });
  });

  function ksh(script: string, stdin = ""): Promise<EnterResult> {
    return enterAixRoot(root, ["/usr/bin/ksh", "-c", script], { stdin });
  }

  test("runs ksh93 with the environment of init and nothing of ours", async () => {
    const result = await ksh('print "${.sh.version}"; env | sort; pwd');
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.stdout).toStartWith("Version AJM 93u+");
    expect(result.stdout).toContain("\nLANG=C\nPATH=/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin\n");
    expect(result.stdout).not.toContain("HOME=");
  });

  test("hands on standard input, exit code and standard error", async () => {
    expect(await ksh("cat; print -u2 no; exit 37", "a b\n")).toEqual({
      exitCode: 37,
      stdout: "a b\n",
      stderr: "no\n",
    });
  });

  test("has processes, network and host name of its own", async () => {
    const { stdout } = await ksh("print $$; ls /proc | grep -c '^[0-9]'");
    expect(Number(stdout.split("\n")[0])).toBeLessThan(50);
    expect(Number(stdout.split("\n")[1])).toBeLessThan(50);
    expect(os.hostname()).not.toBe("aixsim");
  });

  test("keeps what chdev changes, for other commands and over a boot", async () => {
    const first = await ksh(
      "chdev -l en0 -a alias4=192.0.2.60,255.255.255.0 && chdev -l inet0 -a hostname=vm1.example.com && hostname",
    );
    expect(first.stdout).toBe("en0 changed\ninet0 changed\nvm1.example.com\n");
    await ksh("ifconfig en0 alias 192.0.2.61 netmask 255.255.255.0; uname -S other");
    await rebootAixRoot(root, { runsRc: false });
    const second = await ksh(
      "lsattr -El en0 -a alias4 -F value; uname -n; ifconfig en0 | grep -c inet",
    );
    expect(second.stdout).toBe("192.0.2.60,255.255.255.0\nvm1\n2\n");
  });

  test("many commands at a time lose nothing", async () => {
    const loop = Array.from(
      { length: 20 },
      (_, index) => `chdev -l en0 -a alias4=198.51.100.${index + 1},255.255.255.0 >/dev/null &`,
    ).join("\n");
    expect(await ksh(`${loop}\nwait`)).toMatchObject({ exitCode: 0, stderr: "" });
    const rows = readAixMachine(root).attributes.filter(({ value }) =>
      value.startsWith("198.51.100."),
    );
    expect(rows).toHaveLength(20);
  });

  test("user commands work on the root's own files", async () => {
    const result = await ksh(
      "mkuser id=500 alice && chpasswd -c && chgrpmem -m + alice security && id alice && ls -ld /home/alice",
      "alice:secret\n",
    );
    expect(result.stderr).toBe("");
    expect(result.stdout).toContain("uid=500(alice) gid=1(staff) groups=");
    expect(result.stdout).toMatch(/^drwxr-xr-x .* alice +staff /mu);
    const passwords = path.join(root, "etc/security/passwd");
    expect(fs.readFileSync(passwords, "utf8")).toContain("alice:\n\tpassword = {ssha256}06$");
    expect(fs.statSync(passwords).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync("/etc/passwd", "utf8")).not.toContain("alice");
  });

  test("logs each call with its exit code and its CPU time", async () => {
    clearAixCalls(root);
    await ksh("lsattr -El sys0 -a clouddev -F value; lsattr -El sys0 -a nope; /etc/ifconfig lo0");
    const calls = readAixCalls(root);
    expect(calls.map(({ argv, exitCode }) => [argv[0], exitCode])).toEqual([
      ["lsattr", 0],
      ["lsattr", 255],
      ["ifconfig", 0],
    ]);
    expect(calls.every(({ cpuMs }) => cpuMs > 0 && cpuMs < 1_000)).toBe(true);
    clearAixCalls(root);
    expect(readAixCalls(root)).toEqual([]);
  });

  test("a disc is read raw, mounted, and taken away at the next boot", async () => {
    const result = await ksh(
      "dd if=/dev/cd0 bs=1 skip=32769 count=5 2>/dev/null; print; mount -v cdrfs -o ro /dev/cd0 /mnt && cat /mnt/openstack/latest/meta_data.json; print; mount | grep -c cdrfs",
    );
    expect(result.stdout).toBe(`CD001\n{"uuid": "1"}\n1\n`);
    await rebootAixRoot(root, { runsRc: false, detachDrive: true });
    const after = await ksh("ls /mnt; lsdev -Cc cdrom; ls /dev/cd0");
    expect(after.stdout).toBe("");
    expect(after.stderr).toContain("/dev/cd0");
  });

  test("a boot runs the scripts of rc2.d in order, and one that fails does not stop the next", async () => {
    const directory = path.join(root, "etc/rc.d/rc2.d");
    for (const [name, text] of [
      ["S02b", 'print "S02b $1"'],
      ["S01a", 'print "S01a $1"; exit 9'],
      ["K01k", 'print "K01k $1"'],
      ["T01", "print never"],
    ] as const) {
      fs.writeFileSync(path.join(directory, name), `#!/usr/bin/ksh\n${text}\n`, { mode: 0o755 });
    }
    const { exitCode, stdout } = await rebootAixRoot(root);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^K01k stop\nS01a start\nS02b start\n0513-059 The sshd Subsystem/u);
    expect((await ksh("ps -o etime= -p 1")).stdout.trim()).toMatch(/^00:\d\d$/u);
  });

  test("can be killed at any moment; the next boot finds the machine as the last command left it", async () => {
    let kill = (): void => {};
    const running = enterAixRoot(
      root,
      [
        "/usr/bin/ksh",
        "-c",
        "while :; do chdev -l inet0 -a hostname=run$((i=i+1)) >/dev/null; done",
      ],
      {
        onStart: (now) => {
          kill = now;
        },
      },
    );
    await waitFor(() => readAixMachine(root).hostname.startsWith("run"));
    kill();
    expect((await running).exitCode).toBe(137);
    fs.writeFileSync(root + LOCK_FILE, "pid:[1] 1");
    await rebootAixRoot(root, { runsRc: false });
    expect((await ksh("hostname")).stdout).toMatch(/^run\d+\n$/u);
  });

  test("ends what takes too long, with all its children", async () => {
    const result = await enterAixRoot(root, ["/usr/bin/ksh", "-c", "sleep 60 & sleep 60"], {
      timeoutMs: 100,
    });
    expect(result.exitCode).toBe(137);
  });

  test("starts out with any fault of the machine in memory", async () => {
    const late = path.join(base, "late");
    buildAixRoot({
      root: late,
      seed: {
        level: "7.2",
        files: { "/dev/cd0": DISC },
        faults: { lateDisc: true, discsUnreadableRaw: true, odmLockCalls: 1 },
      },
    });
    const script =
      "lsdev -Cc cdrom; ls /dev/cd0; cfgmgr; lsdev -Cc cdrom -F name; cat /dev/cd0; mount -v cdrfs -o ro /dev/cd0 /mnt; ls /mnt; hostname";
    const result = await enterAixRoot(late, ["/usr/bin/ksh", "-c", script]);
    expect(result.stdout).toBe("cd0\nopenstack\nlocalhost\n");
    expect(result.stderr).toContain("0514-516");
    expect(result.stderr).toMatch(/cat: .*No such device/u);
    changeAixMachine(late, (machine) => {
      machine.faults.odmLockCalls = 5;
    });
    expect((await enterAixRoot(late, ["/usr/sbin/lsattr", "-El", "en0"])).exitCode).toBe(1);
  });

  test("has the program at its place where one is given", async () => {
    const own = path.join(base, "own");
    buildAixRoot({ root: own, agentBinary: "/usr/bin/ksh93" });
    const result = await enterAixRoot(own, [
      "/opt/freeware/bin/cloud-init-per",
      "-c",
      "print here",
    ]);
    expect(result.stdout).toBe("here\n");
  });
});

test.skipIf(obstacle === undefined)("says why a root cannot be used here", () => {
  expect(obstacle).toMatch(/^(?:an AIX root needs|this machine does not allow)/u);
});

const WAIT_MS = 10_000;

/** Polls: the moment when another process has done something is not ours to choose. */
async function waitFor(isReached: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!isReached()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${WAIT_MS} ms for nothing`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
