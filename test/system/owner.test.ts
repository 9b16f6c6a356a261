import { expect, test } from "bun:test";
import { assert, property, string } from "fast-check";
import { findOwner } from "../../src/system/owner.ts";

const FILES = {
  readPasswd: () => "root:!:0:0::/:/usr/bin/ksh\nbroken\n+::::::\nalice:!:204:1::/home/alice:\n",
  readGroup: () => "system:!:0:root,esaadmin\nstaff:!:1:alice\n",
};

test("each half is a name or a number, or is left out", () => {
  expect(findOwner("alice:staff", FILES)).toEqual({ uid: 204, gid: 1 });
  expect(findOwner("alice", FILES)).toEqual({ uid: 204 });
  expect(findOwner("alice:", FILES)).toEqual({ uid: 204 });
  expect(findOwner(":system", FILES)).toEqual({ gid: 0 });
  expect(findOwner("12:4294967294", FILES)).toEqual({ uid: 12, gid: 4_294_967_294 });
});

test("a name that is not known is an error that says which", () => {
  expect(() => findOwner("bob", FILES)).toThrow('user "bob" in /etc/passwd');
  expect(() => findOwner("alice:wheel", FILES)).toThrow('group "wheel" in /etc/group');
  expect(() => findOwner("4294967295", FILES)).toThrow('user "4294967295"');
  expect(() => findOwner("broken", FILES)).toThrow('user "broken"');
});

test("any text gives ids or a RangeError", () => {
  assert(
    property(string(), string(), (owner, text) => {
      try {
        const ids = findOwner(owner, { readPasswd: () => text, readGroup: () => text });
        for (const id of Object.values(ids)) {
          expect(Number.isInteger(id)).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
