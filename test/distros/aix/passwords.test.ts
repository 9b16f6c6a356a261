import { describe, expect, test } from "bun:test";
import {
  ensureAixAccountLocked,
  ensureAixPasswordLocked,
  ensureAixUnlocked,
  refuseHash,
  setAixPassword,
} from "../../../src/distros/aix/passwords.ts";
import { findStanzaAttribute } from "../../../src/distros/aix/stanza-file.ts";
import {
  bootSimulatedAix,
  type SimulatedAixOptions,
} from "../../../src/simulator/aix/simulated-aix.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const HASH = "{ssha512}06$abcdefgh$0123456789abcdefghijklmnop";

async function boot(options: SimulatedAixOptions = {}) {
  const aix = bootSimulatedAix(options);
  await aix.system.exec.run(["/usr/bin/mkuser", "alice"]);
  const before = aix.changes.length;
  const log: string[] = [];
  const set = (password: string, form: "plain" | "hashed", name = "alice"): Promise<void> =>
    setAixPassword(aix.system, createTestLogger(log), { name, password, form });
  const read = (attribute: string, file = "/etc/security/passwd"): string | undefined =>
    findStanzaAttribute(readText(aix.system.fs, file), "alice", attribute);
  const argvs = (): readonly string[] =>
    aix.changes
      .slice(before)
      .map((change) => (change.kind === "command" ? change.argv.join(" ") : change.kind));
  return { ...aix, log, set, read, argvs };
}

describe("setAixPassword", () => {
  test("sets a password by standard input, and it does not have to be changed at the first login", async () => {
    const { set, read, argvs, log } = await boot();
    await set("S3cret-horse", "plain");
    expect(read("password")).toMatch(/^\{ssha256\}/u);
    expect(read("flags") ?? "").not.toContain("ADMCHG");
    expect(argvs()).toEqual(["/usr/bin/chpasswd -c"]);
    expect(log).toEqual([]);
  });

  test("a hash of AIX is taken as it is, once", async () => {
    const { set, read, argvs } = await boot();
    await set(HASH, "hashed");
    await set(HASH, "hashed");
    expect(read("password")).toBe(HASH);
    expect(argvs()).toEqual(["/usr/bin/chpasswd -e -c"]);
  });

  test("an exit code of 1 with the work done is fine, as on old levels", async () => {
    const { set, read } = await boot({ faults: { chpasswdExitCode: 1 } });
    await set("S3cret-horse", "plain");
    expect(read("password")).not.toBe("*");
  });

  test("a password that is not in the file afterwards is an error that does not show it", async () => {
    const { set } = await boot();
    const failure = await set("S3cret-horse", "plain", "nobodyhere").catch(String);
    expect(failure).toContain('Cannot set the password of user "nobodyhere"');
    expect(failure).toContain("no password in the user's stanza");
    expect(failure).not.toContain("S3cret");
  });

  test.each(["$6$salt$hash", "$y$j9T$abc$def", "$5$a$b", "plaintext-nonsense", ""])(
    "hash %j is refused before a command runs, with the way out",
    async (hash) => {
      const { set, argvs } = await boot();
      const failure = await set(hash, "hashed").catch(String);
      expect(failure).toContain("plain_text_passwd");
      expect(failure).not.toContain("salt");
      expect(argvs()).toEqual([]);
    },
  );

  test.each(["", "two\nlines", "nul\0"])("password %j is refused", async (password) => {
    const { set, argvs } = await boot();
    await expect(set(password, "plain")).rejects.toThrow("it is empty or has a line end");
    expect(argvs()).toEqual([]);
  });

  test("a machine that looks at eight characters only says so", async () => {
    const { set, log } = await boot({
      files: { "/etc/security/login.cfg": "usw:\n\tpwd_algorithm = crypt\n" },
    });
    await set("ninechars", "plain");
    expect(log.join()).toContain("looks at the first 8 only");
    expect(log.join()).not.toContain("ninechars");
  });

  test.each(["{smd5}abc$def", "{ssha1}06$a$b", "abcdefghij./A"])("%s is a hash of AIX", (hash) => {
    expect(refuseHash(hash)).toBeUndefined();
  });
});

describe("locks", () => {
  test("locking the password leaves the account open, and a second time changes nothing", async () => {
    const { set, read, argvs, system } = await boot();
    await set(HASH, "hashed");
    await ensureAixPasswordLocked(system, "alice");
    await ensureAixPasswordLocked(system, "alice");
    expect(read("password")).toBe("*");
    expect(read("account_locked", "/etc/security/user") ?? "false").toBe("false");
    expect(argvs().slice(1)).toEqual([
      "/usr/bin/chsec -f /etc/security/passwd -s alice -a password=*",
    ]);
  });

  test("a user without a password needs no lock", async () => {
    const { argvs, system } = await boot();
    await ensureAixPasswordLocked(system, "alice");
    expect(argvs()).toEqual([]);
  });

  test("an empty password, as root's on the stock image, is one to lock", async () => {
    const { system, changes } = bootSimulatedAix({
      files: { "/etc/security/passwd": "root:\n\tpassword =\n" },
    });
    await ensureAixPasswordLocked(system, "root");
    expect(changes).toHaveLength(1);
  });

  test("the account is locked and unlocked, each once", async () => {
    const { set, read, argvs, system } = await boot();
    await set(HASH, "hashed");
    await ensureAixAccountLocked(system, "alice");
    await ensureAixAccountLocked(system, "alice");
    expect(read("account_locked", "/etc/security/user")).toBe("true");
    expect(await ensureAixUnlocked(system, "alice")).toBe(true);
    expect(await ensureAixUnlocked(system, "alice")).toBe(true);
    expect(argvs().slice(1)).toEqual([
      "/usr/bin/chuser account_locked=true alice",
      "/usr/bin/chuser account_locked=false alice",
    ]);
  });

  test("failed logins are forgotten, and it is said that there is no password", async () => {
    const { argvs, system } = await boot({
      files: { "/etc/security/lastlog": "alice:\n\tunsuccessful_login_count = 7\n" },
    });
    expect(await ensureAixUnlocked(system, "alice")).toBe(false);
    expect(argvs()).toEqual([
      "/usr/bin/chsec -f /etc/security/lastlog -s alice -a unsuccessful_login_count=0",
    ]);
  });
});
