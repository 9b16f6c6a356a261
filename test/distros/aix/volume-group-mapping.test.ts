import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseLspv } from "../../../src/distros/aix/physical-volumes.ts";
import { readMapping, renderMapping } from "../../../src/distros/aix/volume-group-mapping.ts";

const A = "00fa00d6b552f41b";
const B = "00fa00d6b552f42c";

describe("readMapping", () => {
  test("a line is a volume group and a PVID, blank lines and repetitions say nothing", () => {
    expect(readMapping(`datavg ${A}\n\n  datavg\t${B.toUpperCase()} \r\ndatavg ${A}\n`)).toEqual({
      entries: [
        { volumeGroup: "datavg", pvid: A, line: 1 },
        { volumeGroup: "datavg", pvid: B, line: 3 },
      ],
      problems: [],
      idleLines: [2, 4, 5],
    });
  });

  test("the long form of lsattr is the same PVID", () => {
    expect(readMapping(`datavg ${A}0000000000000000`).entries[0]?.pvid).toBe(A);
    expect(readMapping(`datavg ${A}${B}`).entries).toEqual([]);
  });

  test.each([
    [`rootvg ${A}`, 'Cannot restore volume group "rootvg": the machine runs from it'],
    ["datavg none", 'Cannot find a disk of volume group "datavg": its PVID is "none"'],
    ["datavg", 'Cannot use "datavg": expected a volume group and a PVID'],
    [`a b ${A}`, `Cannot use "a b ${A}": expected`],
    [`-f ${A}`, `Cannot use "-f ${A}": expected`],
    [`sixteen_letters_ ${A}`, "expected a volume group and a PVID"],
    ["datavg xyz", 'Cannot use "datavg xyz": expected'],
    ["\u0000\u0001\u00ff\u001b[31m", 'Cannot use "\\x00\\x01ÿ\\x1b[31m": expected'],
  ])("%j fails alone", (line, message) => {
    const { entries, problems } = readMapping(`${line}\ngoodvg ${B}\n`);
    expect(entries).toEqual([{ volumeGroup: "goodvg", pvid: B, line: 2 }]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 1, message: expect.stringContaining(message) });
    expect(problems[0]?.severity).toBeUndefined();
  });

  test.each([[`None ${A}`], [`none ${A}`], [`old_rootvg ${A}`], [`altinst_rootvg ${A}`]])(
    "%s is told and is nothing to do",
    (line) => {
      const { entries, problems, idleLines } = readMapping(line);
      expect([entries, idleLines]).toEqual([[], [1]]);
      expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    },
  );

  test("a PVID in two volume groups belongs to the first", () => {
    const { entries, problems } = readMapping(`onevg ${A}\ntwovg ${A}\n`);
    expect(entries.map(({ volumeGroup }) => volumeGroup)).toEqual(["onevg"]);
    expect(problems[0]).toMatchObject({ line: 2 });
  });

  test("any text is read, and each line is an entry, idle or a problem", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const { entries, problems, idleLines } = readMapping(text);
        const failed = problems.filter(({ severity }) => severity === undefined).length;
        expect(entries.length + idleLines.length + failed).toBe(text.split("\n").length);
      }),
    );
  });
});

test("what is rendered for a machine's disks is read back; rootvg and free disks stay out", () => {
  const disks = parseLspv(
    [
      `hdisk0          ${A}                    rootvg          active`,
      `hdisk1          ${B}                    datavg          active`,
      "hdisk2          none                                None",
      "hdisk3          00fa00d6b552f43d                    None",
      "hdisk4          00fa00d6b552f44e                    old_rootvg",
      "hdisk5          00fa00d6b552f45f                    offvg",
      "0516-010 lspv: Volume group must be varied on; use varyonvg command.",
    ].join("\n"),
  );
  expect(disks).toHaveLength(6);
  const text = renderMapping(disks);
  expect(text).toBe(`datavg ${B}\noffvg 00fa00d6b552f45f\n`);
  expect(readMapping(text).entries.map(({ volumeGroup }) => volumeGroup)).toEqual([
    "datavg",
    "offvg",
  ]);
});

test("a line that repeats one in conflict says nothing new", () => {
  const pvid = "00f9c1af00000001";
  const { entries, idleLines, problems } = readMapping(`cvg ${pvid}\navg ${pvid}\navg ${pvid}\n`);
  expect(entries).toEqual([{ volumeGroup: "cvg", pvid, line: 1 }]);
  expect(idleLines).toEqual([3, 4]);
  expect(problems).toHaveLength(1);
});
