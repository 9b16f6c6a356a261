import { describe, expect, test } from "bun:test";
import {
  ensureValidShell,
  formatExpiry,
  isPasswordTruncated,
  readValidShells,
  refuseName,
  refuseShell,
} from "../../../src/distros/aix/account-limits.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const MAX_LOGNAME = "/usr/sbin/lsattr -El sys0 -a max_logname -F value";
const LOGIN_CFG = "/etc/security/login.cfg";

function machine(maxLogname: string, exitCode = 0) {
  return createScriptedSystem({ commands: { [MAX_LOGNAME]: { stdout: maxLogname, exitCode } } });
}

describe("refuseName", () => {
  test("names of eight characters are taken without a question", async () => {
    const { system, commands } = machine("9");
    for (const name of ["alice", "a.b-c_9", "12345678", "svc$"]) {
      expect(await refuseName(system, "user", name)).toBeUndefined();
    }
    expect(commands).toEqual([]);
  });

  test("longer names are taken up to max_logname less one", async () => {
    expect(await refuseName(machine("65\n").system, "user", "a".repeat(64))).toBeUndefined();
    expect(await refuseName(machine("65\n").system, "group", "a".repeat(65))).toContain(
      "has 65 characters and this machine takes 64",
    );
    expect(await refuseName(machine("9\n").system, "user", "longnames")).toContain(
      'run "chdev -l sys0 -a max_logname=65"',
    );
  });

  test("where the machine does not tell, the command decides", async () => {
    expect(await refuseName(machine("", 255).system, "user", "a".repeat(40))).toBeUndefined();
  });

  test.each([
    "",
    "-rf",
    "a b",
    "a:b",
    "a\nb",
    "a,b",
    "müller",
    "ALL",
    "default",
    "a/b",
    "x=1",
    "@x",
  ])("%j is refused", async (name) => {
    expect(await refuseName(machine("65").system, "user", name)).toContain(
      `Cannot create user "${name}"`,
    );
  });
});

describe("shells", () => {
  test("are those of login.cfg", () => {
    const fs = createMemoryFileSystem({ [LOGIN_CFG]: "usw:\n\tshells = /bin/sh, /bin/ksh,\n" });
    expect(readValidShells(fs)).toEqual(["/bin/sh", "/bin/ksh"]);
    expect(readValidShells(createMemoryFileSystem())).toBeUndefined();
  });

  test("one that is not listed is added once, at the end", async () => {
    const aix = bootSimulatedAix({ files: { "/opt/freeware/bin/zsh": "" } });
    const before = readValidShells(aix.system.fs) ?? [];
    expect(before).toContain("/usr/bin/ksh");
    expect(await ensureValidShell(aix.system, "/opt/freeware/bin/zsh")).toBe(true);
    expect(await ensureValidShell(aix.system, "/opt/freeware/bin/zsh")).toBe(false);
    expect(readValidShells(aix.system.fs)).toEqual([...before, "/opt/freeware/bin/zsh"]);
    expect(aix.changes).toHaveLength(1);
    expect(aix.gaps).toEqual([]);
  });

  test("what is no file and no plain absolute path is refused", () => {
    const fs = createMemoryFileSystem({ "/usr/bin/ksh": "" });
    expect(refuseShell(fs, "/usr/bin/ksh")).toBeUndefined();
    expect(refuseShell(fs, "/bin/fish")).toBe("there is no such file");
    expect(refuseShell(fs, "ksh")).toBe("it is no absolute path");
    expect(refuseShell(fs, "/bin/a,b")).toBe("it is no absolute path");
  });
});

describe("passwords and dates", () => {
  test("crypt looks at eight characters, as does a machine that names no algorithm", () => {
    const isTruncated = (text: string): boolean =>
      isPasswordTruncated(createMemoryFileSystem({ [LOGIN_CFG]: text }));
    expect(isTruncated("usw:\n\tpwd_algorithm = ssha256\n")).toBe(false);
    expect(isTruncated("usw:\n\tpwd_algorithm = crypt\n")).toBe(true);
    expect(isTruncated("usw:\n\tshells = /bin/sh\n")).toBe(true);
    expect(isPasswordTruncated(createMemoryFileSystem())).toBe(false);
  });

  test.each([
    ["2030-12-31", "1231000030"],
    ["2001-02-03", "0203000001"],
    ["2038-01-01", "0101000038"],
    ["2039-01-01", undefined],
    ["1969-01-01", undefined],
    ["31.12.2030", undefined],
  ])("%s is %p for mkuser", (date, expiry) => {
    expect(formatExpiry(date)).toBe(expiry);
  });
});
