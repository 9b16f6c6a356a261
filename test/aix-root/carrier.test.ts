// The carrier with this machine's Node.js in place of the binary: the same boots, the same machine.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { buildCarrier } from "../../scripts/carrier/carrier.ts";
import { START_CACHES } from "../../src/cli/install/start-cache.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { compareSnapshots, type RootSnapshot, snapshotRoot } from "../support/root-snapshot.ts";

const TIMEOUT_MS = 120_000;
const RUNTIMES = "/opt/freeware/libexec/cloud-init";

/** What the two programs are themselves, and the libraries of the one. */
const PROGRAM = /^\/(?:opt\/freeware\/(?:libexec(?:\/|$)|bin\/cloud-init$|lib\/cloud-init\/)|lib)/u;

function machineOf(root: AixTestRoot): RootSnapshot {
  return new Map([...snapshotRoot(root.path)].filter(([name]) => !PROGRAM.test(name)));
}

function nodeObstacle(): string | undefined {
  return canUseAixRoot() ?? (nodePath() === "" ? "there is no node" : undefined);
}

function nodePath(): string {
  const { stdout } = spawnSync("node", ["-p", "process.execPath"], { encoding: "utf8" });
  return (stdout ?? "").trim();
}

describe.skipIf(requireOrSkip(nodeObstacle()))("the carrier on AIX", () => {
  let dir: string;
  let carried: AixScenario;
  let compiled: AixScenario;

  beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-carrier-"));
    const agentBinary = path.join(dir, "cloud-init");
    const program = fs.readFileSync(builtArtefacts().bundle);
    const runtime = fs.readFileSync(nodePath());
    fs.writeFileSync(
      agentBinary,
      buildCarrier({ runtime, program, form: "ustar", runsOnAny: true }),
    );
    carried = createAixScenario({}, { agentBinary, librariesFor: nodePath() });
    compiled = createAixScenario();
  }, TIMEOUT_MS);
  afterAll(() => {
    carried.removeAll();
    compiled.removeAll();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  test(
    "makes of the machine what the binary makes of it, at the first boot, the second and without the drive",
    async () => {
      const [ours, theirs] = [await carried.deployed(), await compiled.deployed()];
      expect(compareSnapshots(machineOf(ours), [machineOf(theirs)])).toEqual([]);
      expect(resultOf(ours)).toEqual(resultOf(theirs));
      expect(messagesOf(ours)).toEqual(messagesOf(theirs));
      for (const options of [{}, { detachDrive: true }]) {
        await ours.boot(options);
        await theirs.boot(options);
        expect(compareSnapshots(machineOf(ours), [machineOf(theirs)])).toEqual([]);
        expect(resultOf(ours)).toEqual(resultOf(theirs));
      }
    },
    TIMEOUT_MS,
  );

  test(
    "is installed with a cache of what it compiles; what is left of a damaged one does no harm",
    async () => {
      const root = await carried.image();
      const [version = ""] = root.list(RUNTIMES);
      const runtime = `${RUNTIMES}/${version}`;
      const made = [".ok", "app.cjs", "node", "program.cjs", ...START_CACHES].sort();
      expect(root.list(runtime)).toEqual(made);
      expect(await refusedCaches(root, runtime)).toEqual([]);
      // What does not say which stage it is about begins with this one.
      const cache = `${runtime}/modules-config.v8`;
      const whole = fs.readFileSync(root.path + cache);
      expect((await root.agent("install")).stdout).toContain(`kept ${cache}\n`);
      expect(fs.readFileSync(root.path + cache).equals(whole)).toBe(true);
      for (const damaged of damagesOf(whole)) {
        root.write(cache, damaged);
        const { exitCode, stdout, stderr } = await root.agent("--version");
        expect([exitCode, stdout, stderr]).toEqual([
          0,
          expect.stringMatching(/^cloud-init \d/u),
          "",
        ]);
      }
      // The next install makes it again.
      expect((await root.agent("install")).stderr).toBe("");
      expect(await refusedCaches(root, runtime)).toEqual([]);
      expect((await root.agent("uninstall")).stderr).toBe("");
      expect(root.list(runtime).filter((name) => name.endsWith(".v8"))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "loads nothing that takes Node.js long, in a stage that starts no command",
    async () => {
      const root = await carried.deployed();
      const [version = ""] = root.list(RUNTIMES);
      root.write(
        "/var/tmp/loaded.cjs",
        `process.on("exit", () => {
          const names = process.moduleLoadList.map((line) => line.split(" ").at(-1));
          require("fs").writeFileSync("/var/tmp/loaded.json", JSON.stringify(names));
        });`,
      );
      const { exitCode, stderr } = await root.sh(
        `D=${RUNTIMES}/${version}; $D/node -r /var/tmp/loaded.cjs $D/app.cjs --carried ${AGENT} modules --mode config`,
      );
      expect([exitCode, stderr]).toEqual([0, ""]);
      const loaded: string[] = JSON.parse(root.read("/var/tmp/loaded.json"));
      expect(loaded).toContain("vm");
      const slow = [
        "child_process",
        "crypto",
        "module",
        "net",
        "os",
        "perf_hooks",
        "stream",
        "util",
      ];
      const rest = ["internal/crypto/webcrypto", "internal/fs/rimraf", "internal/fs/promises"];
      const before = await loadedByNothing(root, `${RUNTIMES}/${version}`);
      const more = loaded.filter((name) => !before.has(name));
      expect(more.filter((name) => [...slow, ...rest].includes(name))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "goes on where the caller ignores that the terminal is gone, as nohup does",
    async () => {
      for (const scenario of [carried, compiled]) {
        const root = await scenario.image();
        const { exitCode, stdout } = await root.sh(
          `trap '' HUP; ${AGENT}-per always hup sh -c 'kill -HUP $PPID; sleep 0.3; print alive' | cat; print ended`,
        );
        expect([exitCode, stdout]).toEqual([0, "alive\nended\n"]);
        const boot = await root.sh(
          `trap '' HUP; ${AGENT}-per always hup sh -c 'kill -HUP $PPID; exit 3'; print $?`,
        );
        expect(boot.stdout).toBe("3\n");
      }
    },
    TIMEOUT_MS,
  );

  test(
    "installed from elsewhere by a name without a slash is put into place, and goes with its runtime",
    async () => {
      const root = await carried.image();
      await root.agent("uninstall");
      const { stdout, stderr, exitCode } = await root.sh(`
        mkdir /tmp/new; mv ${AGENT} /tmp/new/cloud-init; rm -r ${RUNTIMES}
        print 'an older program' > ${AGENT}; chmod 755 ${AGENT}
        cd /tmp/new; PATH=/opt/freeware/bin:$PATH sh cloud-init install | grep -c '${RUNTIMES}/.*/'
        cmp cloud-init ${AGENT} && print installed
        PATH=/opt/freeware/bin:$PATH sh cloud-init uninstall >/dev/null; print $?
        cat ${AGENT}; ls -R ${RUNTIMES}`);
      expect(stdout).toBe("8\ninstalled\n0\nan older program\n");
      expect(stderr).toContain(`${RUNTIMES}: No such file`);
      expect(exitCode).not.toBe(0);
    },
    TIMEOUT_MS,
  );
});

/** Each of which V8 would run, or fall over. */
function damagesOf(whole: Buffer): readonly Uint8Array[] {
  const flipped = [64, Math.floor(whole.length / 3), whole.length - 9].map((at) => {
    const bytes = new Uint8Array(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  });
  return [new Uint8Array(), whole.subarray(0, 20), whole.subarray(0, -4096), ...flipped];
}

/** What Node.js has loaded before a program says anything. */
async function loadedByNothing(root: AixTestRoot, runtime: string): Promise<ReadonlySet<string>> {
  const { stdout } = await root.sh(
    `${runtime}/node -p 'JSON.stringify(process.moduleLoadList.map((line) => line.split(" ").at(-1)))'`,
  );
  return new Set(JSON.parse(stdout));
}

/** Those that the engine which made them does not take. */
async function refusedCaches(root: AixTestRoot, runtime: string): Promise<readonly string[]> {
  const script = `
    const fs = require("fs"), vm = require("vm");
    const source = fs.readFileSync("${runtime}/program.cjs", "latin1");
    for (const name of ${JSON.stringify(START_CACHES)}) {
      const bytes = fs.readFileSync("${runtime}/" + name);
      const cachedData = bytes.subarray(0, bytes.length / 2);
      if (!cachedData.equals(bytes.subarray(cachedData.length))) console.log(name, "differs");
      if (new vm.Script(source, { cachedData, filename: name }).cachedDataRejected) console.log(name);
    }`;
  root.write("/var/tmp/caches.cjs", script);
  const { stdout, stderr } = await root.sh(`${runtime}/node /var/tmp/caches.cjs`);
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

function resultOf(root: AixTestRoot): unknown {
  return JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`));
}

/** What the log says, without times, durations and process ids. */
function messagesOf(root: AixTestRoot): readonly string[] {
  return root
    .read("/var/log/cloud-init.log")
    .split("\n")
    .map((line) => line.replace(/^.*? - /u, "").replace(/\d+(?:\.\d+)?/gu, "N"))
    .map((line) => line.replace(/(after the reset of RMC: )".*"/u, "$1ID"));
}
