import { expect, test } from "bun:test";
import { readAixPasswordStates } from "../../../src/distros/aix/password-states.ts";
import { readLinuxPasswordStates } from "../../../src/distros/linux/password-states.ts";
import { readPasswdEntries } from "../../../src/distros/posix/accounts.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const line = (name: string, password: string): string => `${name}:${password}:200:1::/:/bin/sh\n`;

test("Linux: shadow says who has a password, needs none, or is locked", () => {
  const fs = createMemoryFileSystem({
    "/etc/passwd":
      ["root", "ops", "open", "locked", "star", "lost"].map((name) => line(name, "x")).join("") +
      line("old", "aXb3cD4eF5gH6") +
      line("bare", ""),
    "/etc/shadow":
      "root:$6$salt$hash:1:::::\nops:$y$j9T$x:1:\nopen::1:\nlocked:!$6$s$h:1:\nstar:*:1:\n",
  });
  const stateOf = readLinuxPasswordStates(fs);
  const states = [...readPasswdEntries(fs).values()].map((user) => [user.name, stateOf(user)]);
  expect(Object.fromEntries(states)).toEqual({
    root: "set",
    ops: "set",
    open: "empty",
    locked: "none",
    star: "none",
    lost: "none",
    old: "set",
    bare: "empty",
  });
});

test("AIX: the stanzas of /etc/security say it", () => {
  const fs = createMemoryFileSystem({
    "/etc/passwd":
      ["root", "open", "shut", "lost"].map((name) => line(name, "!")).join("") +
      line("star", "*") +
      line("bare", ""),
    "/etc/security/passwd":
      "root:\n\tpassword = {ssha512}06$a$b\n\nopen:\n\tpassword =\n\nshut:\n\tpassword = aXb3cD4eF5gH6\n",
    "/etc/security/user": "default:\n\taccount_locked = false\n\nshut:\n\taccount_locked = true\n",
  });
  const stateOf = readAixPasswordStates(fs);
  const states = [...readPasswdEntries(fs).values()].map((user) => [user.name, stateOf(user)]);
  expect(Object.fromEntries(states)).toEqual({
    root: "set",
    open: "empty",
    shut: "none",
    lost: "none",
    star: "none",
    bare: "empty",
  });
});
