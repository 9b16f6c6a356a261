import { expect, test } from "bun:test";
import { loadBaseConfig } from "../../src/config/load-base-config.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const DATA = "/run/cloud-init/instance-data-sensitive.json";

async function load(text: string, variables: Readonly<Record<string, unknown>> | undefined) {
  const { system } = createScriptedSystem({ files: { "/etc/cloud/cloud.cfg": text } });
  return loadBaseConfig(system, {
    defaults: {},
    roots: { configFile: "/etc/cloud/cloud.cfg", runDir: "/run/cloud-init" },
    templates: { path: DATA, readVariables: async () => variables },
  });
}

const TEMPLATE =
  "## template: jinja\na: {{ v1.region }}\n{% if v1.region == 'x' %}\nb: 1\n{% endif %}\n";

test("cloud.cfg can be a template of what is known of the instance", async () => {
  const base = await load(TEMPLATE, { v1: { region: "x" } });
  expect(base.config).toEqual({ a: "x", b: 1 });
  expect(base.problems).toEqual([]);
  expect(base.inputs).toContainEqual({ kind: "path", path: DATA, state: "absent" });
});

test("as long as nothing is known it is read as it stands, or counts as empty, which is no error", async () => {
  const asWritten = await load("## template: jinja\na: 1\n", undefined);
  expect(asWritten.config).toEqual({ a: 1 });
  const base = await load(TEMPLATE, undefined);
  expect(base.config).toEqual({});
  expect(base.problems).toEqual([]);
  expect(base.notes.map(({ message }) => message)).toEqual([
    "This template is not rendered yet: nothing is known of the instance",
  ]);
});

test("a template that is none counts as empty, and unknown names are told", async () => {
  const broken = await load("## template: jinja\na: {{ x y }}\n", {});
  expect(broken.config).toEqual({});
  expect(broken.problems).toMatchObject([{ source: "/etc/cloud/cloud.cfg", line: 2 }]);
  const missing = await load("## template: jinja\na: {{ nope }}\n", {});
  expect(missing.config).toEqual({ a: "CI_MISSING_JINJA_VAR/nope" });
  expect(missing.problems.length).toBe(1);
});

test("messages tell the lines of the file, and another engine's line is a comment", async () => {
  const wrong = await load("## template: jinja\na: 1\nb: [\n", {});
  expect(wrong.problems).toMatchObject([{ line: 4 }]);
  expect((await load("## template: basic\na: 1\n", {})).config).toEqual({ a: 1 });
});
