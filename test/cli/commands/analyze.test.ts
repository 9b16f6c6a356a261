import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { FileError } from "../../../src/system/file-error.ts";
import type { Input } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { bootMachine } from "../../support/run-by-hand.ts";
import { textAt } from "../../support/sample-machine.ts";

const LOG = "/var/log/cloud-init.log";
/** As upstream writes it; its analyze 22.4 was run on these lines. */
const PEER_LOG = `2026-01-02 03:04:05,000 - util.py[DEBUG]: Cloud-init v. 22.4.2 running 'init-local' at Fri, 02 Jan 2026 03:04:05 +0000. Up 10.50 seconds.
2026-01-02 03:04:05,010 - handlers.py[DEBUG]: start: init-local/check-cache: attempting to read from cache [check]
2026-01-02 03:04:05,220 - handlers.py[DEBUG]: finish: init-local/check-cache: SUCCESS: no cache found
2026-01-02 03:05:05,220 - handlers.py[DEBUG]: finish: init-local: SUCCESS: searching for local datasources
2026-01-02 03:06:05,000 - util.py[DEBUG]: Cloud-init v. 22.4.2 running 'modules:config' at Fri, 02 Jan 2026 03:06:05 +0000. Up 130.50 seconds.
2026-01-02 03:06:05,220 - handlers.py[DEBUG]: start: modules-config/config-x: running config-x with frequency once
2026-01-02 03:06:05,230 - handlers.py[DEBUG]: finish: modules-config/config-x: SUCCESS: config-x previously ran
2026-01-02 03:06:05,240 - handlers.py[DEBUG]: finish: modules-config: SUCCESS: running modules for config
`;

async function analyze(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>>,
  input?: Input,
) {
  const scripted = createScriptedSystem({ files }).system;
  const system = input === undefined ? scripted : { ...scripted, input };
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["analyze", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode, fs: system.fs };
}

describe("a log of upstream", () => {
  const files = { [LOG]: PEER_LOG };

  test("shows as upstream shows it", async () => {
    expect((await analyze(["show"], files)).stdout).toBe(`-- Boot Record 01 --
The total time elapsed since completing an event is printed after the "@" character.
The time the event takes is printed after the "+" character.

Starting stage: init-local
|\`->no cache found @00.01000s +00.21000s
Finished stage: (init-local) 60.22000 seconds

Starting stage: modules-config
|\`->config-x previously ran @120.22000s +00.01000s
Finished stage: (modules-config) 00.24000 seconds

Total Time: 60.46000 seconds

1 boot records analyzed
`);
    expect((await analyze(["blame"], files)).stdout).toBe(`-- Boot Record 01 --
     00.21000s (init-local/check-cache)
     00.01000s (modules-config/config-x)

1 boot records analyzed
`);
  });

  test("is dumped, and what is dumped can be shown", async () => {
    const dumped = await analyze(["dump", "-o", "/tmp/d.json"], files);
    const json = new TextDecoder().decode(dumped.fs.readBytes("/tmp/d.json"));
    expect(JSON.parse(json)[0]).toEqual({
      description: "starting search for local datasources",
      event_type: "start",
      name: "init-local",
      origin: "cloudinit",
      timestamp: 1_767_323_045,
    });
    const again = await analyze(["show", "-i", "/tmp/d.json"], { "/tmp/d.json": json });
    expect(again.stdout).toBe((await analyze(["show"], files)).stdout);
  });

  test("has a format of one's own, and may be packed", async () => {
    const packed = { "/var/log/cloud-init.log.1.gz": gzipSync(PEER_LOG) };
    const args = ["show", "-i", "/var/log/cloud-init.log.1.gz", "-f", "%n|%t|%e|%E|%r|%o|%d|%%|%q"];
    expect((await analyze(args, packed)).stdout).toContain(
      "init-local/check-cache|1767323045.22000|finish|00.01000|SUCCESS|cloudinit|00.21000|%|%q\n",
    );
  });

  test("tells of the machine's start by its uptime", async () => {
    expect((await analyze(["boot"], files)).stdout).toBe(`-- Most Recent Boot Record --
    Kernel Started at: 2026-01-02 03:03:54.500
    Cloud-init start: 2026-01-02 03:04:05.000
    Time between Kernel start and Cloud-init start (seconds): 10.500
    Cloud-init end: 2026-01-02 03:06:05.240
    Time between Cloud-init start and end (seconds): 120.240
    Time from Kernel start to Cloud-init end (seconds): 130.740
`);
    const without = { [LOG]: PEER_LOG.replace(/Up .* seconds\./gu, "") };
    const done = await analyze(["boot"], without);
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toStartWith("Cannot tell when the machine started");
  });
});

