// install and uninstall with the built program: a fresh machine, and one that has IBM's package.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import { canUseAixRoot, enterAixRoot, type EnterResult } from "../../scripts/aix-root.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { OLD_PACKAGE_FILES, OLD_PACKAGE_LINKS } from "../support/old-package-files.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { compareSnapshots, findTemporaryFiles, snapshotRoot } from "../support/root-snapshot.ts";

const TIMEOUT_MS = 120_000;
/** Where somebody unpacked the program. */
const NEW = "/tmp/unpacked/cloud-init";
const PYTHON = "/opt/freeware/lib/python2.7/site-packages/cloudinit";

/** How the boot script of each begins. */
const OLD_OR_NEW = ["#!/opt/freeware/bin/bash\n", "#!/usr/bin/ksh\n"];

/** What an install puts, without what it keeps of before. */
function snapshotLayout(root: AixTestRoot): Readonly<Record<string, string>> {
  const all = [...snapshotRoot(root.path)];
  return Object.fromEntries(all.filter(([path]) => !path.includes("/cloud-init/install")));
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("install on AIX", () => {
  let scenario: AixScenario;
  /** A machine without any cloud-init, and the program unpacked. */
  let bare: AixTestRoot;

  const program = (root: AixTestRoot, ...args: readonly string[]): Promise<EnterResult> =>
    enterAixRoot(root.path, [NEW, ...args]);

  beforeAll(async () => {
    scenario = createAixScenario();
    bare = await scenario.image();
    fs.mkdirSync(`${bare.path}/tmp/unpacked`, { recursive: true });
    fs.copyFileSync(bare.path + AGENT, bare.path + NEW);
    const undone = await program(bare, "uninstall");
    expect(undone).toMatchObject({ exitCode: 0, stderr: "" });
    for (const name of [AGENT, `${AGENT}-per`]) {
      fs.rmSync(bare.path + name);
    }
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  test(
    "a fresh machine: everything is there and runs, again changes nothing, uninstall leaves nothing",
    async () => {
      const root = scenario.copy(bare);
      const before = snapshotRoot(root.path);
      const first = await program(root, "install");
      expect(first).toMatchObject({ exitCode: 0, stderr: "" });
      expect(first.stdout).toContain(`wrote ${AGENT}\n`);
      expect((await root.agent("--version")).stdout).toMatch(/^cloud-init \d/u);
      expect((await root.sh("/opt/freeware/bin/cloud-id; print $?")).stdout).toBe(
        "not started\n3\n",
      );
      const page = root.read("/opt/freeware/share/man/man1/cloud-init.1");
      expect(page).toStartWith(".TH CLOUD\\-INIT 1");
      const installed = snapshotRoot(root.path);

      const again = await program(root, "install");
      expect(again.exitCode).toBe(0);
      expect(again.stdout.split("\n").filter((line) => !/^(?:kept .*)?$/u.test(line))).toEqual([]);
      expect(compareSnapshots(snapshotRoot(root.path), [installed])).toEqual([]);

      const undone = await root.agent("uninstall");
      expect(undone).toMatchObject({ exitCode: 0, stderr: "" });
      const after = snapshotRoot(root.path);
      expect(compareSnapshots(after, [before])).toEqual([]);
      expect(findTemporaryFiles(after)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "over IBM's package: links, configuration and Python stay, and uninstall brings it back",
    async () => {
      const root = scenario.copy(bare);
      for (const [path, content] of Object.entries(OLD_PACKAGE_FILES)) {
        root.write(path, content, /bin\/|init\.d/u.test(path) ? 0o755 : 0o644);
      }
      fs.mkdirSync(`${root.path}/etc/rc.d/rc2.d`, { recursive: true });
      for (const [path, target] of Object.entries(OLD_PACKAGE_LINKS)) {
        fs.symlinkSync(target, root.path + path);
      }
      root.write("/var/adm/sw/simulated", "rpm cloud-init 0.7.5-4.1\n");
      const before = snapshotRoot(root.path);

      const taken = await program(root, "install", "--from-ibm");
      expect(taken).toMatchObject({ exitCode: 0, stderr: "" });
      for (const line of [
        `left alone ${PYTHON}`,
        "kept /opt/freeware/etc/cloud/cloud.cfg",
        "kept /etc/rc.d/rc2.d/S02cloud-init -> /etc/rc.d/init.d/cloud-init",
        "wrote /etc/rc.d/init.d/cloud-init",
        "taken over; 5 things do not run any more:",
      ]) {
        expect(taken.stdout.split("\n")).toContain(line);
      }
      expect(taken.stdout).toContain(
        `  ${PYTHON}/config/cc_mine.py: modules in Python are not run`,
      );
      expect(taken.stdout).toContain('still has "cloud-init-0.7.5-4.1.ppc"');

      const booted = scenario.copy(root);
      await booted.boot();
      expect(booted.exists(`${CLOUD_DIR}/instance`)).toBeTrue();
      expect((await booted.agent("uninstall")).exitCode).toBe(0);
      expect(booted.exists(`${CLOUD_DIR}/instance`)).toBeTrue();
      expect(booted.read(AGENT)).toBe(OLD_PACKAGE_FILES[AGENT] ?? "");

      expect((await program(root, "install")).stdout).not.toContain("wrote ");
      const undone = await root.agent("uninstall");
      expect(undone).toMatchObject({ exitCode: 0, stderr: "" });
      expect(compareSnapshots(snapshotRoot(root.path), [before])).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "kill -9 in the middle: another install finishes it, or uninstall undoes it",
    async () => {
      const image = scenario.copy(bare);
      for (const [path, content] of Object.entries(OLD_PACKAGE_FILES)) {
        image.write(path, content, /bin\/|init\.d/u.test(path) ? 0o755 : 0o644);
      }
      const before = snapshotRoot(image.path);
      const whole = scenario.copy(image);
      const startMs = performance.now();
      await program(whole, "install");
      const durationMs = performance.now() - startMs;
      let killedCount = 0;
      for (const part of [0.3, 0.5, 0.65, 0.8, 0.9]) {
        const root = scenario.copy(image);
        const onStart = (kill: () => void) => setTimeout(kill, durationMs * part);
        const killed = await enterAixRoot(root.path, [NEW, "install"], { onStart });
        killedCount += killed.exitCode === 0 ? 0 : 1;
        const script = root.read("/etc/rc.d/init.d/cloud-init");
        expect(OLD_OR_NEW.filter((start) => script.startsWith(start)).length).toBe(1);
        const other = scenario.copy(root);
        expect((await program(other, "install")).exitCode).toBe(0);
        expect(snapshotLayout(other)).toEqual(snapshotLayout(whole));
        await program(root, "uninstall");
        const after = snapshotRoot(root.path);
        const changed = [...before].filter(([path, line]) => after.get(path) !== line);
        expect(changed).toEqual([]);
        root.remove();
        other.remove();
      }
      expect(killedCount).toBeGreaterThanOrEqual(1);
    },
    TIMEOUT_MS,
  );

  test(
    "the manual and the words of completion come from the program, and ksh reads them",
    async () => {
      const { stdout, exitCode } = await program(bare, "man");
      expect(exitCode).toBe(0);
      expect(stdout).toContain(".SH SUBCOMMANDS\n");
      const script = `eval "$(${NEW} completion ksh)"; _cloud_init_words modules --mode`;
      expect((await bare.sh(script)).stdout).toBe("init\nconfig\nfinal\n");
      const wrong = await program(bare, "completion", "basj");
      expect(wrong.exitCode).toBe(2);
      expect(wrong.stderr).toContain('did you mean "bash"?');
    },
    TIMEOUT_MS,
  );
});
