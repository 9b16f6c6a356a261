import { describe, expect, test } from "bun:test";
import { createAixNamedServices } from "../../../src/distros/aix/named-services.ts";
import { UnknownServiceError } from "../../../src/distros/unknown-service-error.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

function machine(isThere = true) {
  const aix = bootSimulatedAix();
  if (isThere) {
    aix.machine.subsystems.push({
      name: "salt-minion",
      group: "",
      method: "signals",
      state: "inoperative",
    });
  }
  const services = createAixNamedServices({
    sys: aix.system,
    log: createTestLogger([]),
    systemInfo: {},
  });
  const ran = (): readonly string[] =>
    aix.changes.map((change) => (change.kind === "command" ? change.argv.join(" ") : change.kind));
  return { aix, services, ran };
}

const ENTRY = "salt-minion:2:once:/usr/bin/startsrc -s salt-minion > /dev/null 2>&1";

describe("services of AIX by name", () => {
  test("run and get a line of inittab; a second time changes nothing", async () => {
    const { aix, services, ran } = machine();
    expect(await services.ensureEnabledAndRunning(["other", "salt-minion"])).toBe(true);
    expect(ran()).toEqual(["/usr/bin/startsrc -s salt-minion", `/usr/sbin/mkitab ${ENTRY}`]);
    expect(readText(aix.system.fs, "/etc/inittab")).toEndWith(`${ENTRY}\n`);
    expect(await services.ensureEnabledAndRunning(["salt-minion"])).toBe(false);
    expect(ran()).toHaveLength(2);
    expect(aix.gaps).toEqual([]);
  });

  test("restart where that is wanted, and only those that run", async () => {
    const { services, ran } = machine();
    await services.ensureEnabledAndRunning(["salt-minion"], { restarts: true });
    expect(ran()[0]).toBe("/usr/bin/startsrc -s salt-minion");
    await services.ensureEnabledAndRunning(["salt-minion"], { restarts: true });
    expect(ran().slice(2)).toEqual([
      "/usr/bin/stopsrc -s salt-minion",
      "/usr/bin/startsrc -s salt-minion",
    ]);
  });

  test("stop, and lose the line that starts them", async () => {
    const { aix, services, ran } = machine();
    const before = readText(aix.system.fs, "/etc/inittab");
    expect(await services.ensureDisabledAndStopped(["salt-minion"])).toBe(false);
    await services.ensureEnabledAndRunning(["salt-minion"]);
    expect(await services.ensureDisabledAndStopped(["salt-minion"])).toBe(true);
    expect(ran().slice(2)).toEqual([
      "/usr/sbin/rmitab salt-minion",
      "/usr/bin/stopsrc -s salt-minion",
    ]);
    expect(readText(aix.system.fs, "/etc/inittab")).toBe(before);
    expect(await services.ensureDisabledAndStopped(["salt-minion"])).toBe(false);
  });

  test.each([
    ["a script of rc2.d", "/etc/rc.d/rc2.d/S90salt-minion", "#!/usr/bin/ksh\n"],
    ["a line of inittab", "", "minion:2:once:/usr/bin/startsrc -s salt-minion\n"],
    ["a line of its name", "", "salt-minion:2:respawn:/opt/own/minion\n"],
  ])("what %s starts gets no second start", async (_what, path, text) => {
    const { aix, services, ran } = machine();
    if (path === "") {
      const inittab = readText(aix.system.fs, "/etc/inittab");
      aix.system.fs.write("/etc/inittab", `${inittab}${text}`);
    } else {
      aix.system.fs.write(path, text);
    }
    await services.ensureEnabledAndRunning(["salt-minion"]);
    expect(ran().filter((line) => line.includes("mkitab"))).toEqual([]);
  });

  test("a line that is off, or of another subsystem, starts nothing", async () => {
    const { aix, services } = machine();
    const { fs } = aix.system;
    const inittab = readText(fs, "/etc/inittab");
    const off = "salt-minion:2:off:/usr/bin/startsrc -s salt-minion\n";
    fs.write("/etc/inittab", `${inittab}${off}x:2:once:/usr/bin/startsrc -s salt-minion-2\n`);
    await services.ensureEnabledAndRunning(["salt-minion"]);
    expect(readText(fs, "/etc/inittab")).toContain(
      "\nsalt-minion1:2:once:/usr/bin/startsrc -s salt-minion ",
    );
  });

  test("one that SRC does not know is told with what to do, and gets no line", async () => {
    const { services, ran } = machine(false);
    const wanted = services.ensureEnabledAndRunning(["puppet", "puppet-agent"]);
    await expect(wanted).rejects.toThrow(UnknownServiceError);
    await expect(wanted).rejects.toThrow(
      'SRC knows no subsystem "puppet" or "puppet-agent": define it with "mkssys -s puppet ',
    );
    expect(ran().filter((line) => line.includes("mkitab"))).toEqual([]);
    expect(await services.ensureDisabledAndStopped(["puppet"])).toBe(false);
  });

  test("in a plan, one that nobody has installed yet is shown as it will be started", async () => {
    const { aix } = machine(false);
    const { system, changes } = planSystem(aix.system);
    const services = createAixNamedServices({
      sys: system,
      log: createTestLogger([]),
      systemInfo: {},
    });
    await services.ensureEnabledAndRunning(["salt-minion"]);
    expect(
      changes.map((change) => (change.kind === "command" ? change.argv.join(" ") : change.kind)),
    ).toEqual(["/usr/bin/startsrc -s salt-minion", `/usr/sbin/mkitab ${ENTRY}`]);
  });
});
