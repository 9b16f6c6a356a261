import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type HostNames,
  withHostNames,
  withoutHostNames,
} from "../../../src/distros/posix/hosts-file.ts";

/** As AIX ships it, with a line of an administrator's. */
const AIX = `# Internet address  names
127.0.0.1\t\tloopback localhost\t# loopback (lo0) name/address
::1\t\t\tloopback localhost
192.0.2.50\tgolden golden.example.com
`;

function add(text: string, given: Partial<HostNames> = {}): string {
  return withHostNames(text, {
    address: "127.0.0.1",
    aliases: ["loopback", "localhost"],
    names: ["vm1.example.com", "vm1"],
    outdated: [],
    ...given,
  });
}

test("the names come behind those that the line has; everything else stays", () => {
  expect(add(AIX)).toBe(
    AIX.replace("loopback localhost\t#", "loopback localhost vm1.example.com vm1\t#"),
  );
});

test("a text that has the names is returned as it is", () => {
  const once = add(AIX);
  expect(add(once)).toBe(once);
  const elsewhere = "127.0.0.1 localhost\n127.0.0.1 vm1 vm1.example.com # mine\n";
  expect(add(elsewhere)).toBe(elsewhere);
});

test("names that were put there before go, those of others stay", () => {
  const before = add(AIX, { names: ["old.example.com", "old"] });
  const after = add(before, { outdated: ["old.example.com", "old", "localhost"] });
  expect(after).toBe(add(AIX));
  expect(add("127.0.0.1 localhost\n127.0.0.1 old\n", { outdated: ["old"] })).toBe(
    "127.0.0.1 localhost vm1.example.com vm1\n",
  );
});

test("a line that is not there is made: behind 127.0.0.1, else at the end", () => {
  expect(add("")).toBe("127.0.0.1\tloopback localhost vm1.example.com vm1\n");
  expect(add("::1 localhost")).toBe(
    "::1 localhost\n127.0.0.1\tloopback localhost vm1.example.com vm1\n",
  );
  const debian = { address: "127.0.1.1", aliases: [] };
  expect(add("127.0.0.1 localhost\n::1 localhost\n", debian)).toBe(
    "127.0.0.1 localhost\n127.0.1.1\tvm1.example.com vm1\n::1 localhost\n",
  );
});

test("a comment that speaks of the address is no line of it", () => {
  expect(add("# 127.0.0.1 vm1\n127.0.0.1 localhost\n")).toBe(
    "# 127.0.0.1 vm1\n127.0.0.1 localhost vm1.example.com vm1\n",
  );
});

test("names are taken out everywhere, a line that had no other goes, and localhost never", () => {
  const own = "198.51.100.7 vm1.example.com vm1 # deployed\n";
  const before = `${add(AIX)}${own}`;
  expect(withoutHostNames(before, ["vm1.example.com", "vm1", "localhost"])).toBe(AIX);
  expect(withoutHostNames("192.0.2.5 nfs vm1\n", ["vm1"])).toBe("192.0.2.5 nfs\n");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(withoutHostNames(text, [])).toBe(text);
      const once = withoutHostNames(text, ["a", "b"]);
      expect(withoutHostNames(once, ["a", "b"])).toBe(once);
    }),
  );
});
