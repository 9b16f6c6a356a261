import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { findKnownName } from "../../src/modules/known-names.ts";
import { MODULES } from "../../src/modules/registry.ts";
import { parseConfig } from "../../src/schema/parse-config.ts";
import { isMapping } from "../../src/config/cloud-config.ts";
import { parseYaml } from "../../src/text/yaml.ts";

const DIR = new URL("../../src/modules/", import.meta.url);

test("each module file is in the table, once, in order", () => {
  const files = readdirSync(DIR).filter(
    (name) =>
      name.endsWith(".ts") && readFileSync(new URL(name, DIR), "utf8").includes("= defineModule("),
  );
  const names = files.map((name) => name.replace(/\.ts$/u, "").replaceAll("-", "_"));
  expect(MODULES.map((entry) => entry.name)).toEqual(names.sort());
});

test("no name is both built and said not to be", () => {
  for (const { name } of MODULES) {
    expect(findKnownName(name)).toBeUndefined();
  }
});

test.each(MODULES.map((entry) => [entry.name, entry] as const))(
  "%s describes itself, and its examples fit its schema",
  async (name, entry) => {
    const module = await entry.load();
    const { load: _, ...described } = entry;
    expect(module).toMatchObject(described);
    expect(Object.keys(described).includes("distros")).toBe(module.distros !== undefined);
    expect(Object.keys(described).includes("activateByKeys")).toBe(
      module.activateByKeys !== undefined,
    );
    expect(module.title.length).toBeGreaterThan(0);
    expect(module.description.length).toBeGreaterThan(40);
    const keys = Object.keys(module.schema.properties);
    for (const key of [...(module.activateByKeys ?? []), ...(module.itemKeys ?? [])]) {
      expect(keys).toContain(key);
    }
    if (keys.length > 0) {
      expect(module.examples.length).toBeGreaterThan(0);
    }
    for (const example of module.examples) {
      expect(example).toStartWith("#cloud-config\n");
      const parsed = parseYaml(example, name);
      if (!parsed.ok || !isMapping(parsed.value)) {
        throw new Error(`An example of ${name} is no mapping`);
      }
      expect(parsed.warnings).toEqual([]);
      expect(Object.keys(parsed.value).some((key) => keys.includes(key))).toBe(true);
      expect(parseConfig(module.schema, parsed.value).problems).toEqual([]);
    }
  },
);
