// Every datasource that the seed page names can be used, is tested and is told of.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../src/text/record.ts";
import { parseYaml } from "../../src/text/yaml.ts";
import { renderDatasourceDocs } from "../../src/cli/schema/datasource-docs.ts";
import { builtinConfig } from "../../src/config/builtin-config.ts";
import { DATASOURCE_SETTINGS } from "../../src/config/datasource-settings.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { DATASOURCES, DATASOURCES_NOT_BUILT } from "../../src/datasources/registry.ts";
import { checkCloudConfig } from "../../src/modules/check-cloud-config.ts";
import { PAGE_DATASOURCE_LIST } from "../support/seed-page.ts";

const ROOT = join(import.meta.dir, "../..");
const CASE_COUNT_MIN = 3;
const PLATFORMS = ["aix", "linux"] as const;

/** `datasource_list` of a configuration. */
function listOf(text: string): readonly string[] {
  const parsed = parseYaml(text, "cloud.cfg");
  const value = parsed.ok && isRecord(parsed.value) ? parsed.value["datasource_list"] : undefined;
  return Array.isArray(value) ? value.map(String) : [];
}

const NAMES = listOf(PAGE_DATASOURCE_LIST);

/** All code and data files of a datasource. */
function sourcesOf(name: string): string {
  const file = fileNameOf(name);
  const directory = join(ROOT, "src/datasources");
  const own = [join(directory, `${file}.ts`)];
  if (existsSync(join(directory, file))) {
    own.push(...readdirSync(join(directory, file)).map((part) => join(directory, file, part)));
  }
  return own.map((path) => readFileSync(path, "utf8")).join("\n");
}

/** The file whose export has this name: "OpenNebula" is in open-nebula.ts. */
function fileNameOf(name: string): string {
  const found = readdirSync(join(ROOT, "src/datasources")).find(
    (file) => file.replaceAll("-", "") === `${name.toLowerCase()}.ts`,
  );
  return found?.replace(/\.ts$/u, "") ?? "?";
}

test("the seed page names thirteen datasources", () => {
  expect(NAMES).toHaveLength(13);
  expect(new Set(NAMES).size).toBe(13);
});

test("each of them is in the table of datasources, and nothing else is", () => {
  expect(DATASOURCES.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
  expect(DATASOURCES_NOT_BUILT.filter((name) => NAMES.includes(name))).toEqual([]);
});

test("each file of test/fixtures/datasources is one of them", () => {
  expect(readdirSync(join(ROOT, "test/fixtures/datasources")).sort()).toEqual([...NAMES].sort());
});

test("each of the default lists names only what is built", () => {
  const written = PLATFORMS.flatMap((platform) =>
    defaultConfigFiles(platform).flatMap(({ content }) => listOf(content)),
  );
  const builtIn = PLATFORMS.flatMap((platform) => {
    const { datasource_list: list } = builtinConfig(platform);
    return Array.isArray(list) ? list.map(String) : [];
  });
  expect(written.length).toBeGreaterThan(0);
  expect([...written, ...builtIn].filter((name) => !NAMES.includes(name))).toEqual([]);
});

test.each(DATASOURCES.map((entry) => [entry.name, entry] as const))(
  "%s is what the table says of it",
  async (name, entry) => {
    const datasource: Datasource = await entry.load();
    expect(datasource).toMatchObject({ name, needs: entry.needs });
  },
);

test.each([...NAMES])("%s goes through the contract suite with three cases or more", (name) => {
  const base = join(ROOT, "test/fixtures/datasources", name);
  const cases = readdirSync(base);
  expect(cases.length).toBeGreaterThanOrEqual(CASE_COUNT_MIN);
  const answers = cases.map((one) => {
    expect(existsSync(join(base, one, "case.json"))).toBeTrue();
    return JSON.parse(readFileSync(join(base, one, "expected.json"), "utf8")) as object;
  });
  // Where it is the cloud; None is it always.
  expect(answers.filter((answer) => "instance" in answer).length).toBeGreaterThan(0);
  expect(answers.some((answer) => !("instance" in answer)) || name === "None").toBeTrue();
  const suite = join(ROOT, "test/datasources", `${fileNameOf(name)}.contract.test.ts`);
  expect(readFileSync(suite, "utf8")).toContain("testDatasource(");
});

test.each([...NAMES])("%s has its settings in the schema, each with a word on it", async (name) => {
  const keys = DATASOURCE_SETTINGS[name];
  expect(Object.keys(keys ?? {})).toEqual(Object.keys(keys ?? {}).sort());
  expect(keys).toBeDefined();
  for (const [key, description] of Object.entries(keys ?? {})) {
    expect(`${key}: ${description}`).toMatch(/: \S.*\S$/u);
  }
  const check = async (settings: object): Promise<readonly string[]> =>
    (await checkCloudConfig({ datasource: { [name]: settings } }, { distro: "aix" })).map(
      ({ message, path }) => `${path.join(".")}: ${message}`,
    );
  expect(await check(Object.fromEntries(Object.keys(keys ?? {}).map((key) => [key, "x"])))).toEqual(
    [],
  );
  const told = (await check({ no_such_key: 1 })).join("\n");
  // Where a schema names no key at all, any is fine.
  expect(told).toContain(
    Object.keys(keys ?? {}).length === 0 ? "" : `datasource.${name}.no_such_key: `,
  );
});

test.each([...NAMES])("%s reads no setting that the schema does not name", (name) => {
  const text = sourcesOf(name);
  const read = [
    ...text.matchAll(/\bconfig\??\.?\["([\w-]+)"\]/gu),
    ...text.matchAll(/\bnumberSetting\(\s*ctx,\s*\S+\s*"([\w-]+)"/gu),
    ...text.matchAll(/\bdatasource\.\w+\.([\w-]+)/gu),
  ].flatMap((match) => match[1] ?? []);
  const known = Object.keys(DATASOURCE_SETTINGS[name] ?? {});
  expect(read.filter((key) => !known.includes(key))).toEqual([]);
});

test.each([...NAMES])("%s is told of by `cloud-init schema --docs`, with its settings", (name) => {
  const text = renderDatasourceDocs(name.toUpperCase()) ?? "";
  expect(text).toStartWith(`${name}\n`);
  expect(renderDatasourceDocs("datasource")).toContain(text);
  const keys = Object.keys(DATASOURCE_SETTINGS[name] ?? {});
  expect(keys.filter((key) => !text.includes(`  ${key}\n`))).toEqual([]);
});

test("README names each of them", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(NAMES.filter((name) => !readme.includes(name))).toEqual([]);
});
