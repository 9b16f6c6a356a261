import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CloudConfig } from "../../src/config/cloud-config.ts";
import { parseMergeHow } from "../../src/config/merge-how.ts";
import { mergeCloudConfigPart, mergeLevels, mergeValues } from "../../src/config/merge.ts";
import { parseYaml } from "../../src/text/yaml.ts";

/** Merges the parts of a YAML stream, as user-data does. */
function mergeParts(...texts: readonly string[]): CloudConfig {
  let merged: CloudConfig = {};
  for (const text of texts) {
    const parsed = parseYaml(text, "part");
    const part = mergeCloudConfigPart(
      merged,
      (parsed.ok ? parsed.value : {}) as CloudConfig,
      "part",
    );
    expect([parsed.ok, part.ok, part.problems]).toEqual([true, true, []]);
    merged = part.config;
  }
  return merged;
}

/** tests/data/merge_sources of upstream, as compat config.md §3.4 retells them. */
describe("the twelve cases of upstream's merge sources", () => {
  test.each<[number, string[], unknown]>([
    [
      1,
      ["Blah: ['blah2']", "Blah: ['b']\nmerge_how: 'dict(recurse_array,no_replace)+list(append)'"],
      { Blah: ["blah2", "b"] },
    ],
    [
      2,
      ["Blah: 1\nBlah2: 2\nBlah3: 3", "Blah: 3\nBlah2: 2\nBlah3: [1]"],
      { Blah: 3, Blah2: 2, Blah3: [1] },
    ],
    [
      3,
      [
        "Blah: ['blah1']",
        "Blah: ['blah2']\nmerge_how: 'dict(recurse_array,no_replace)+list(prepend)'",
      ],
      { Blah: ["blah2", "blah1"] },
    ],
    [
      4,
      ["Blah: {b: 1}", "Blah: {b: null}\nmerge_how: 'dict(allow_delete,no_replace)+list()'"],
      { Blah: {} },
    ],
    [
      5,
      [
        "Blah: 1\nBlah2: 2\nBlah3: 3",
        "Blah: 3\nBlah2: 2\nBlah3: [1]\nmerge_how: 'dict(replace)+list(append)'",
      ],
      { Blah: 3, Blah2: 2, Blah3: [1] },
    ],
    [
      6,
      [
        "run_cmds: [bash, top]",
        "run_cmds: [ps, vi, emacs]\nmerge_type: 'list(append)+dict(recurse_array)+str()'",
      ],
      { run_cmds: ["bash", "top", "ps", "vi", "emacs"] },
    ],
    [
      7,
      [
        "users:\n- default\n- {name: foobar, expiredate: 2012-09-01, passwd: '$6$x'}\n- {name: barfoo}\n- {name: cloudy}",
        "users: [bob, joe, sue, {name: foobar_jr}]\nmerge_how: 'dict(recurse_array)+list(append)'",
      ],
      {
        users: [
          "default",
          { name: "foobar", expiredate: "2012-09-01", passwd: "$6$x" },
          { name: "barfoo" },
          { name: "cloudy" },
          "bob",
          "joe",
          "sue",
          { name: "foobar_jr" },
        ],
      },
    ],
    [
      8,
      [
        "mounts:\n- [ephemeral0, /mnt, auto, 'defaults,noexec']\n- [sdc, /opt/data]\n- [xvdh, /opt/data, auto]\n- [dd, /dev/zero]",
        "mounts:\n- [ephemeral22, /mnt, auto, 'defaults,noexec']\nmerge_how: 'dict(recurse_array)+list(recurse_list,recurse_str)+str()'",
      ],
      {
        mounts: [
          ["ephemeral22", "/mnt", "auto", "defaults,noexec"],
          ["sdc", "/opt/data"],
          ["xvdh", "/opt/data", "auto"],
          ["dd", "/dev/zero"],
        ],
      },
    ],
    [
      9,
      [
        "phone_home: {url: 'http://my.example.com/$INSTANCE_ID/', post: [pub_key_dsa]}",
        "phone_home: {url: $BLAH_BLAH}\nmerge_how: 'dict(recurse_str)+str(append)'",
      ],
      {
        phone_home: { url: "http://my.example.com/$INSTANCE_ID/$BLAH_BLAH", post: ["pub_key_dsa"] },
      },
    ],
    [
      10,
      [
        "power_state: {delay: 30, mode: poweroff, message: [Bye, Bye]}",
        "power_state: {message: [Pew, Pew]}\nmerge_how: 'dict(recurse_list)+list(append)'",
      ],
      { power_state: { delay: 30, mode: "poweroff", message: ["Bye", "Bye", "Pew", "Pew"] } },
    ],
    [11, ["a: 1\nb: 2\nc: 3", "b: 4", "a: 22"], { a: 22, b: 4, c: 3 }],
    [12, ["a: {c: 1, d: 2, e: {z: a, y: b}}", "a: {e: {y: 2}}"], { a: { e: { y: 2 } } }],
  ])("case %d", (_number, parts, expected) => {
    expect(mergeParts(...parts)).toEqual(expected as CloudConfig);
  });
});

