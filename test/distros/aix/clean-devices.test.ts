import { expect, test } from "bun:test";
import { ensureCleanDevicesOnDeploy } from "../../../src/distros/aix/clean-devices.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const LSATTR = "/usr/sbin/lsattr -El sys0 -F attribute value";

test("where sys0 cannot be asked, ghostdev is tried as on the oldest levels", async () => {
  const { system, commands } = createScriptedSystem({
    commands: { [LSATTR]: { exitCode: 255 }, "/usr/sbin/chdev": "sys0 changed\n" },
  });
  expect(await ensureCleanDevicesOnDeploy(system)).toBe("set sys0 ghostdev=1");
  expect(commands.at(-1)).toEqual(["/usr/sbin/chdev", "-l", "sys0", "-a", "ghostdev=1"]);
});

test("clouddev wins over ghostdev, and is set once", async () => {
  let value = "0";
  const { system, commands } = createScriptedSystem({
    commands: {
      [LSATTR]: () => `ghostdev 1\nclouddev ${value}\n`,
      "/usr/lib/boot/bootutil": "",
      "/usr/sbin/chdev": () => {
        value = "1";
        return "sys0 changed\n";
      },
    },
  });
  expect(await ensureCleanDevicesOnDeploy(system)).toBe("set sys0 clouddev=1");
  const count = commands.length;
  expect(await ensureCleanDevicesOnDeploy(system)).toBe("kept sys0 clouddev=1");
  expect(commands.length).toBe(count + 1);
});
