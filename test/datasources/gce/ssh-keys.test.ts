import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseGceAttributes, readGceUserData } from "../../../src/datasources/gce/attributes.ts";
import { collectGceKeys } from "../../../src/datasources/gce/ssh-keys.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const options = { defaultUser: "ops", now: NOW };
const expiring = (date: string): string =>
  `ops:ssh-rsa AAAA google-ssh {"userName":"o@example.com","expireOn":"${date}"}`;

describe("collectGceKeys", () => {
  test("takes keys of the default user and of cloudinit, in the order of the attributes", () => {
    const { keys } = collectGceKeys(
      { "ssh-keys": "ops:ssh-rsa AAAA2 b\ncloudinit:ssh-rsa AAAA1 a\r\n" },
      { "ssh-keys": "ops:ssh-rsa AAAA3 c", sshKeys: "cloudinit:ssh-rsa AAAA4 d" },
      options,
    );
    expect(keys).toEqual([
      "ssh-rsa AAAA2 b",
      "ssh-rsa AAAA1 a",
      "ssh-rsa AAAA3 c",
      "ssh-rsa AAAA4 d",
    ]);
  });

  test("lets no other user's key open the default account", () => {
    const { keys, notes } = collectGceKeys(
      { "ssh-keys": "root:ssh-rsa AAAA1 a\nOps:ssh-rsa AAAA2 b\n ops2:ssh-rsa AAAA3 c" },
      {},
      options,
    );
    expect(keys).toEqual([]);
    expect(notes).toEqual(["Left out SSH keys of users other than cloudinit and ops: 3"]);
  });

  test.each(["true", "TRUE", " True "])("%p blocks the project's keys", (value) => {
    const { keys } = collectGceKeys(
      { "block-project-ssh-keys": value },
      { "ssh-keys": "ops:ssh-rsa AAAA a" },
      options,
    );
    expect(keys).toEqual([]);
  });

  test("the old key of the instance takes the place of the project's", () => {
    const { keys } = collectGceKeys(
      { sshKeys: "ops:ssh-rsa AAAA1 a" },
      { "ssh-keys": "ops:ssh-rsa AAAA2 b" },
      options,
    );
    expect(keys).toEqual(["ssh-rsa AAAA1 a"]);
  });

  test.each([
    ["2026-01-02T03:04:04+0000", false],
    ["2026-01-02T03:04:06+0000", true],
    ["2026-01-02T05:04:04+0200", false],
    ["2026-01-02T05:04:06+02:00", true],
    ["2026-01-02T03:04:04Z", false],
    ["yesterday", true],
    ["2026-13-45T99:00:00+0000", true],
  ])("of a key that expires on %s it is %p that it counts", (date, counts) => {
    expect(collectGceKeys({ "ssh-keys": expiring(date) }, {}, options).keys).toHaveLength(
      counts ? 1 : 0,
    );
  });

  test("a key whose settings are no JSON counts, as one that never expires", () => {
    const text = "ops:ssh-rsa AAAA google-ssh {broken\nops:ssh-rsa AAAB google-ssh [1]";
    expect(collectGceKeys({ "ssh-keys": text }, {}, options).keys).toHaveLength(2);
  });

  test("leaves out lines that are no keys, and says how many", () => {
    const { keys, notes } = collectGceKeys(
      { "ssh-keys": "no colon\nops:\nops:ssh-rsa AAAA müller\nops:ssh-rsa \u0007AAAA x" },
      { "ssh-keys": 7 },
      options,
    );
    expect(keys).toEqual([]);
    expect(notes).toEqual(['Left out SSH keys that are not "user:key" in ASCII: 4']);
  });

  test("never throws, and gives printable lines only", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.string(), (project, text) => {
        const instance = { "ssh-keys": `ops:${text}\ncloudinit:ssh-rsa AAAA google-ssh {${text}` };
        for (const key of collectGceKeys(instance, project, options).keys) {
          expect(key).toMatch(/^[\x20-\x7e]+$/u);
        }
      }),
    );
  });
});

describe("attributes", () => {
  test("that are no JSON object are a problem and count as none", () => {
    const { attributes, problems } = parseGceAttributes(
      new TextEncoder().encode("[1]"),
      "instance/attributes",
    );
    expect(attributes).toEqual({});
    expect(problems).toEqual([
      {
        message: "Cannot use the attributes: expected an object, found a list",
        source: "instance/attributes",
      },
    ]);
  });

  test("any bytes give attributes or problems, and user-data or problems", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((t) => new TextEncoder().encode(t)),
        ),
        (bytes) => {
          const { attributes, problems } = parseGceAttributes(bytes, "x");
          expect(problems.length === 0 || Object.keys(attributes).length === 0).toBeTrue();
          readGceUserData(attributes, "x");
        },
      ),
    );
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (data, encoding) => {
        const read = readGceUserData({ "user-data": data, "user-data-encoding": encoding }, "x");
        expect(read.userData === undefined || read.userData instanceof Uint8Array).toBeTrue();
      }),
    );
  });

  test.each([
    ["base64", "aGk=", "hi", []],
    [
      "base64",
      "aGk",
      undefined,
      ["Cannot use user-data: expected base64, as user-data-encoding says, found other text"],
    ],
    [undefined, "aGk=", "aGk=", []],
    ["gzip", "text", "text", ["unknown user-data-encoding: gzip, ignoring"]],
    ["a\u001b[2J", "text", "text", ["unknown user-data-encoding: a\\x1b[2J, ignoring"]],
    [undefined, 7, undefined, ["Cannot use user-data: expected text, found a number"]],
  ])("user-data with encoding %p of %p", (encoding, data, text, messages) => {
    const read = readGceUserData({ "user-data": data, "user-data-encoding": encoding }, "x");
    const decoded =
      read.userData === undefined ? undefined : new TextDecoder().decode(read.userData);
    expect(decoded).toBe(text);
    expect(read.problems.map(({ message }) => message)).toEqual(messages);
  });
});
