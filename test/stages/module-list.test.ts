import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseFrequency } from "../../src/modules/parse-frequency.ts";
import { parseModuleList } from "../../src/stages/module-list.ts";
import { parseYaml } from "../../src/text/yaml.ts";

const SECTION = "cloud_init_modules";

function listOf(text: string): unknown {
  const parsed = parseYaml(text, "user-data");
  return parsed.ok ? (parsed.value as Record<string, unknown>)[SECTION] : undefined;
}

test("the seed page's list of modules with frequencies", () => {
  const list = listOf(
    `#cloud-config
cloud_init_modules:
  - seed_random
  - [bootcmd, once]
  - [write-files, instance]
  - growpart
  - resizefs
  - set_hostname
  - update_hostname
`,
  );
  const plain = (name: string) => ({ name, writtenName: name, args: [] });
  expect(parseModuleList(list, SECTION)).toEqual({
    entries: [
      plain("seed_random"),
      { ...plain("bootcmd"), frequency: "once" },
      { name: "write_files", writtenName: "write-files", frequency: "once-per-instance", args: [] },
      plain("growpart"),
      plain("resizefs"),
      plain("set_hostname"),
      plain("update_hostname"),
    ],
    problems: [],
  });
});

describe("names", () => {
  test.each([
    ["write-files", "write_files"],
    ["cc_write_files", "write_files"],
    ["write_files.py", "write_files"],
    [" cc_write-files.PY ", "write_files"],
    ["Write-files", "Write_files"],
    ["ibm-reset-rmc", "reset_rmc"],
    ["ibm-restore-volume-groups", "restore_volume_groups"],
    ["ibm-set-multipath-hcheck-interval", "set_multipath_hcheck_interval"],
    ["ibm-update-bootlist", "update_bootlist"],
  ])("%j is %j", (written, name) => {
    expect(parseModuleList([written], SECTION).entries).toEqual([
      { name, writtenName: written.trim(), args: [] },
    ]);
  });
});

describe("forms of entries", () => {
  test("a list with frequency and arguments, a mapping with the same", () => {
    const expected = {
      name: "phone_home",
      writtenName: "phone-home",
      frequency: "always",
      args: ["a", "1", "True"],
    } as const;
    expect(
      parseModuleList(
        [
          ["phone-home", "always", "a", 1, true],
          { name: "phone-home", frequency: "always", args: ["a", 1, true] },
        ],
        SECTION,
      ),
    ).toEqual({ entries: [expected, expected], problems: [] });
  });

  test("empty entries are skipped without a word", () => {
    expect(parseModuleList([null, "", [], {}, ["ssh", null]], SECTION)).toEqual({
      entries: [{ name: "ssh", writtenName: "ssh", args: [] }],
      problems: [],
    });
  });

  test("an absent section is empty, a single name is a list of one", () => {
    expect(parseModuleList(undefined, SECTION)).toEqual({ entries: [], problems: [] });
    expect(parseModuleList(null, SECTION)).toEqual({ entries: [], problems: [] });
    expect(parseModuleList("ssh", SECTION).entries).toHaveLength(1);
  });

  test("wrong entries are skipped and told with their place; the others stay", () => {
    const { entries, problems } = parseModuleList(
      [7, "ssh", { frequency: "once" }, [["x"]], true, "bootcmd"],
      SECTION,
    );
    expect(entries.map(({ name }) => name)).toEqual(["ssh", "bootcmd"]);
    expect(problems.map(({ message, path }) => [path?.[1], message])).toEqual([
      [0, expect.stringContaining("cloud_init_modules[0]")],
      [2, "Cannot use cloud_init_modules[2]: expected the name of a module, found nothing"],
      [3, "Cannot use cloud_init_modules[3]: expected the name of a module, found a list"],
      [4, expect.stringContaining("found a boolean")],
    ]);
  });

  test("a section that is a mapping is one problem", () => {
    const { entries, problems } = parseModuleList({ ssh: true }, SECTION);
    expect(entries).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      "Cannot read cloud_init_modules: expected a list of module names, found a mapping",
    ]);
  });
});

describe("frequencies", () => {
  test.each([
    ["once-per-instance", "once-per-instance"],
    ["instance", "once-per-instance"],
    ["per-instance", "once-per-instance"],
    ["always", "always"],
    ["per-always", "always"],
    ["boot", "always"],
    ["per-boot", "always"],
    ["once", "once"],
    ["per-once", "once"],
  ] as const)("%j means %j", (word, frequency) => {
    expect(parseFrequency(word)).toBe(frequency);
    expect(parseModuleList([["ssh", word]], SECTION)).toMatchObject({
      entries: [{ frequency }],
      problems: [],
    });
  });

  test("an unknown word is told, and the module's own frequency holds", () => {
    const { entries, problems } = parseModuleList([["ssh", "Daily"]], SECTION);
    expect(entries).toEqual([{ name: "ssh", writtenName: "ssh", args: [] }]);
    expect(problems[0]?.message).toStartWith(
      "Config specified module ssh has an unknown frequency Daily",
    );
  });
});

test("any value gives entries and problems, never an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const { entries } = parseModuleList(value, SECTION);
      for (const entry of entries) {
        expect(entry.name).toBeString();
        expect(entry.args.every((arg) => typeof arg === "string")).toBe(true);
      }
    }),
  );
});
