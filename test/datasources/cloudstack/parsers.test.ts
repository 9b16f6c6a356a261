import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseCloudStackMetadata } from "../../../src/datasources/cloudstack/parse-metadata.ts";
import { parsePasswordAnswer } from "../../../src/datasources/cloudstack/password-server.ts";
import {
  parseRouterAddress,
  routerUrl,
} from "../../../src/datasources/cloudstack/router-address.ts";
import { readCloudStackSeed } from "../../../src/datasources/cloudstack/read-seed.ts";
import { isSafeInstanceId } from "../../../src/instance/instance-json.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the password server's answer", () => {
  test.each([
    ["", { kind: "none" }],
    [" \r\n", { kind: "none" }],
    ["saved_password", { kind: "none" }],
    ["saved_password\n", { kind: "none" }],
    ["bad_request", { kind: "refused", reason: "it does not know this machine (bad_request)" }],
    ["Abc123+x\r\n", { kind: "password", password: "Abc123+x" }],
    ["two words", { kind: "password", password: "two words" }],
    ["pässwörd", { kind: "password", password: "pässwörd" }],
  ] as const)("%p", (body, expected) => {
    expect(parsePasswordAnswer(bytes(body))).toEqual(expected);
  });

  test("is no password where it is a page, and is not repeated", () => {
    for (const body of ["<html>\nS3cret\n</html>", `S3cret${"x".repeat(600)}`, "S3cret\u0000"]) {
      const answer = parsePasswordAnswer(bytes(body));
      expect(answer.kind).toBe("refused");
      expect(JSON.stringify(answer)).not.toContain("S3cret");
    }
    expect(parsePasswordAnswer(new Uint8Array([0x53, 0xff])).kind).toBe("refused");
  });

  test("any bytes are one of the three", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        const answer = parsePasswordAnswer(body);
        if (answer.kind === "password") {
          expect(answer.password).not.toMatch(/^\s|\s$|\n/u);
          expect(answer.password).not.toBe("");
        }
      }),
    );
  });
});

describe("metadata_address", () => {
  test.each([
    ["192.0.2.1", "http://192.0.2.1"],
    [" 192.0.2.1:8080 ", "http://192.0.2.1:8080"],
    ["router.example.com:81", "http://router.example.com:81"],
    ["2001:db8::1", "http://[2001:db8::1]"],
    ["[2001:db8::1]:8080", "http://[2001:db8::1]:8080"],
    ["http://192.0.2.1", undefined],
    ["192.0.2.1/x", undefined],
    ["user@192.0.2.1", undefined],
    ["192.0.2.1:0", undefined],
    ["192.0.2.1:99999", undefined],
    ["[192.0.2.1]", undefined],
    ["-x", undefined],
    ["", undefined],
  ])("%p is %p", (text, url) => {
    const address = parseRouterAddress(text);
    expect(address === undefined ? undefined : routerUrl(address)).toBe(url);
  });

  test("any text gives an address that a URL takes, or none", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain()), (text) => {
        const address = parseRouterAddress(text);
        if (address !== undefined) {
          expect(new URL(`${routerUrl(address)}/latest`).pathname).toBe("/latest");
        }
      }),
    );
  });
});

describe("parseCloudStackMetadata", () => {
  test("an id that is too long or no text is a problem", () => {
    const long = parseCloudStackMetadata({ "instance-id": "x".repeat(300) }, "there");
    expect(long.id).toBeUndefined();
    expect(long.problems[0]?.message).toContain('expected text of at most 200 bytes, found "xxx');
    const list = parseCloudStackMetadata({ "instance-id": ["a", "b"] }, "there");
    expect(list.id).toBeUndefined();
    expect(list.problems).toHaveLength(1);
  });

  test("any tree gives an id that can name a directory, or none", () => {
    const value = fc.oneof(fc.string(), fc.anything());
    fc.assert(
      fc.property(
        fc.record({
          "instance-id": value,
          "local-hostname": value,
          "availability-zone": value,
          "public-keys": value,
        }),
        (raw) => {
          const { id, fields } = parseCloudStackMetadata(raw, "there");
          expect(id === undefined || isSafeInstanceId(id)).toBeTrue();
          expect(fields.publicKeys.every((key) => typeof key === "string")).toBeTrue();
        },
      ),
    );
  });
});

describe("readCloudStackSeed", () => {
  test("is none unless both files are there", async () => {
    const one = createMemoryFileSystem({ "/seed/cs/meta-data": "instance-id: x\n" });
    expect(await readCloudStackSeed(one, "/seed/cs")).toBeUndefined();
    expect(await readCloudStackSeed(createMemoryFileSystem(), "/seed/cs")).toBeUndefined();
  });

  test("any meta-data is read or a problem", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.uint8Array()), async (content) => {
        const fs = createMemoryFileSystem({ "/s/meta-data": content, "/s/user-data": "" });
        const seed = await readCloudStackSeed(fs, "/s");
        expect(typeof seed?.raw).toBe("object");
      }),
    );
  });
});
