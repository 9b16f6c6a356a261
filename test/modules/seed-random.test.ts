import { gzipSync } from "node:zlib";
import { describe, expect, test } from "bun:test";
import { seedRandom } from "../../src/modules/seed-random.ts";
import { readText } from "../../src/system/files.ts";
import { type ModuleRunOptions, runModule } from "../support/module-context.ts";

const FILE = "/var/lib/seed";
const SEED = "NEVER-SHOWN-SEED";

function run(random_seed: unknown, options: ModuleRunOptions = {}) {
  return runModule(seedRandom, {
    config: { random_seed },
    entryName: "seed_random",
    ...options,
    machine: { files: { [FILE]: "old:" }, ...options.machine },
  });
}

describe("the seed", () => {
  const encodings: readonly (readonly [string | undefined, unknown])[] = [
    [undefined, SEED],
    ["raw", SEED],
    ["RAW", new TextEncoder().encode(SEED)],
    ["b64", Buffer.from(SEED).toString("base64")],
    ["base64", Buffer.from(SEED).toString("base64")],
    ["gz", new Uint8Array(gzipSync(SEED))],
    ["gzip", new Uint8Array(gzipSync(SEED))],
    ["gz+base64", gzipSync(SEED).toString("base64")],
  ];
  for (const [encoding, data] of encodings) {
    test(`is appended when it is ${encoding ?? "of no named encoding"}, and shown nowhere`, async () => {
      const { system, failures, log, ledger } = await run({ file: FILE, data, encoding });
      expect(failures).toEqual([]);
      expect(readText(system.fs, FILE)).toBe(`old:${SEED}`);
      expect(log).toEqual([`DEBUG seed_random: adding 16 bytes of random seed entropy to ${FILE}`]);
      expect(JSON.stringify(ledger)).not.toContain(SEED);
    });
  }

  test("of the cloud follows that of the user, by default to /dev/urandom", async () => {
    const { changes } = await run(
      { data: "user" },
      { instance: { randomSeed: new TextEncoder().encode("cloud") } },
    );
    const [change] = changes;
    expect(changes).toHaveLength(1);
    expect(change).toMatchObject({ kind: "append", path: "/dev/urandom" });
    expect(
      change !== undefined && "content" in change && Buffer.from(change.content).toString(),
    ).toBe("usercloud");
  });

  test("is not missed: without one nothing happens", async () => {
    for (const value of [undefined, null, {}, { data: "" }, { data: null }]) {
      const { changes, failures } = await run(value);
      expect([changes, failures]).toEqual([[], []]);
    }
  });

  test("that cannot be written is a warning only", async () => {
    const machine = { files: { "/dir/x": "" } };
    const { failures, log } = await run({ file: "/dir", data: SEED }, { machine });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toContain('WARNING Cannot add a random seed to "/dir"');
    expect(log.join("\n")).not.toContain(SEED);
  });

  test("that cannot be decoded fails the module without being shown", async () => {
    const bad = [
      [{ data: "%%%NEVER", encoding: "b64" }, "is not base64"],
      [{ data: "NEVER", encoding: "gzip" }, "Cannot use the random seed"],
      [{ data: "NEVER", encoding: "rot13" }, "Unknown random_seed encoding: rot13"],
      [{ data: ["NEVER"] }, "got a list"],
      [{ data: { NEVER: 1 } }, "got a mapping"],
    ] as const;
    for (const [value, message] of bad) {
      const { changes, failures, log } = await run(value);
      expect(failures).toHaveLength(1);
      expect(failures.join()).toContain(message);
      expect(log.join()).not.toContain("NEVER");
      expect(changes).toEqual([]);
    }
  });

  test("goes to an absolute path only; 64 KiB of a name are not repeated", async () => {
    for (const file of ["relative", "/a/../b", "/a\nb", "/a\0b", `/${"x".repeat(65_536)}`]) {
      const { changes, failures } = await run({ file, data: SEED });
      expect(failures.join()).toContain("expected an absolute path");
      expect(failures.join().length).toBeLessThan(400);
      expect(changes).toMatchObject([{ kind: "append", path: "/dev/urandom" }]);
    }
  });

  test("settings of the wrong type are reported and the rest is used", async () => {
    for (const [key, value] of [
      ["file", []],
      ["encoding", {}],
      ["command", {}],
      ["command", [{}]],
      ["command_required", []],
    ] as const) {
      const { failures } = await run({ data: SEED, [key]: value });
      expect([key, failures.length]).toEqual([key, 1]);
      expect(failures.join()).not.toContain(SEED);
    }
    for (const value of [[], "text", 5, true]) {
      expect((await run(value)).failures).toHaveLength(1);
    }
  });
});

describe("the command", () => {
  const command = ["/opt/example/feed", "-q"];
  const outcome = (exitCode: number, timedOut = false) => ({
    commands: { "/opt/example/feed": () => ({ exitCode, timedOut }) },
  });

  test("knows the file, and has a minute", async () => {
    const seen: unknown[] = [];
    const machine = {
      commands: {
        "/opt/example/feed": (_argv: readonly string[], options: object) => {
          seen.push(options);
          return "";
        },
      },
    };
    const { failures, commands, ledger } = await run({ file: FILE, command }, { machine });
    expect(failures).toEqual([]);
    expect(commands).toEqual([command]);
    expect(seen).toMatchObject([
      { env: { RANDOM_SEED_FILE: FILE }, timeoutMs: 60_000, owner: "user", output: "inherit" },
    ]);
    expect(ledger).toMatchObject([{ kind: "command", what: command.join(" "), outcome: "ok" }]);
  });

  test("that is not there fails only where it is required", async () => {
    const optional = await run({ command }, { machine: outcome(127) });
    expect(optional.failures).toEqual([]);
    expect(optional.log.join()).toContain("DEBUG Command /opt/example/feed not found");
    const required = await run({ command, command_required: true }, { machine: outcome(127) });
    expect(required.failures).toEqual([
      "handling random command [/opt/example/feed -q] failed: it was not found",
    ]);
    expect((await run({ command_required: true })).failures).toHaveLength(1);
  });

  test("that fails or takes too long fails the module", async () => {
    expect((await run({ command }, { machine: outcome(3) })).failures.join()).toContain(
      "exit code 3",
    );
    expect((await run({ command }, { machine: outcome(124, true) })).failures.join()).toContain(
      "longer than 60 s",
    );
    expect((await run({ command: ["a\0b"] })).failures.join()).toContain("NUL");
  });
});
