import { describe, expect, test } from "bun:test";
import { createSilenceWatch } from "../../src/distros/silent-devices.ts";
import type { Devices } from "../../src/system/system.ts";

const DRIVE = ["/dev/cd0", "/dev/rcd0"];

/** A drive that answers after so long, and for how long it was waited for. */
function slowDrive(answersAfterMs: number): { readonly devices: Devices; waitedMs: number } {
  const drive: { readonly devices: Devices; waitedMs: number } = {
    waitedMs: 0,
    devices: {
      async findSilent(devices, timeoutMs, moreMs) {
        drive.waitedMs = timeoutMs;
        if (answersAfterMs > timeoutMs) {
          drive.waitedMs += (await moreMs?.()) ?? 0;
        }
        return new Set(answersAfterMs > drive.waitedMs ? devices.flat() : []);
      },
    },
  };
  return drive;
}

describe("a drive that is slow", () => {
  test("is waited for longer where that is needed, and is then no silent one", async () => {
    const drive = slowDrive(40_000);
    const watch = createSilenceWatch(drive);
    watch.waitLonger(async () => true);
    await watch.ask([DRIVE]);
    expect(watch.probe("/dev/cd0")).toBeUndefined();
  });

  test("is not waited for longer where that is not needed", async () => {
    const drive = slowDrive(40_000);
    const watch = createSilenceWatch(drive);
    watch.waitLonger(async () => false);
    await watch.ask([DRIVE]);
    expect([drive.waitedMs, watch.probe("/dev/cd0")]).toEqual([
      30_000,
      expect.objectContaining({ reason: expect.stringContaining("nothing within 30 s,") }),
    ]);
  });

  test("is told with the time that it was given", async () => {
    const watch = createSilenceWatch(slowDrive(1e9));
    watch.waitLonger(async () => true);
    await watch.ask([DRIVE]);
    expect(watch.probe("/dev/rcd0")).toMatchObject({
      reason: expect.stringContaining("nothing within 75 s,"),
    });
  });

  test("that answers in time has nobody asked whether to wait", async () => {
    const watch = createSilenceWatch(slowDrive(20_000));
    watch.waitLonger(() => Promise.reject(new Error("asked")));
    await watch.ask([DRIVE]);
    expect(watch.probe("/dev/cd0")).toBeUndefined();
  });
});
