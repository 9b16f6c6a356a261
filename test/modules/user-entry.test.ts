import { describe, expect, test } from "bun:test";
import assert from "node:assert";
import * as fc from "fast-check";
import { readUserEntry } from "../../src/modules/user-entry.ts";
import { readUserList } from "../../src/modules/user-list.ts";

function read(settings: Record<string, unknown>) {
  const [user] = readUserList({ users: [{ ...settings, name: "bob" }] }, undefined).users;
  assert(user);
  const { entry, problems } = readUserEntry(user);
  return { ...entry, problems: problems.map(({ message, path }) => [path?.join("."), message]) };
}

describe("readUserEntry", () => {
  test("without settings only the defaults hold", () => {
    expect(read({})).toMatchObject({
      name: "bob",
      groups: [],
      createGroups: true,
      isSystem: false,
      noCreateHome: false,
      lockPassword: undefined,
      lockAccount: false,
      sudoRules: [],
      sshKeys: [],
      isRedirected: false,
      problems: [],
    });
  });

  test("every key is read", () => {
    expect(
      read({
        gecos: "Bob",
        homedir: "/srv/bob",
        "primary-group": "staff",
        groups: ["a", "b,c", "a"],
        "create-groups": false,
        shell: "/usr/bin/ksh",
        uid: "5001",
        expiredate: "2030-12-31",
        inactive: 7,
        system: "yes",
        no_create_home: 1,
        no_user_group: true,
        no_log_init: "on",
        selinux_user: "staff_u",
        lock_passwd: "off",
        lock_account: true,
        plain_text_passwd: "secret",
        hashed_passwd: "{ssha256}06$a$b",
        passwd: "abcdefghijklm",
        sudo: ["ALL=(ALL) ALL", " "],
        ssh_authorized_keys: "ssh-rsa AAAA",
        ssh_redirect_user: "default",
        doas: ["permit nopass bob"],
        ssh_import_id: "gh:bob, lp:bob",
        snapuser: "bob@example.com",
      }),
    ).toMatchObject({
      gecos: "Bob",
      doasRules: ["permit nopass bob"],
      importIds: ["gh:bob", "lp:bob"],
      snapUser: "bob@example.com",
      homedir: "/srv/bob",
      primaryGroup: "staff",
      groups: ["a", "b", "c"],
      createGroups: false,
      shell: "/usr/bin/ksh",
      uid: 5001,
      expireDate: "2030-12-31",
      inactiveDays: 7,
      isSystem: true,
      noCreateHome: true,
      noUserGroup: true,
      noLogInit: true,
      selinuxUser: "staff_u",
      lockPassword: false,
      lockAccount: true,
      plainTextPassword: "secret",
      hashedPassword: "{ssha256}06$a$b",
      newUserHash: "abcdefghijklm",
      sudoRules: ["ALL=(ALL) ALL"],
      sshKeys: ["ssh-rsa AAAA"],
      isRedirected: true,
      problems: [],
    });
  });

  test("no value is like no key, and sudo: false like no rule", () => {
    const { problems, ...entry } = read({ gecos: null, sudo: false, groups: null, doas: null });
    expect(problems).toEqual([]);
    expect(entry).toMatchObject({ gecos: undefined, sudoRules: [], groups: [] });
  });

  test("groups and keys may be mappings, a number may be text", () => {
    expect(read({ groups: { dba: null, ops: null }, gecos: 5 })).toMatchObject({
      groups: ["dba", "ops"],
      gecos: "5",
      problems: [],
    });
  });

  test.each([
    ["uid", -1, "expected a whole number from 0, got -1"],
    ["uid", 1.5, "expected a whole number from 0, got 1.5"],
    ["uid", "ten", 'expected a whole number from 0, got "ten"'],
    ["uid", 4_294_967_295, "expected a whole number from 0, got 4294967295"],
    ["inactive", true, "expected a whole number from 0, got a boolean"],
    ["expiredate", "31.12.2030", 'expected a date as "2030-12-31", got "31.12.2030"'],
    ["expiredate", "2030-02-30", 'expected a date as "2030-12-31", got "2030-02-30"'],
    ["system", "maybe", 'expected true or false, got "maybe"'],
    ["shell", ["/bin/sh"], "expected text, got a list"],
    ["plain_text_passwd", { a: 1 }, "expected text, got a mapping"],
    ["sudo", true, "expected a list of texts, got a boolean in it"],
    ["ssh_authorized_keys", [5], "expected a list of texts, got a number in it"],
    ["ssh_import_id", [7], "expected a list of texts, got a number in it"],
    ["doas", [true], "expected a list of texts, got a boolean in it"],
    ["snapuser", ["bob@example.com"], "expected text, got a list"],
    ["groups", 7, "expected a list of texts, got a number in it"],
    ["homedir", true, "expected text, got a boolean"],
    ["shel", "/bin/sh", "there is no such key"],
  ])("%s: %j is a problem with its place", (key, value, reason) => {
    const { problems } = read({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.[0]).toBe(`users.0.${key}`);
    expect(problems[0]?.[1]).toStartWith(`Cannot use ${key} of user "bob": ${reason}`);
  });

  test("no problem shows a password", () => {
    const { problems } = read({ passwd: ["hunter2"], hashed_passwd: { a: "hunter2" } });
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("any settings are read without an exception", () => {
    const keys = ["uid", "groups", "sudo", "expiredate", "lock_passwd", "ssh_authorized_keys", "x"];
    const settings = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(settings, (given) => {
        read(given);
      }),
    );
  });
});
