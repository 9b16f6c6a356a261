import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  findGroupEntry,
  findGroupNameByGid,
  findPasswdEntry,
  findUserNameByUid,
  ownerOf,
  parseGroup,
  parsePasswd,
  readPasswdEntries,
} from "../../../src/distros/posix/accounts.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const PASSWD = [
  "root:!:0:0::/:/usr/bin/ksh",
  "# a comment",
  "+@netgroup::::::",
  "nobody:*:4294967294:4294967294::/:",
  "alice:!:205:1:Alice Example:/home/alice:/usr/bin/ksh",
  "broken:x:notanumber:1::/:",
  "noend:*:300:1",
].join("\n");
const GROUP = "system:!:0:root,pconsole\nstaff:!:1:alice, bob,\nempty:!:77:\n";

const fs = createMemoryFileSystem({ "/etc/passwd": PASSWD, "/etc/group": GROUP });

describe("accounts", () => {
  test("a user is found by the whole name only", () => {
    expect(findPasswdEntry(fs, "alice")).toEqual({
      name: "alice",
      password: "!",
      uid: 205,
      gid: 1,
      gecos: "Alice Example",
      home: "/home/alice",
      shell: "/usr/bin/ksh",
    });
    expect(findPasswdEntry(fs, "root")?.home).toBe("/");
    expect(findPasswdEntry(fs, "lice")).toBeUndefined();
    expect(findPasswdEntry(fs, "ali")).toBeUndefined();
    expect(findPasswdEntry(fs, "# a comment")).toBeUndefined();
  });

  test("lines that are no users are passed over", () => {
    expect(parsePasswd(PASSWD).map(({ name }) => name)).toEqual([
      "root",
      "nobody",
      "alice",
      "noend",
    ]);
  });

  test("a line without a home directory has the root directory", () => {
    expect(findPasswdEntry(fs, "noend")).toMatchObject({ home: "/", shell: "", gecos: "" });
  });

  test("ids find names", () => {
    expect(findUserNameByUid(fs, 205)).toBe("alice");
    expect(findUserNameByUid(fs, 20)).toBeUndefined();
    expect(findUserNameByUid(fs, 1)).toBeUndefined();
    expect(findGroupNameByGid(fs, 1)).toBe("staff");
  });

  test("members of a group come without blanks and empty names", () => {
    expect(findGroupEntry(fs, "staff")?.members).toEqual(["alice", "bob"]);
    expect(findGroupEntry(fs, "empty")?.members).toEqual([]);
    expect(findGroupEntry(fs, "wheel")).toBeUndefined();
  });

  test("an owner has the group's name, or its number where it has none", () => {
    const owners = ["root", "nobody"]
      .map((name) => findPasswdEntry(fs, name))
      .map((user) => user && ownerOf(fs, user));
    expect(owners).toEqual(["root:system", "nobody:4294967294"]);
  });

  test("a name with a colon finds nobody, though lines begin like it", () => {
    const system = createMemoryFileSystem({
      "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
      "/etc/group": "adm:x:4:\n",
    });
    expect(findPasswdEntry(system, "root:x")).toBeUndefined();
    expect(findGroupEntry(system, "adm:x")).toBeUndefined();
  });

  test("all users are read by name, of two lines the first", () => {
    const system = createMemoryFileSystem({
      "/etc/passwd": "a:x:1:1::/a:/s\nb:x:2:1::/b:/s\na:x:3:1::/c:/s\n",
    });
    const entries = readPasswdEntries(system);
    expect([...entries.keys()].sort()).toEqual(["a", "b"]);
    expect(entries.get("a")?.uid).toBe(1);
  });

  test("a damaged line before a user's own does not hide it", () => {
    const system = createMemoryFileSystem({ "/etc/passwd": "q:\nr:x\nq:x:7:1::/q:/s\n" });
    expect(findPasswdEntry(system, "q")?.uid).toBe(7);
    expect(findPasswdEntry(system, "r")).toBeUndefined();
  });

  test("without the files nobody is found", () => {
    const empty = createMemoryFileSystem();
    expect(findPasswdEntry(empty, "root")).toBeUndefined();
    expect(findGroupNameByGid(empty, 0)).toBeUndefined();
  });

  test("any text is parsed without an exception, and the two ways of finding agree", () => {
    const line = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc
        .tuple(fc.stringMatching(/^[a-z]{1,4}$/u), fc.nat(300))
        .map(([n, id]) => `${n}:x:${id}:1:g:/h:/s`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        parseGroup(text);
        const users = parsePasswd(text);
        const system = createMemoryFileSystem({ "/etc/passwd": text });
        for (const user of users) {
          expect(findPasswdEntry(system, user.name)?.name).toBe(user.name);
        }
      }),
    );
  });
});
