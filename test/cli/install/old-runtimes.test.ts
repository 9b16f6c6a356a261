import { expect, test } from "bun:test";
import { findOldRuntimes } from "../../../src/cli/install/old-runtimes.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const PROGRAM = "/opt/freeware/bin/cloud-init";
const CURRENT = "0.2.0-ba9876543210";
const HOUR_MS = 3_600_000;
const search = (root: string, nowMs = Date.now()) => ({
  root,
  running: `/mnt/${CURRENT}`,
  program: PROGRAM,
  nowMs,
  uid: 0,
});

test("runtimes of other versions are found in root's places, and nothing else that lies there", () => {
  const [installed, other, temporary, ...users] = [
    "opt/freeware/libexec/cloud-init",
    "var/opt/cloud-init/runtime",
    "var/tmp/.cloud-init-runtime.0",
    "var/tmp/.cloud-init-runtime.1001",
    "var/tmp/.cloud-init-runtime.mine",
  ].map((base) => `/image/${base}`) as [string, string, string, ...string[]];
  const fs = createMemoryFileSystem(
    Object.fromEntries(
      [installed, other, temporary, ...users].flatMap((base) =>
        ["0.1.0-0123456789ab", "0.2.0-rc.1-0123456789ab", CURRENT, "mine"].map((name) => [
          `${base}/${name}/node`,
          "",
        ]),
      ),
    ),
  );
  // What was just installed is not needed a second time.
  expect(findOldRuntimes(fs, search("/image"))).toEqual([
    `${installed}/0.1.0-0123456789ab`,
    `${installed}/0.2.0-rc.1-0123456789ab`,
    ...[other, temporary].flatMap((base) => [
      `${base}/0.1.0-0123456789ab`,
      `${base}/${CURRENT}`,
      `${base}/0.2.0-rc.1-0123456789ab`,
    ]),
  ]);
  expect(findOldRuntimes(fs, search("/"))).toEqual([]);
});

test("the runtime that runs stays where it is: the one that is installed may be of no use there", () => {
  const base = "/var/opt/cloud-init/runtime";
  const fs = createMemoryFileSystem({
    [`${base}/${CURRENT}/node`]: "",
    [`${base}/0.1.0-0123456789ab/node`]: "",
  });
  const running = `${base}/${CURRENT}`;
  expect(findOldRuntimes(fs, { ...search("/"), running })).toEqual([`${base}/0.1.0-0123456789ab`]);
});

test("nothing is found where somebody else could exchange a directory for a link meanwhile", () => {
  const base = "/var/tmp/.cloud-init-runtime.0";
  const fs = createMemoryFileSystem({ [`${base}/0.1.0-0123456789ab/node`]: "" });
  expect(findOldRuntimes(fs, search("/"))).toHaveLength(1);
  for (const attributes of [{ owner: "1001:0" }, { mode: 0o775 }, { mode: 0o757 }]) {
    fs.setAttributes(base, { owner: "0:0", mode: 0o755 });
    fs.setAttributes(base, attributes);
    expect(findOldRuntimes(fs, search("/"))).toEqual([]);
  }
});

test("the runtime that the installed program starts stays, whoever asks", () => {
  const base = "/opt/freeware/libexec/cloud-init";
  const fs = createMemoryFileSystem({
    [PROGRAM]: "#!/bin/sh\n{ # stub\nversion=0.1.0-0123456789ab\n",
    [`${base}/0.1.0-0123456789ab/node`]: "",
    [`${base}/0.1.0-aaaaaaaaaaaa/node`]: "",
  });
  expect(findOldRuntimes(fs, search("/"))).toEqual([`${base}/0.1.0-aaaaaaaaaaaa`]);
});

test("an unpacking that was cut off is found when nobody can be at it any more", () => {
  const unfinished = "/opt/freeware/libexec/cloud-init/.t.42";
  const fs = createMemoryFileSystem({ [`${unfinished}/node`]: "" });
  const madeMs = fs.stat(unfinished)?.modifiedMs ?? 0;
  expect(findOldRuntimes(fs, search("/", madeMs + HOUR_MS / 2))).toEqual([]);
  expect(findOldRuntimes(fs, search("/", madeMs + 2 * HOUR_MS))).toEqual([unfinished]);
});
