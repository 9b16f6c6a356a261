// Without a terminal; only Bun lets a program see whether SIGHUP is ignored.
import { afterAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isHangUpFatal } from "../../src/system/host-hang-up.ts";
import { moduleForProcess } from "../support/module-for-process.ts";

const PROBE = moduleForProcess("test/system/host-probe.ts");
const IS_BUN = process.versions["bun"] !== undefined;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "host-hang-up-"));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** What the probe says to a hang-up while its command runs. `before`: words of a shell. */
async function hangUp(before: string): Promise<readonly unknown[]> {
  const root = fs.mkdtempSync(`${directory}/root-`);
  const script = `touch ${root}/ready\nwhile [ ! -e ${root}/go ]; do sleep 0.05; done`;
  fs.writeFileSync(`${root}/script`, script);
  const argv = ["-c", `${before}; exec "$@"`, "sh", process.execPath, PROBE];
  const child = spawn("/bin/sh", [...argv, "wait-for-agent", root]);
  const texts = ["", ""];
  child.stdout.on("data", (chunk: Uint8Array) => (texts[0] += String(chunk)));
  child.stderr.on("data", (chunk: Uint8Array) => (texts[1] += String(chunk)));
  const ended = new Promise<unknown>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  for (let count = 0; count < 500 && !fs.existsSync(`${root}/ready`); count += 1) {
    await Bun.sleep(20);
  }
  child.kill("SIGHUP");
  await Bun.sleep(100);
  fs.writeFileSync(`${root}/go`, "");
  return [await ended, ...texts];
}

test("a hang-up ends the program in order, where it can know that it is meant", async () => {
  const expected = IS_BUN ? [1, "", "received SIGHUP\n"] : [0, "went on\n", ""];
  expect(await hangUp(":")).toEqual(expected);
}, 30_000);

test("a hang-up that is ignored, as by nohup, stays ignored", async () => {
  expect(await hangUp("trap '' HUP")).toEqual([0, "went on\n", ""]);
}, 30_000);

test("under Node.js nothing tells", () => {
  const { bun: _unused, ...versions } = process.versions;
  expect(isHangUpFatal({ versions })).toBe(false);
});
