import { describe, expect, test } from "bun:test";
import {
  ensureLinuxAccountLocked,
  ensureLinuxPasswordLocked,
  ensureLinuxUnlocked,
  setLinuxPassword,
} from "../../../src/distros/linux/passwords.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const SHADOW = [
  "root:*:19000:0:99999:7:::",
  "alice:$6$salt$hash:19000:0:99999:7:::",
  "bob:!$6$salt$other:19000:0:99999:7::1:",
  "carol:!:19000:0:99999:7:::",
  "dave::19000:0:99999:7:::",
].join("\n");

function boot() {
  const stdins: (string | undefined)[] = [];
  const answer = (_: readonly string[], options: { readonly stdin?: string }): string => {
    stdins.push(options.stdin);
    return "";
  };
  const machine = createScriptedSystem({
    files: { "/etc/shadow": SHADOW },
    commands: {
      "/usr/sbin/chpasswd": answer,
      "/usr/bin/passwd": answer,
      "/usr/sbin/usermod": answer,
    },
  });
  const argvs = (): readonly string[] => machine.commands.map((argv) => argv.join(" "));
  return { system: machine.system, stdins, argvs };
}

describe("passwords of Linux", () => {
  test("go to chpasswd by standard input, with a line end", async () => {
    const { system, stdins, argvs } = boot();
    await setLinuxPassword(system, { name: "alice", password: "S3cret:x", form: "plain" });
    await setLinuxPassword(system, { name: "alice", password: "$6$new$hash", form: "hashed" });
    expect(argvs()).toEqual(["/usr/sbin/chpasswd", "/usr/sbin/chpasswd -e"]);
    expect(stdins).toEqual(["alice:S3cret:x\n", "alice:$6$new$hash\n"]);
  });

  test("a hash that is there, locked or not, is not set again", async () => {
    const { system, argvs } = boot();
    await setLinuxPassword(system, { name: "alice", password: "$6$salt$hash", form: "hashed" });
    await setLinuxPassword(system, { name: "bob", password: "$6$salt$other", form: "hashed" });
    expect(argvs()).toEqual([]);
  });

  test("with unlocks, a hash that is there behind a lock is set again without it", async () => {
    const { system, argvs, stdins } = boot();
    const request = { password: "$6$salt$other", form: "hashed", unlocks: true } as const;
    await setLinuxPassword(system, { name: "bob", ...request });
    expect(argvs()).toEqual(["/usr/sbin/chpasswd -e"]);
    expect(stdins).toEqual(["bob:$6$salt$other\n"]);
    await setLinuxPassword(system, { name: "alice", ...request, password: "$6$salt$hash" });
    expect(argvs()).toHaveLength(1);
  });

  test.each([
    ["", "plain"],
    ["two\nlines", "plain"],
    ["a:b", "hashed"],
    ["a b", "hashed"],
  ] as const)("%j (%s) is refused and not shown", async (password, form) => {
    const { system, argvs } = boot();
    const failure = await setLinuxPassword(system, { name: "alice", password, form }).catch(String);
    expect(failure).toContain('Cannot set the password of user "alice"');
    expect(argvs()).toEqual([]);
  });

  test("a hash of AIX is refused, with the way out and without the hash", async () => {
    const { system, argvs } = boot();
    const password = "{ssha512}06$abcdefgh$0123456789";
    const request = { name: "alice", password, form: "hashed" as const };
    const failure = await setLinuxPassword(system, request).catch(String);
    expect(failure).toBe(
      'Error: Cannot set the password of user "alice": "{ssha512}…" is a format of AIX; give a hash made on Linux ("$y$…", "$6$…", "$5$…" of crypt(5)), or the password itself as plain_text_passwd',
    );
    expect(argvs()).toEqual([]);
  });

  test("only a password that could fit is locked", async () => {
    const { system, argvs } = boot();
    for (const name of ["root", "alice", "bob", "carol", "dave", "ghost"]) {
      await ensureLinuxPasswordLocked(system, name);
    }
    expect(argvs()).toEqual(["/usr/bin/passwd -l alice", "/usr/bin/passwd -l dave"]);
  });

  test("only a hash behind a lock is unlocked, and an account that we made expire", async () => {
    const { system, argvs } = boot();
    const results: boolean[] = [];
    for (const name of ["root", "alice", "bob", "carol", "dave", "ghost"]) {
      results.push(await ensureLinuxUnlocked(system, name));
    }
    expect(results).toEqual([false, true, true, false, false, false]);
    expect(argvs()).toEqual(["/usr/sbin/usermod --expiredate  bob", "/usr/bin/passwd -u bob"]);
  });

  test("an account is locked once", async () => {
    const { system, argvs } = boot();
    await ensureLinuxAccountLocked(system, "alice");
    await ensureLinuxAccountLocked(system, "bob");
    expect(argvs()).toEqual(["/usr/sbin/usermod --expiredate 1 alice"]);
  });
});
