// Against the machine and the runtime that run the tests, and against what could be broken in one.
import { describe, expect, test } from "bun:test";
import { platformTests } from "../../../../src/cli/doctor/selftest/platform-tests.ts";
import { exitCodeOf } from "../../../../src/cli/doctor/selftest/self-test-json.ts";
import { runSelfTest, type SelfTestCheck } from "../../../../src/cli/doctor/selftest/self-test.ts";
import { createHostSystem } from "../../../../src/system/host-system.ts";
import type { ExecOptions, ExecResult, FileSystem, System } from "../../../../src/system/system.ts";

const TIMEOUT_MS = 60_000;
const SLOW = "deadline";

async function testPlatform(sys: System, ...names: readonly string[]) {
  const tests = platformTests().filter(({ name }) => names.length === 0 || names.includes(name));
  return runSelfTest(sys, { tests });
}

test(
  "all is well on this machine, and nothing stays",
  async () => {
    const host = createHostSystem();
    const made: string[] = [];
    const makeDirectory: FileSystem["makeDirectory"] = (path, options) => {
      made.push(path);
      host.fs.makeDirectory(path, options);
    };
    const sys = { ...host, fs: { ...host.fs, makeDirectory } };
    const checks = await testPlatform(sys);
    expect(checks.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    expect(checks.map(({ name }) => name)).toContain(SLOW);
    expect(exitCodeOf(checks)).toBe(0);
    expect(made).toHaveLength(1);
    expect(made.filter((path) => sys.fs.stat(path) !== undefined)).toEqual([]);
  },
  TIMEOUT_MS,
);

type QueryChange = (
  argv: readonly string[],
  options: ExecOptions,
  result: ExecResult,
) => Partial<ExecResult>;

function withCommands(change: QueryChange): System {
  const base = createHostSystem();
  return {
    ...base,
    exec: {
      ...base.exec,
      async query(argv, options = {}) {
        const result = await base.exec.query(argv, options);
        return { ...result, ...change(argv, options, result) };
      },
    },
  };
}

function withFiles(change: (fs: FileSystem) => Partial<FileSystem>): System {
  const base = createHostSystem();
  return { ...base, fs: { ...base.fs, ...change(base.fs) } };
}

const bigOnLittle = (sys: System): System => ({
  ...sys,
  process: { ...sys.process, platform: "aix", readByteOrder: async () => "little" as const },
});

/** What can be wrong with a runtime, and the test that finds it. */
const BROKEN: readonly (readonly [what: string, test: string, sys: () => System])[] = [
  ["an AIX that is little-endian", "runtime", () => bigOnLittle(createHostSystem())],
  [
    "random bytes that are always the same",
    "random",
    () => ({
      ...createHostSystem(),
      random: { bytes: (count) => new Uint8Array(count).fill(count === 8 ? 7 : 0) },
    }),
  ],
  [
    "a wait that does not wait",
    "clock",
    () => {
      const sys = createHostSystem();
      return { ...sys, clock: { ...sys.clock, sleep: async () => undefined } };
    },
  ],
  [
    "a write that leaves its temporary file",
    "write",
    () =>
      withFiles((fs) => ({
        write(path, content, options) {
          fs.write(path, content, options);
          fs.append(`${path}.tmp`, "");
        },
      })),
  ],
  [
    "a write that does not keep others out",
    "exclusive",
    () =>
      withFiles((fs) => ({
        write: (path, content, { exclusive: _unused, ...options } = {}) =>
          fs.write(path, content, options),
      })),
  ],
  ["a mode that is not set", "attributes", () => withFiles(() => ({ setAttributes: () => {} }))],
  [
    "a write that puts a file in place of a link",
    "links",
    () =>
      withFiles((fs) => ({
        write(path, content, options) {
          if (fs.stat(path)?.kind === "symlink") {
            fs.remove(path);
          }
          fs.write(path, content, options);
        },
      })),
  ],
  [
    "names that are not sorted",
    "names",
    () => withFiles((fs) => ({ list: (path) => [...fs.list(path)].reverse() })),
  ],
  [
    "a byte that is lost",
    "read",
    () => withFiles((fs) => ({ readBytes: (path) => fs.readBytes(path).subarray(1) })),
  ],
  [
    "errors without a code",
    "file-errors",
    () =>
      withFiles(() => ({
        readBytes() {
          throw new Error("something is wrong");
        },
      })),
  ],
  [
    "signals that are told as exit codes",
    "exit-codes",
    () =>
      withCommands((_argv, _options, { signal: _unused, ...result }) => ({
        ...result,
        exitCode: result.exitCode === 143 ? 15 : result.exitCode,
      })),
  ],
  [
    "a pipe that is cut short",
    "streams",
    () => withCommands((_argv, _options, { stdout }) => ({ stdout: stdout.slice(0, 65_536) })),
  ],
  [
    "a missing command that succeeds",
    "missing-command",
    () => withCommands(() => ({ exitCode: 0 })),
  ],
  [
    "an environment that gets through",
    "environment",
    () => withCommands((_argv, _options, { stdout }) => ({ stdout: `LIBPATH=/x\n${stdout}` })),
  ],
  ["a deadline that is not told", SLOW, () => withCommands(() => ({ timedOut: false }))],
];

describe("exit code 2, and what is broken is told", () => {
  test.each(BROKEN)(
    "%s",
    async (_what, name, makeSystem) => {
      const sys = makeSystem();
      const [check, ...others] = await testPlatform(sys, name);
      expect(others).toEqual([]);
      expect(check).toMatchObject({ kind: "platform", name, outcome: "broken" });
      expect(check?.what.length).toBeGreaterThan(10);
      expect(exitCodeOf(check === undefined ? [] : [check])).toBe(2);
    },
    TIMEOUT_MS,
  );

  test(
    "what a command had started and that goes on",
    async () => {
      // The process asked about is this one, which is not going to end.
      const base = createHostSystem();
      const pid = String(base.process.pid);
      const sys: System = {
        ...base,
        fs: {
          ...base.fs,
          readBytesIfExists: (path) =>
            /\/pid\d$/u.test(path)
              ? new TextEncoder().encode(pid)
              : base.fs.readBytesIfExists(path),
        },
        clock: { ...base.clock, sleep: (ms) => base.clock.sleep(Math.min(ms, 100)) },
      };
      const [check] = await testPlatform(sys, SLOW);
      expect(check).toMatchObject({ outcome: "broken" });
      expect(check?.what).toContain(`What it had started (process ${pid}) is gone`);
    },
    TIMEOUT_MS,
  );

  test("no place for a temporary directory", async () => {
    const sys = withFiles((fs) => ({
      stat: (path) => (/^\/(?:var\/)?tmp$/u.test(path) ? undefined : fs.stat(path)),
    }));
    const checks: readonly SelfTestCheck[] = await testPlatform(
      sys,
      "byte-order",
      "exit-codes",
      "http",
      "missing-command",
      "write",
    );
    const told = checks.map(({ name, outcome }) => `${name} ${outcome}`).sort();
    expect(told).toEqual([
      "byte-order ok",
      "exit-codes ok",
      "http ok",
      "missing-command ok",
      "temporary-directory broken",
      "write left-out",
    ]);
  });
});
