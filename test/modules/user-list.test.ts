import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { defaultUserName, type RawUser, readUserList } from "../../src/modules/user-list.ts";

const DISTRO_USER = {
  name: "debian",
  groups: ["sudo", "adm"],
  shell: "/bin/bash",
  gecos: "Debian",
};

/** name → settings, in order. */
function read(
  config: Record<string, unknown>,
  distroUser: Record<string, unknown> | undefined = DISTRO_USER,
) {
  const { users, problems } = readUserList(config, distroUser);
  return {
    users: users.map(flatten),
    problems: problems.map(({ message }) => message),
    paths: problems.map(({ path }) => path),
  };
}

function flatten({ name, isDefault, fields }: RawUser): Record<string, unknown> {
  return Object.fromEntries([
    ["name", name],
    ["isDefault", isDefault],
    ...[...fields].map(([key, { value }]) => [key, value] as const),
  ]);
}

describe("readUserList", () => {
  test("without users and user there is nobody", () => {
    expect(read({})).toEqual({ users: [], problems: [], paths: [] });
    expect(read({ users: [] }).users).toEqual([]);
    expect(read({ users: null, user: null }).users).toEqual([]);
  });

  test("default is the distro's default user", () => {
    expect(read({ users: ["default"] }).users).toEqual([
      {
        name: "debian",
        isDefault: true,
        shell: "/bin/bash",
        gecos: "Debian",
        groups: ["adm", "sudo"],
      },
    ]);
  });

  test("names may stand in one text, in lists, in nested lists and as keys", () => {
    const names = (users: unknown): readonly string[] =>
      read({ users }).users.map((user) => String(user["name"]));
    expect(names("bob, amy,,default")).toEqual(["bob", "amy", "debian"]);
    expect(names(["bob,amy", ["joe", "sue"], { name: "zoe" }])).toEqual([
      "bob",
      "amy",
      "joe",
      "sue",
      "zoe",
    ]);
    expect(names({ bob: true, amy: null, joe: false, sue: { shell: "/bin/sh" } })).toEqual([
      "bob",
      "amy",
      "sue",
    ]);
    expect(names([{ name: 1234 }])).toEqual(["1234"]);
  });

  test("keys may have dashes", () => {
    expect(
      read({ users: [{ name: "bob", "primary-group": "staff", primary_group: "x" }] }).users,
    ).toEqual([{ name: "bob", isDefault: false, primary_group: "staff" }]);
  });

  test("of two entries for one name the first holds, key by key", () => {
    expect(
      read({ users: [{ name: "bob", shell: "/a" }, "amy", { name: "bob", shell: "/b", uid: 7 }] })
        .users,
    ).toEqual([
      { name: "bob", isDefault: false, shell: "/a", uid: 7 },
      { name: "amy", isDefault: false },
    ]);
  });

  test("the user's own entry goes before the default entry and that before the distro's; groups are joined", () => {
    expect(
      read({
        users: [
          { name: "default", shell: "/default", gecos: "From default", groups: "video" },
          { name: "debian", shell: "/own", groups: ["own", "sudo"] },
        ],
      }).users,
    ).toEqual([
      {
        name: "debian",
        isDefault: true,
        shell: "/own",
        gecos: "From default",
        groups: ["adm", "own", "sudo", "video"],
      },
    ]);
  });

  test("a mapping without a name is about the default user", () => {
    expect(read({ users: [{ shell: "/bin/zsh" }] }).users).toMatchObject([
      { name: "debian", shell: "/bin/zsh" },
    ]);
  });

  test("a user of the default's name without default in the list is an ordinary user", () => {
    expect(read({ users: [{ name: "debian" }] }).users).toEqual([
      { name: "debian", isDefault: false },
    ]);
  });

  test("user renames the default user or changes it, and makes it be there", () => {
    expect(read({ user: "admin" }).users).toMatchObject([
      { name: "admin", isDefault: true, shell: "/bin/bash" },
    ]);
    expect(read({ user: { name: "admin", shell: "/bin/sh" }, users: ["bob"] }).users).toMatchObject(
      [
        { name: "bob", isDefault: false },
        { name: "admin", isDefault: true, shell: "/bin/sh", gecos: "Debian" },
      ],
    );
    expect(read({ user: { lock_passwd: false }, users: ["default"] }).users).toMatchObject([
      { name: "debian", lock_passwd: false },
    ]);
    expect(defaultUserName({ user: "admin" }, DISTRO_USER)).toBe("admin");
    expect(defaultUserName({}, DISTRO_USER)).toBe("debian");
    expect(defaultUserName({}, undefined)).toBeUndefined();
  });

  test("default without a default user is a problem, the others are there", () => {
    const { users, problems } = readUserList({ users: ["default", "bob"] }, undefined);
    expect(users.map(({ name }) => name)).toEqual(["bob"]);
    expect(problems[0]?.message).toContain("no name in system_info.default_user");
  });

  test("what is no user is a problem with its place, and the next one is read", () => {
    const { users, problems, paths } = read({ users: [5, { name: ["x"] }, "bob"], user: 7 });
    expect(users.map(({ name }) => name)).toEqual(["bob"]);
    expect(problems).toEqual([
      'Cannot use a user: expected a name or a mapping with "name", got a number',
      "Cannot use a user: expected text in name, got a list",
      "Cannot use user: expected a name or a mapping, got a number",
    ]);
    expect(paths).toEqual([["users", 0], ["users", 1, "name"], ["user"]]);
    expect(read({ users: 5 }).problems[0]).toContain("expected a list of users, got a number");
    expect(read({ users: { bob: 5 } }).problems[0]).toContain('Cannot use user "bob"');
  });

  test("any value is read without an exception, and each name comes once", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, value, (users, user) => {
        const names = readUserList({ users, user }, DISTRO_USER).users.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});
