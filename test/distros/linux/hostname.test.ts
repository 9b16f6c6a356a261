import { expect, test } from "bun:test";
import { createLinuxHostname } from "../../../src/distros/linux/hostname.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
} from "../../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

function boot(files: Readonly<Record<string, string>>): ScriptedSystem & {
  readonly hostname: ReturnType<typeof createLinuxHostname>;
} {
  const scripted = createScriptedSystem({
    files,
    commands: { "/usr/bin/hostname": "", "/usr/sbin/sysctl": "" },
  });
  const ctx = { sys: scripted.system, log: createTestLogger([]), systemInfo: {} };
  return { ...scripted, hostname: createLinuxHostname(ctx) };
}

test("a new name goes to /etc/hostname and to the kernel", async () => {
  const machine = boot({ "/proc/sys/kernel/hostname": "localhost\n", "/usr/bin/hostname": "" });
  expect(await machine.hostname.ensure("vm1")).toBe(true);
  expect(readTextIfExists(machine.system.fs, "/etc/hostname")).toBe("vm1\n");
  expect(machine.commands).toEqual([["/usr/bin/hostname", "vm1"]]);
});

test("a name that is there already changes nothing", async () => {
  const machine = boot({
    "/proc/sys/kernel/hostname": "vm1\n",
    "/etc/hostname": "# comment\nvm1\n",
  });
  expect(await machine.hostname.ensure("vm1")).toBe(false);
  expect(machine.changes).toEqual([]);
});

test("without hostname(1), sysctl(8) does it", async () => {
  const machine = boot({ "/proc/sys/kernel/hostname": "(none)\n", "/usr/sbin/sysctl": "" });
  await machine.hostname.ensure("vm1");
  expect(machine.commands).toEqual([["/usr/sbin/sysctl", "-w", "kernel.hostname=vm1"]]);
});

test("the file is only made where that is wanted", async () => {
  const machine = boot({ "/proc/sys/kernel/hostname": "vm1\n" });
  expect(await machine.hostname.ensure("vm1", { createFile: false })).toBe(false);
  expect(readTextIfExists(machine.system.fs, "/etc/hostname")).toBeUndefined();
});

test("the running name is read, else the one in the file", async () => {
  expect(await boot({ "/proc/sys/kernel/hostname": "vm1\n" }).hostname.read()).toBe("vm1");
  const unset = boot({ "/proc/sys/kernel/hostname": "(none)\n", "/etc/hostname": "vm2\n" });
  expect(await unset.hostname.read()).toBe("vm2");
  expect(await boot({}).hostname.read()).toBeUndefined();
});

test("text that is no name never reaches a command", async () => {
  const machine = boot({});
  await expect(machine.hostname.ensure("-F/etc/shadow")).rejects.toThrow(
    "Cannot set the host name",
  );
  expect(machine.changes).toEqual([]);
});