describe("the log of this program", () => {
  let log = "";
  beforeAll(async () => {
    const aix = await bootMachine();
    await runBoot(aix);
    log = textAt(aix, LOG);
  });

  test("has a record for each boot, with all four stages", async () => {
    const { stdout } = await analyze(["show"], { [LOG]: log });
    expect(stdout.match(/^-- Boot Record \d\d --$/gmu)).toEqual([
      "-- Boot Record 01 --",
      "-- Boot Record 02 --",
    ]);
    expect(stdout.match(/^Finished stage: \([a-z-]+\)/gmu)).toHaveLength(8);
    expect(stdout).toEndWith("\n2 boot records analyzed\n");
  });

  test("has the start of a stage once, for upstream's analyze", () => {
    expect(log).not.toMatch(/: start: [a-z-]+: /u);
  });

  test("is drawn: stages, modules, commands, each command once", async () => {
    const first = log.slice(0, log.indexOf("running 'init-local'", log.indexOf("modules:final")));
    const { stdout } = await analyze(["plot"], { [LOG]: first });
    expect(stdout).toStartWith('<?xml version="1.0"');
    for (const text of ["init-local", "init-network", "modules-final", "config-users_groups"]) {
      expect(stdout).toContain(`>${text}</text>`);
    }
    const ran = first.match(/Running command /gu)?.length ?? 0;
    expect(ran).toBeGreaterThan(20);
    expect(stdout.match(/class="cmd"/gu)).toHaveLength(ran);
    expect(stdout).toContain(`${ran} commands`);
  });

  test("that was cut off shows what has not ended", async () => {
    const cut = log.slice(0, log.indexOf("finish: init-network/config-ssh"));
    const shown = (await analyze(["show"], { [LOG]: cut })).stdout;
    expect(shown).toContain("(has not ended)");
    expect(shown).toContain("Stage init-network has not ended\n");
    expect((await analyze(["boot"], { [LOG]: cut })).stdout).toContain("Cloud-init has not ended");
    expect((await analyze(["plot"], { [LOG]: cut })).stdout).toContain("not ended");
  });
});

describe("the standard input", () => {
  const read = (readAll: Input["readAll"]) => analyze(["show", "-i", "-"], {}, { readAll });

  test("is a log like any other", async () => {
    const asFile = (await analyze(["show"], { [LOG]: PEER_LOG })).stdout;
    expect((await read(async () => new TextEncoder().encode(PEER_LOG))).stdout).toBe(asFile);
    expect((await read(async () => gzipSync(PEER_LOG))).stdout).toBe(asFile);
  });

  test("may be empty, absent or broken", async () => {
    const empty = { exitCode: 1, stderr: "Empty file -\n" };
    expect(await read(async () => new Uint8Array())).toMatchObject(empty);
    expect(await analyze(["show", "-i", "-"], {})).toMatchObject(empty);
    const broken = await read(async () => {
      throw new FileError("read", "standard input", "EIO");
    });
    expect(broken).toMatchObject({
      exitCode: 1,
      stderr: 'Cannot open file -: Cannot read "standard input": input/output error (EIO)\n',
    });
  });
});

describe("what cannot be analysed", () => {
  test("is told", async () => {
    const missing = await analyze(["show", "-i", "/nope"], {});
    expect(missing).toMatchObject({ exitCode: 1, stderr: "Cannot open file /nope\n" });
    expect((await analyze(["show"], { [LOG]: " \n" })).stderr).toBe(`Empty file ${LOG}\n`);
    expect((await analyze(["show"], { [LOG]: "x\n" })).stderr).toContain("No events of cloud-init");
    const cutGzip = gzipSync(PEER_LOG).subarray(0, 50);
    expect((await analyze(["show"], { [LOG]: cutGzip })).stderr).toContain("cut short");
  });

  test("a time that no date can show is left out of what was dumped", async () => {
    const event = { name: "init-local", description: "x", event_type: "start", timestamp: 1e18 };
    const far = JSON.stringify([event, { ...event, timestamp: -1e12 }]);
    for (const view of ["show", "boot", "plot", "dump"]) {
      const done = await analyze([view, "-i", "/d"], { "/d": far });
      expect(done).toMatchObject({ stdout: "", exitCode: 1 });
      expect(done.stderr).toStartWith("No events of cloud-init in /d");
    }
    const good = { ...event, timestamp: 253_402_300_799 };
    const { stdout } = await analyze(["plot", "-i", "/d"], { "/d": JSON.stringify([good]) });
    expect(stdout).toContain("9999-12-31 23:59:59");
  });

  test("a view that is not there is a wrong call", async () => {
    const done = await analyze(["blam"], { [LOG]: PEER_LOG });
    expect(done.exitCode).toBe(2);
    expect(done.stderr).toContain('did you mean "blame"?');
    expect((await analyze([], {})).exitCode).toBe(2);
  });

  test("a file that cannot be written is told", async () => {
    const done = await analyze(["dump", "-o", `${LOG}/x`], { [LOG]: PEER_LOG });
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain(`"${LOG}/x"`);
  });
});
