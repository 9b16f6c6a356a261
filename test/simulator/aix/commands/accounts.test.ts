import { describe, expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { readStanzaValue } from "../../../../src/simulator/aix/stanza-text.ts";
import { type AixShell, bootAixShell } from "../aix-shell.ts";

function security(
  aix: AixShell,
  file: string,
  stanza: string,
  attribute: string,
): string | undefined {
  return readStanzaValue(readText(aix.system.fs, `/etc/security/${file}`), stanza, attribute);
}

function passwdLine(aix: AixShell, name: string): string | undefined {
  const lines = readText(aix.system.fs, "/etc/passwd").split("\n");
  return lines.find((line) => line.startsWith(`${name}:`));
}

describe("mkuser", () => {
  test("adds user, home directory and .profile, in group staff with ksh", async () => {
    const aix = bootAixShell();
    expect(await aix.run("/usr/bin/mkuser alice")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(passwdLine(aix, "alice")).toBe("alice:*:200:1::/home/alice:/usr/bin/ksh");
    expect(readText(aix.system.fs, "/etc/group")).toContain(
      "staff:!:1:invscout,sshd,srvproxy,alice\n",
    );
    expect(aix.system.fs.stat("/home/alice")).toMatchObject({
      kind: "directory",
      uid: 200,
      gid: 1,
    });
    expect(aix.system.fs.stat("/home/alice/.profile")).toMatchObject({ uid: 200 });
    expect(security(aix, "user", "alice", "admin")).toBe("false");
  });

  test("takes every attribute by name", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkgroup id=500 app");
    await aix.run([
      "/usr/bin/mkuser",
      "id=501",
      "pgrp=app",
      "groups=app,staff",
      "home=/app",
      "shell=/usr/bin/ksh93",
      "gecos=A. Lice",
      "rlogin=false",
      "alice",
    ]);
    expect(passwdLine(aix, "alice")).toBe("alice:*:501:500:A. Lice:/app:/usr/bin/ksh93");
    expect(security(aix, "user", "alice", "rlogin")).toBe("false");
    expect(await aix.text("/usr/sbin/lsuser -a groups alice")).toBe("alice groups=staff,app\n");
  });

  test("refuses what exists, bad names, ids in use, unknown groups and attributes, and changes nothing", async () => {
    const aix = bootAixShell();
    const before = readText(aix.system.fs, "/etc/passwd");
    const rows = [
      ["root", "3004-689"],
      ["-x", "Usage"],
      ["a:b", "3004-694"],
      ["ALL", "3004-694"],
      ["id=0 bob", "3004-692"],
      ["pgrp=wheel bob", "3004-692"],
      ["groups=staff,wheel bob", "3004-692"],
      ["colour=red bob", "3004-692"],
      ["shell=ksh bob", "3004-692"],
      [`${"n".repeat(65)}`, "3004-694"],
    ] as const;
    for (const [words, message] of rows) {
      const result = await aix.run(`/usr/bin/mkuser ${words}`);
      expect(result.exitCode).toBeGreaterThan(0);
      expect(result.stderr).toContain(message);
    }
    expect(readText(aix.system.fs, "/etc/passwd")).toBe(before);
  });

  test("leaves a home directory alone that is there already", async () => {
    const aix = bootAixShell({ files: { "/home/alice/mine": "kept" } });
    await aix.run("/usr/bin/mkuser alice");
    expect(aix.system.fs.list("/home/alice")).toEqual(["mine"]);
  });
});

describe("useradd, usermod, userdel", () => {
  test("useradd makes no home without -m, and has neither -r nor -p", async () => {
    const aix = bootAixShell();
    expect(
      (await aix.run("/usr/sbin/useradd -u 300 -g system -G security -d /srv/a -c Gecos alice"))
        .exitCode,
    ).toBe(0);
    expect(passwdLine(aix, "alice")).toBe("alice:*:300:0:Gecos:/srv/a:/usr/bin/ksh");
    expect(aix.system.fs.stat("/srv/a")).toBeUndefined();
    await aix.run("/usr/sbin/useradd -m bob");
    expect(aix.system.fs.stat("/home/bob")?.kind).toBe("directory");
    for (const flag of ["-r", "-p x"]) {
      expect((await aix.run(`/usr/sbin/useradd ${flag} carol`)).exitCode).toBe(2);
    }
  });

  test("usermod -G replaces the groups, chgrpmem adds to them", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkuser alice");
    await aix.run("/usr/sbin/usermod -G system alice");
    await aix.run("/usr/sbin/usermod -G security alice");
    expect(await aix.text("/usr/sbin/lsuser -a groups alice")).toBe(
      "alice groups=staff,security\n",
    );
    await aix.run("/usr/bin/chgrpmem -m + alice system");
    await aix.run("/usr/bin/chgrpmem -m + alice system");
    expect(await aix.text("/usr/sbin/lsuser -a groups alice")).toBe(
      "alice groups=system,staff,security\n",
    );
    expect((await aix.run("/usr/bin/chgrpmem -m - alice audit")).stderr).toContain("3004-641");
  });

  test("userdel and rmuser take the user out everywhere", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkuser alice");
    await aix.run("/usr/bin/chpasswd", "alice:secret\n");
    await aix.run("/usr/sbin/userdel -r alice");
    expect(passwdLine(aix, "alice")).toBeUndefined();
    expect(aix.system.fs.stat("/home/alice")).toBeUndefined();
    expect(security(aix, "passwd", "alice", "password")).toBeUndefined();
    await aix.run("/usr/bin/mkuser bob");
    await aix.run("/usr/sbin/rmuser -p bob");
    expect(aix.system.fs.stat("/home/bob")?.kind).toBe("directory");
    expect((await aix.run("/usr/sbin/rmuser bob")).stderr).toContain("3004-687");
  });
});

