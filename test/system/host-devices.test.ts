import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHostDevices } from "../../src/system/host-devices.ts";
import { moduleForProcess } from "../support/module-for-process.ts";

const devices = createHostDevices({ platform: "linux", env: {} });
let root = "";
/** Nobody writes to it: whoever opens it waits, as for a device that hangs. */
let hanging = "";

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "devices-"));
  hanging = path.join(root, "cd0");
  spawnSync("mkfifo", [hanging]);
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** How many dd(1) wait for the device still. */
function countReaders(): number {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.startsWith(`dd if=${hanging}`)).length;
}

describe("a device that never answers", () => {
  test("is told when the time is up, and nobody waits for it any more", async () => {
    const startedMs = performance.now();

    const silent = await devices.findSilent([["/dev/zero"], [hanging, `${hanging}-raw`]], 300);

    expect([...silent]).toEqual([hanging]);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    for (let count = 0; count < 100 && countReaders() > 0; count += 1) {
      await Bun.sleep(20);
    }
    expect(countReaders()).toBe(0);
  });

  test("does not keep this process from ending", () => {
    const script = `
      import { createHostDevices } from "${moduleForProcess("src/system/host-devices.ts")}";
      const silent = await createHostDevices({ platform: "linux", env: {} }).findSilent([["${hanging}"]], 200);
      process.stdout.write([...silent].join());
    `;
    const program = path.join(root, "devices.mjs");
    fs.writeFileSync(program, script);

    const { stdout, status } = spawnSync(process.execPath, [program], { timeout: 20_000 });

    expect([status, stdout.toString()]).toEqual([0, hanging]);
  });
});

test("a device that answers late is none of the silent ones where it gets more time; one that has it in vain is", async () => {
  const late = path.join(root, "cd1");
  spawnSync("mkfifo", [late]);
  const asked: string[] = [];
  const more = (ms: number) => async () => {
    asked.push("more");
    if (ms > 1_000) {
      fs.writeFileSync(late, "x");
    }
    return ms;
  };
  expect([...(await devices.findSilent([[late]], 200, more(20_000)))]).toEqual([]);
  expect([...(await devices.findSilent([[late]], 200, more(200)))]).toEqual([late]);
  expect((await devices.findSilent([["/dev/zero"]], 20_000, more(200))).size).toBe(0);
  expect(asked).toEqual(["more", "more"]);
});

test("SIGTERM while a device is asked ends the program, and leaves nobody behind", async () => {
  const program = path.join(root, "ask.mjs");
  fs.writeFileSync(
    program,
    `
      import { handleSignals } from "${moduleForProcess("src/system/host-signals.ts")}";
      import { createHostSystem } from "${moduleForProcess("src/system/host-system.ts")}";
      const sys = createHostSystem();
      handleSignals(sys, () => {});
      await sys.devices.findSilent([["${hanging}"]], 30_000);
      process.stdout.write("went on");
    `,
  );
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("exit", (code) => resolve(code));
  });
  for (let count = 0; count < 500 && countReaders() === 0; count += 1) {
    await Bun.sleep(20);
  }
  expect(countReaders()).toBe(1);
  child.kill("SIGTERM");
  expect([await ended, said, countReaders()]).toEqual([1, "", 0]);
}, 60_000);

describe("devices that answer", () => {
  test("are none of the silent ones, whatever they answer, and the answer is not waited for longer", async () => {
    const startedMs = performance.now();

    const silent = await devices.findSilent([["/dev/null"], ["/dev/zero"], ["/dev/tty"]], 20_000);

    expect(silent.size).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test("files, and what is not there, are not asked at all", async () => {
    const silent = await devices.findSilent([[path.resolve("package.json")], ["/dev/nope"]], 1);

    expect(silent.size).toBe(0);
  });

  test("a device is asked under its next name where it cannot be read under the first", async () => {
    const silent = await devices.findSilent([["/dev/tty", hanging]], 300);

    expect([...silent]).toEqual(["/dev/tty", hanging]);
    expect((await devices.findSilent([["/dev/zero", hanging]], 20_000)).size).toBe(0);
  });
});
