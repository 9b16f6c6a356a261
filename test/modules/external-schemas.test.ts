import { expect, test } from "bun:test";
import { checkCloudConfig } from "../../src/modules/check-cloud-config.ts";
import { createExternalKeyCheck } from "../../src/modules/external-schemas.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const DIRECTORY = "/usr/lib/cloud-init/modules";
const SCHEMA = JSON.stringify({
  properties: {
    hello: {
      type: "object",
      properties: { name: { type: "string" } },
      additionalProperties: false,
    },
    users: { type: "integer" },
  },
});

async function check(
  config: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  modes: Readonly<Record<string, number>> = {},
) {
  const { system } = createScriptedSystem({
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`${DIRECTORY}/${name}`, text]),
    ),
  });
  for (const name of Object.keys(files)) {
    const mode = modes[name] ?? (name.endsWith(".json") ? 0o644 : 0o755);
    system.fs.setAttributes(`${DIRECTORY}/${name}`, { mode });
  }
  const problems: string[] = [];
  const findings = await checkCloudConfig(config, {
    distro: "debian",
    checkExternalKey: createExternalKeyCheck(system, DIRECTORY, (text) => problems.push(text)),
  });
  const texts = findings.map(
    ({ level, path, message }) => `${level} ${path.join(".")}: ${message}`,
  );
  return { texts, problems };
}

const HELLO = { hello: "#!/bin/sh\n", "hello.schema.json": SCHEMA };

test("the keys of a schema beside a module are known, and their values are checked", async () => {
  expect(await check({ hello: { name: "x" } }, HELLO)).toEqual({ texts: [], problems: [] });
  expect(await check({ hello: { name: 1, nam: 2 } }, HELLO)).toEqual({
    texts: ['unknown hello.nam: "nam" is not a known key', "error hello.name: must be string"],
    problems: [],
  });
});

test("another name for the file stands in the header", async () => {
  const files = {
    hello: "#!/bin/sh\n# cloud-init: schema=other.json\n",
    "other.json": SCHEMA,
  };
  expect((await check({ hello: 1 }, files)).texts).toEqual(["error hello: must be object"]);
  expect((await check({ hello: 1 }, { hello: files.hello })).problems).toEqual([
    `Cannot use the schema "${DIRECTORY}/other.json" of module "${DIRECTORY}/hello": it is not there`,
  ]);
});

test("keys of built-in modules stay theirs", async () => {
  expect(await check({ users: ["default"] }, HELLO)).toEqual({ texts: [], problems: [] });
});

test("where a module would not run, its keys are not known", async () => {
  const unknown = ['unknown hello: "hello" is not a known key'];
  expect((await check({ hello: 1 }, HELLO, { hello: 0o777 })).texts).toEqual(unknown);
  expect((await check({ hello: 1 }, { "hello.schema.json": SCHEMA })).texts).toEqual(unknown);
  expect(await check({ hello: 1 }, {})).toEqual({ texts: unknown, problems: [] });
});

test.each([
  ["{", 0o644, "it is not JSON"],
  ["[]", 0o644, 'expected an object with the keys of the module in "properties"'],
  [
    '{"properties": {"hello": {"tipe": "string"}}}',
    0o644,
    '#/properties/hello: the keyword "tipe" is not supported',
  ],
  [SCHEMA, 0o666, "everybody may write to it (mode 0666)"],
])(
  "a schema %p of mode %p is a warning, and its keys are not known",
  async (text, mode, reason) => {
    const files = { hello: "#!/bin/sh\n", "hello.schema.json": text };
    const { texts, problems } = await check({ hello: 1 }, files, { "hello.schema.json": mode });
    expect(texts).toEqual(['unknown hello: "hello" is not a known key']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      `Cannot use the schema "${DIRECTORY}/hello.schema.json" of module "${DIRECTORY}/hello": ${reason}`,
    );
  },
);

test("a schema that turns in a circle is a warning", async () => {
  const text = JSON.stringify({
    properties: { hello: { $ref: "#/$defs/a" } },
    $defs: { a: { $ref: "#/$defs/a" } },
  });
  const { texts, problems } = await check(
    { hello: 1 },
    { hello: "#!/bin/sh\n", "hello.schema.json": text },
  );
  expect(texts).toEqual([]);
  expect(problems[0]).toContain(`Cannot check "hello" against "${DIRECTORY}/hello.schema.json"`);
});