describe("chuser and lsuser", () => {
  test("chuser is silent, and refuses values and users that there are not", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkuser alice");
    expect(await aix.run("/usr/bin/chuser account_locked=true alice")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(await aix.text("/usr/sbin/lsuser -a account_locked alice")).toBe(
      "alice account_locked=true\n",
    );
    expect((await aix.run("/usr/bin/chuser account_locked=maybe alice")).stderr).toContain(
      "3004-692",
    );
    expect((await aix.run("/usr/bin/chuser admin=true nobody2")).stderr).toBe(
      `3004-687 User "nobody2" does not exist.\n`,
    );
  });

  test("lsuser has the colon form and falls back to the default stanza", async () => {
    const aix = bootAixShell();
    await aix.run(["/usr/bin/mkuser", "gecos=a:b", "alice"]);
    expect((await aix.run(["/usr/bin/mkuser", "gecos=a b", "alice"])).exitCode).toBe(0);
    expect(await aix.text("/usr/sbin/lsuser -c -a id home umask alice")).toBe(
      "#name:id:home:umask\nalice:200:/home/alice:22\n",
    );
    expect(await aix.text("/usr/sbin/lsuser -C -a id root,alice")).toBe(
      "#name:id\nroot:0\nalice:200\n",
    );
    expect(await aix.text("/usr/sbin/lsuser -f -a id alice")).toBe("alice:\n\tid=200\n\n");
    expect((await aix.run("/usr/sbin/lsuser -a id carol")).stderr).toContain("3004-687");
    expect((await aix.run("/usr/sbin/lsuser -a colour root")).exitCode).not.toBe(0);
  });
});

describe("chpasswd", () => {
  test("sets a hash as login.cfg asks, the time, and ADMCHG", async () => {
    const now = new Date("2026-01-02T03:04:05Z");
    const aix = bootAixShell({ now });
    await aix.run("/usr/bin/mkuser alice");
    expect(await aix.run("/usr/bin/chpasswd", "alice:secret\n")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(security(aix, "passwd", "alice", "password")).toMatch(
      /^\{ssha256\}06\$[^$]{16}\$[^$]{43}$/u,
    );
    expect(security(aix, "passwd", "alice", "flags")).toBe("ADMCHG");
    expect(Number(security(aix, "passwd", "alice", "lastupdate"))).toBeGreaterThanOrEqual(
      now.getTime() / 1_000,
    );
    expect(passwdLine(aix, "alice")).toStartWith("alice:!:");
  });

  test("-c clears the flags, -f sets others, -e takes hashes of AIX only", async () => {
    const aix = bootAixShell({ level: "7.2" });
    await aix.run("/usr/bin/mkuser alice");
    await aix.run("/usr/bin/chpasswd -c", "alice:longer than eight\n");
    expect(security(aix, "passwd", "alice", "flags")).toBeUndefined();
    expect(security(aix, "passwd", "alice", "password")).toMatch(/^[./0-9A-Za-z]{13}$/u);
    await aix.run("/usr/bin/chpasswd -f ADMIN,ADMCHG -e", "alice:{ssha512}06$salt$hash\n");
    expect(security(aix, "passwd", "alice", "flags")).toBe("ADMIN,ADMCHG");
    expect(security(aix, "passwd", "alice", "password")).toBe("{ssha512}06$salt$hash");
    expect((await aix.run("/usr/bin/chpasswd -e", "alice:$6$salt$hash\n")).exitCode).toBe(1);
    expect((await aix.run("/usr/bin/chpasswd -c -f ADMIN", "alice:x\n")).exitCode).toBe(1);
  });

  test("goes on after an unknown user, and says who it was", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkuser alice");
    const result = await aix.run("/usr/bin/chpasswd -c", "carol:x\nalice:y\n");
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: `3004-687 User "carol" does not exist.\n`,
    });
    expect(security(aix, "passwd", "alice", "password")).toStartWith("{ssha256}");
  });

  test("may end with 1 and no output although it did its work", async () => {
    const aix = bootAixShell({ faults: { chpasswdExitCode: 1 } });
    await aix.run("/usr/bin/mkuser alice");
    expect(await aix.run("/usr/bin/chpasswd -c", "alice:y\n")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: "",
    });
    expect(security(aix, "passwd", "alice", "password")).toStartWith("{ssha256}");
  });
});