function merge(how: string, old: unknown, next: unknown): unknown {
  const parsed = parseMergeHow(how);
  return mergeValues(old, next, parsed.ok ? parsed.mergers : []);
}

describe("single mergers", () => {
  test.each<[string, unknown, unknown, unknown]>([
    ["dict()", { a: 1 }, { a: 2 }, { a: 1 }],
    ["dict(replace)", { a: 1 }, { a: 2 }, { a: 2 }],
    ["dict(replace,no_replace)", { a: 1 }, { a: 2 }, { a: 2 }],
    ["dict()", { a: { x: 1 } }, { a: { x: 2, y: 3 } }, { a: { x: 1, y: 3 } }],
    ["dict()", { a: 1 }, { b: null }, { a: 1, b: null }],
    ["dict()", { a: 1 }, { a: null }, { a: 1 }],
    ["dict()", { a: 1 }, [1], { a: 1 }],
    ["list()", [1, 2, 3], [9], [9, 2, 3]],
    ["list()", [1], [7, 8, 9], [7]],
    ["list()", [1], "x", "x"],
    ["list(no_replace)", [1], [2], [1]],
    ["list(append,prepend)", [1], [2], [1, 2]],
    ["list(append)", [1], "ab", [1]],
    ["dict(recurse_array)+list(append)", { a: [1] }, { a: [2] }, { a: [1, 2] }],
    ["dict(recurse_list)+list(append)", { a: [1] }, { a: [2] }, { a: [1, 2] }],
    ["list(recurse_dict)+dict(replace)", [{ a: 1, b: 2 }], [{ a: 9 }], [{ a: 9, b: 2 }]],
    ["list()+dict(replace)", [{ a: 1, b: 2 }], [{ a: 9 }], [{ a: 9 }]],
    ["str()", "old", "new", "new"],
    ["str(append)", "old", "new", "oldnew"],
    ["str(append)", "old", 1, "old1"],
    ["list()", 1, 2, 1],
    ["list()", null, 2, null],
    ["list()", { a: 1 }, { a: 2 }, { a: 1 }],
    ["dict(replace)+dict()", { a: 1 }, { a: 2 }, { a: 2 }],
  ])("%s on %j and %j gives %j", (how, old, next, expected) => {
    expect(merge(how, old, next)).toEqual(expected);
  });
});

describe("levels", () => {
  test("the stronger one's scalars and lists win whole, mappings are merged deeply", () => {
    const { config, problems } = mergeLevels([
      { source: "user-data", config: { a: 1, list: ["x"], map: { k: 1 } } },
      { source: "cloud.cfg", config: { a: 2, b: 3, list: ["y", "z"], map: { k: 2, l: 2 } } },
    ]);
    expect(config).toEqual({ a: 1, b: 3, list: ["x"], map: { k: 1, l: 2 } });
    expect(problems).toEqual([]);
  });

  test("the weaker one's merge_how counts, and no directive stays", () => {
    const { config } = mergeLevels([
      { source: "user-data", config: { packages: ["a"], merge_how: "list(append)" } },
      {
        source: "cloud.cfg",
        config: { packages: ["b"], merge_how: "dict(recurse_list)+list(append)" },
      },
    ]);
    expect(config).toEqual({ packages: ["a", "b"] });
  });

  test("a directive that cannot be read is a problem, and the level is merged all the same", () => {
    const { config, problems } = mergeLevels([
      { source: "user-data", config: { a: 1 } },
      { source: "cloud.cfg", config: { b: 2, merge_how: "nonsense" } },
    ]);
    expect(config).toEqual({ a: 1, b: 2 });
    expect(problems).toEqual([
      {
        message:
          'Cannot use merge_how, the default is used: "nonsense" is not of the form "name(option,option)"',
        source: "cloud.cfg",
        path: ["merge_how"],
      },
    ]);
  });
});

