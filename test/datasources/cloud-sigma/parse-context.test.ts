import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseServerContext } from "../../../src/datasources/cloud-sigma/parse-context.ts";
import { isSafeInstanceId } from "../../../src/instance/instance-json.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const UUID = "01234567-89ab-cdef-0123-456789abcdef";

function parse(context: Readonly<Record<string, unknown>>): ReturnType<typeof parseServerContext> {
  return parseServerContext(bytes(JSON.stringify({ uuid: UUID, ...context })));
}

describe("a server's context", () => {
  test.each(["\u0004", "\n\u0004\r\n", ""])("may have %j around it", (around) => {
    const text = `${around}${JSON.stringify({ uuid: "a" })}${around}`;
    expect(parseServerContext(bytes(text))).toMatchObject({ id: "a", problems: [] });
  });

  test.each([
    ["aix01", "aix01"],
    ["aix01.example.com", "aix01.example.com"],
    [`${"a".repeat(60)}bcd`, `${"a".repeat(60)}b`],
    ["two words", "01234567"],
    ["a_b", "01234567"],
    ["$(reboot)", "01234567"],
    ['"x"', "01234567"],
    ["-x", "01234567"],
    ["", "01234567"],
    [7, "01234567"],
    [undefined, "01234567"],
  ])("named %p makes the host name %p", (name, hostname) => {
    expect(parse({ name })).toMatchObject({ localHostname: hostname });
  });

  test("has user-data in base64 only where base64_fields names exactly that field", () => {
    const data = Buffer.from("#cloud-config\n").toString("base64");
    const read = (fields: unknown): string => {
      const server = parse({ meta: { "cloudinit-user-data": data, base64_fields: fields } });
      return "fault" in server ? server.fault : new TextDecoder().decode(server.userData);
    };
    expect(read("cloudinit-user-data")).toBe("#cloud-config\n");
    expect(read(" x , cloudinit-user-data ")).toBe("#cloud-config\n");
    for (const fields of ["user-data", "Cloudinit-User-Data", "", undefined, null, 7]) {
      expect(read(fields)).toBe(data);
    }
  });

  test.each(["local", "net", "pass", "disabled"] as const)("knows the mode %s", (mode) => {
    expect(parse({ meta: { "cloudinit-dsmode": mode } })).toMatchObject({ dsmode: mode });
  });

  test.each([[[]], ["x"], [null], [7]])("that is %j is none", (value) => {
    expect(parseServerContext(bytes(JSON.stringify(value)))).toHaveProperty("fault");
  });

  test("of any bytes is one that can be kept, or none, and no value is in a message", () => {
    const value = fc.oneof(
      fc.constantFrom("S3cret", "", "..", "/", "a-b"),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const mapping = fc.oneof(
      fc.dictionary(
        fc.constantFrom(
          "cloudinit-user-data",
          "base64_fields",
          "cloudinit-dsmode",
          "ssh_public_key",
          "cloudinit",
          "__proto__",
        ),
        value,
      ),
      value,
    );
    const context = fc.record(
      { uuid: value, name: value, meta: mapping, vendor_data: mapping, tags: value },
      { requiredKeys: ["uuid"] },
    );
    let goodCount = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(bytes),
          context.map((given) => bytes(JSON.stringify(given))),
        ),
        (answer) => {
          const server = parseServerContext(answer);
          if ("fault" in server) {
            expect(server.fault).not.toContain("S3cret");
            return;
          }
          goodCount += 1;
          expect(isSafeInstanceId(server.id)).toBeTrue();
          expect(JSON.stringify(server.problems)).not.toContain("S3cret");
          for (const key of server.publicKeys) {
            expect(key).not.toMatch(/[\n\r\0]/u);
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(goodCount).toBeGreaterThan(50);
  });
});