test("pwdadm sets, shows and clears flags", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/bin/mkuser alice");
  await aix.run("/usr/bin/pwdadm -f ADMCHG alice");
  expect(await aix.text("/usr/bin/pwdadm -q alice")).toBe("alice:\n\tflags = ADMCHG\n");
  await aix.run("/usr/bin/pwdadm -c alice");
  expect(security(aix, "passwd", "alice", "flags")).toBeUndefined();
  expect((await aix.run("/usr/bin/pwdadm -f WRONG alice")).exitCode).toBe(1);
});

describe("chsec and lssec", () => {
  test("set, show and remove attributes that the file knows", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/bin/mkuser alice");
    const file = "-f /etc/security/passwd -s alice";
    expect(await aix.run(`/usr/bin/chsec ${file} -a password=*`)).toMatchObject({
      exitCode: 0,
      stdout: "",
    });
    expect(security(aix, "passwd", "alice", "password")).toBe("*");
    expect(await aix.text(`/usr/bin/lssec ${file} -a password`)).toBe("alice password=*\n");
    expect(await aix.text(`/usr/bin/lssec -c ${file} -a password`)).toBe(
      "#name:password\nalice:*\n",
    );
    await aix.run(`/usr/bin/chsec ${file} -a password=`);
    expect(security(aix, "passwd", "alice", "password")).toBeUndefined();
  });

  test("refuse attributes of other files, unknown stanzas and unknown files", async () => {
    const aix = bootAixShell();
    const run = async (words: string): Promise<string> =>
      (await aix.run(`/usr/bin/chsec ${words}`)).stderr;
    expect(await run("-f /etc/security/passwd -s root -a nofiles=1")).toContain("3004-692");
    expect(await run("-f /etc/security/limits -s carol -a nofiles=1")).toContain("3004-725");
    expect(await run("-f /etc/hosts -s root -a nofiles=1")).toContain("3004-722");
    expect(
      (await aix.run("/usr/bin/lssec -f /etc/security/user -s carol -a login")).stderr,
    ).toContain("3004-725");
    expect(
      (await aix.run("/usr/bin/chsec -f /etc/security/limits -s root -a nofiles=-1")).exitCode,
    ).toBe(0);
  });
});

test("groups are made, changed and shown", async () => {
  const aix = bootAixShell();
  expect(await aix.run("/usr/bin/mkgroup app")).toMatchObject({ exitCode: 0, stdout: "" });
  expect((await aix.run("/usr/bin/mkgroup app")).stderr).toContain("exists");
  expect((await aix.run("/usr/bin/mkgroup id=0 other")).stderr).toContain("3004-692");
  await aix.run("/usr/bin/mkuser pgrp=app alice");
  await aix.run("/usr/bin/mkuser bob");
  await aix.run("/usr/bin/chgroup users=bob app");
  expect(await aix.text("/usr/sbin/lsgroup -a users app")).toBe("app users=bob,alice\n");
  expect(await aix.text("/usr/sbin/lsgroup -c -a id users app")).toBe(
    "#name:id:users\napp:200:bob,alice\n",
  );
  expect((await aix.run("/usr/bin/chgroup users=carol app")).stderr).toContain("3004-692");
  expect((await aix.run("/usr/sbin/lsgroup wheel")).stderr).toContain("does not exist");
});

test("groups are removed, but for somebody's primary one", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/bin/mkgroup app");
  await aix.run("/usr/bin/mkuser pgrp=app alice");
  expect((await aix.run("/usr/sbin/rmgroup app")).exitCode).not.toBe(0);
  expect(await aix.text("/usr/sbin/lsgroup -a users app")).toBe("app users=alice\n");
  await aix.run("/usr/sbin/rmuser -p alice");
  expect(await aix.run("/usr/sbin/rmgroup app")).toMatchObject({ exitCode: 0, stdout: "" });
  expect((await aix.run("/usr/sbin/lsgroup app")).stderr).toContain("does not exist");
  expect((await aix.run("/usr/sbin/rmgroup app")).stderr).toContain("does not exist");
  expect((await aix.run("/usr/sbin/rmgroup")).exitCode).not.toBe(0);
});
