import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type BlockWish,
  editInterfaceBlocks,
  listInterfaceBlocks,
} from "../../../src/network/renderers/interface-blocks.ts";

const STOCK = `numLogFiles\t4
# A comment with { in it
logItem\tSYSERR

interface any
{
 option 12 ""
}

updateDNS "/usr/sbin/dhcpaction '%s' '%s' A"
`;
const NONE: ReadonlySet<string> = new Set();
const plain = (name: string): BlockWish => ({ name, lines: [] });
const rejecting = (name: string): BlockWish => ({
  name,
  lines: ["reject 3"],
  present: ["reject 3"],
});

describe("blocks of a DHCP client's file", () => {
  test('"any" goes when an interface is named, everything else stays', () => {
    const text = editInterfaceBlocks(STOCK, [plain("en0"), rejecting("en1")], NONE);
    expect(text).toBe(`numLogFiles\t4
# A comment with { in it
logItem\tSYSERR

updateDNS "/usr/sbin/dhcpaction '%s' '%s' A"

interface en0
{
}

interface en1
{
 reject 3
}
`);
  });

  test("a block that is there keeps its own lines and gains or loses ours", () => {
    const before =
      'interface en0\n{\n option 12 "vm1"\n reject  3\n}\ninterface en5 { option 1 255.0.0.0 }\n';
    const wish: BlockWish = { name: "en0", lines: [], absent: ["reject 3"] };
    const without = editInterfaceBlocks(before, [wish], NONE);
    expect(without).toBe(before.replace(" reject  3\n", ""));
    expect(editInterfaceBlocks(without, [rejecting("en0")], NONE)).toBe(
      before.replace("reject  3", "reject 3"),
    );
    expect(editInterfaceBlocks(before, [rejecting("en5")], NONE)).toContain(
      "interface en5\n{\n reject 3\n option 1 255.0.0.0\n}\n",
    );
  });

  test("a line without braces gets them, an unwanted block goes, a repeated one too", () => {
    expect(editInterfaceBlocks("interface en0\nlogItem INFO\n", [rejecting("en0")], NONE)).toBe(
      "interface en0\n{\n reject 3\n}\nlogItem INFO\n",
    );
    const text = "interface en0 {\n}\ninterface en1\n\n{\n}\ninterface en0\n";
    expect(editInterfaceBlocks(text, [plain("en0")], new Set(["en1"]))).toBe(
      "interface en0 {\n}\n",
    );
  });

  test("braces nest, as in dhcpc6.cnf, and one that is not closed takes the rest", () => {
    const text = "interface en0 {\n option ia-na {\n  ianame 1\n }\n}\nlog-file-name x\n";
    expect(listInterfaceBlocks(text)).toEqual(["en0"]);
    expect(editInterfaceBlocks(text, [], new Set(["en0"]))).toBe("log-file-name x\n");
    expect(editInterfaceBlocks("a\ninterface en0\n{\n b\n", [], new Set(["en0"]))).toBe("a\n");
    expect(listInterfaceBlocks("#interface en0\n")).toEqual([]);
  });

  test("a second edit changes nothing, whatever is in the file", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "interface en0",
        "interface any",
        "interface en1 {",
        "{",
        "}",
        "",
        "reject 3",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), fc.boolean(), (lines, rejects) => {
        const wish = rejects ? rejecting("en0") : { ...plain("en0"), absent: ["reject 3"] };
        const once = editInterfaceBlocks(`${lines.join("\n")}\n`, [wish], new Set(["en1"]));
        expect(editInterfaceBlocks(once, [wish], new Set(["en1"]))).toBe(once);
        expect(listInterfaceBlocks(once).filter((name) => name === "en0")).toHaveLength(1);
      }),
    );
  });
});
