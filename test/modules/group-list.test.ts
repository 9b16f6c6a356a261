import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readGroupList } from "../../src/modules/group-list.ts";

function read(value: unknown) {
  const { groups, problems } = readGroupList(value);
  return {
    groups: groups.map(({ name, members }) => [name].concat(members)),
    problems: problems.map(({ message, path }) => `${path?.join(".")}: ${message}`),
  };
}

describe("readGroupList", () => {
  test.each([
    [undefined, []],
    [null, []],
    ["dba, ops,", [["dba"], ["ops"]]],
    [
      ["dba", "a,b"],
      [["dba"], ["a"], ["b"]],
    ],
    [
      [{ dba: ["alice", "bob"] }, { ops: "carol,dave" }, { empty: null }],
      [["dba", "alice", "bob"], ["ops", "carol", "dave"], ["empty"]],
    ],
    [{ dba: ["alice"], ops: [] }, [["dba", "alice"], ["ops"]]],
    [["dba", { dba: ["alice"] }, { dba: ["bob", "alice"] }], [["dba", "alice", "bob"]]],
  ])("%j", (value, groups) => {
    expect(read(value)).toEqual({ groups, problems: [] });
  });

  test("what is no group or member is a problem with its place, and the rest is read", () => {
    expect(read([5, { dba: 7 }, { ops: ["alice", 9] }])).toEqual({
      groups: [["dba"], ["ops", "alice"]],
      problems: [
        'groups.0: Cannot use a group: expected a name or a mapping of a name to its members ("admins: [root]"), got a number',
        'groups.1.dba: Cannot use the members of group "dba": expected a list of names, got a number',
        'groups.2.ops.1: Cannot use a member of group "ops": expected a name, got a number',
      ],
    });
  });

  test("any value is read without an exception", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readGroupList(value);
      }),
    );
  });
});