describe("cloud-config parts", () => {
  test("the part's own directive comes before that of its header, and holds for it alone", () => {
    const first = mergeCloudConfigPart({}, { a: ["1"] }, "one");
    const second = mergeCloudConfigPart(
      first.config,
      { a: ["2"], merge_how: "list(append)" },
      "two",
      "dict(recurse_list)+list(prepend)",
    );
    expect(second.config).toEqual({ a: ["1", "2"] });
    const third = mergeCloudConfigPart(second.config, { a: ["3"] }, "three");
    expect(third.config).toEqual({ a: ["3"] });
  });

  test("a part whose directive is wrong is left out", () => {
    const merged = mergeCloudConfigPart({ a: 1 }, { a: 2 }, 'user-data part "x"', "list[append]");
    expect(merged).toMatchObject({ ok: false, config: { a: 1 } });
    expect(merged.problems[0]?.message).toContain("its Merge-Type header");
  });

  test("appending what is no list keeps the old one and says where", () => {
    const merged = mergeCloudConfigPart(
      { a: { b: ["1"] } },
      { a: { b: "2" }, merge_how: "dict(recurse_str)+list(append)" },
      "part",
    );
    expect(merged.config).toEqual({ a: { b: ["1"] } });
    expect(merged.problems).toEqual([
      {
        message: "Cannot append to a list: a list is expected, the old one is kept",
        source: "part",
        path: ["a", "b"],
      },
    ]);
  });
});

test("a directive without dict() merges nothing, which is said", () => {
  const merged = mergeCloudConfigPart({ a: 1 }, { b: 2, merge_how: "list(append)" }, "part");
  expect(merged.config).toEqual({ a: 1 });
  expect(merged.problems[0]?.message).toContain('names no "dict(…)"');
});

describe("hostile and large input", () => {
  test("__proto__ is merged as a key and reaches no prototype", () => {
    const old = JSON.parse(
      '{"__proto__": {"a": 1}, "x": {"__proto__": {"deep": 1}}}',
    ) as CloudConfig;
    const next = JSON.parse(
      '{"__proto__": {"b": 2}, "x": {"__proto__": {"more": 1}}}',
    ) as CloudConfig;
    const merged = merge("dict()", old, next);
    expect(JSON.stringify(merged)).toBe(
      '{"__proto__":{"a":1,"b":2},"x":{"__proto__":{"deep":1,"more":1}}}',
    );
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  test("values nested without end are not merged, and that is said", () => {
    const nest = (levels: number): CloudConfig => {
      let value: CloudConfig = { end: 1 };
      for (let level = 0; level < levels; level += 1) {
        value = { a: value };
      }
      return value;
    };
    const merged = mergeCloudConfigPart(nest(5000), { ...nest(5000), merge_how: "dict()" }, "part");
    expect(merged.ok).toBe(true);
    expect(merged.problems[0]?.message).toContain("more than 256 levels");
  });

  test("10,000 entries are merged at once, not one by one", () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => ({ path: `/f${index}` }));
    const merged = mergeCloudConfigPart(
      { write_files: entries },
      { write_files: entries, merge_how: "dict(recurse_list)+list(append)" },
      "part",
    );
    expect((merged.config["write_files"] as unknown[]).length).toBe(20_000);
  });
});

const anyConfig = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__proto__", "constructor"),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<CloudConfig>;
const anyHow = fc
  .array(
    fc
      .tuple(
        fc.constantFrom("dict", "list", "str"),
        fc.subarray([
          "replace",
          "no_replace",
          "append",
          "prepend",
          "allow_delete",
          "recurse_str",
          "recurse_list",
          "recurse_array",
          "recurse_dict",
        ]),
      )
      .map(([name, options]) => `${name}(${options.join(",")})`),
    { maxLength: 3 },
  )
  .map((pieces) => pieces.join("+"));

describe("laws of merging", () => {
  test("merging changes neither side, never throws, and keeps keys of old unless deletion is allowed", () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, anyHow, (old, next, how) => {
        const before = JSON.stringify([old, next]);
        const merged = merge(how, old, next) as CloudConfig;
        expect(JSON.stringify([old, next])).toBe(before);
        if (!how.includes("allow_delete")) {
          for (const key of Object.keys(old)) {
            expect(Object.hasOwn(merged, key)).toBe(true);
          }
        }
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test("merging a part into nothing gives the part, and again changes nothing", () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        const once = mergeCloudConfigPart({}, config, "part").config;
        const twice = mergeCloudConfigPart(once, config, "part").config;
        expect(JSON.stringify(once)).toBe(JSON.stringify(config));
        expect(twice).toEqual(once);
      }),
    );
  });
});
