import { describe, expect, test } from "bun:test";
import { isMapping } from "../../src/config/cloud-config.ts";
import { createPaths } from "../../src/instance/paths.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { type ConfigStore, openConfigStore } from "../../src/stages/config-store.ts";
import type { System } from "../../src/system/system.ts";
import { createAixDefaults } from "../../src/distros/aix/defaults.ts";
import type { ConsumedUserData } from "../../src/stages/consumed-userdata.ts";
import { parseYaml } from "../../src/text/yaml.ts";
import { createTestInstance } from "../support/module-context.ts";
import { CLOUD_CFG, CONFIG_DIR, createMachine } from "../support/sample-machine.ts";

const CACHE = "/run/cloud-init/config-cache.json";
const defaults = createAixDefaults();
const paths = createPaths(defaults.paths);
const instance = createTestInstance({ id: "i-1" });

function open(system: System, configFiles: readonly string[] = []): Promise<ConfigStore> {
  return openConfigStore(
    system,
    { defaults: defaults.config, roots: defaults.paths, configFiles },
    (id) => paths.instance(id),
  );
}

/** The system, and which of the configuration's files were read. */
function watchReads(aix: SimulatedAix): { readonly system: System; readonly reads: string[] } {
  const { fs } = aix.system;
  const reads: string[] = [];
  return {
    reads,
    system: {
      ...aix.system,
      fs: {
        ...fs,
        readBytes(path) {
          reads.push(path);
          return fs.readBytes(path);
        },
        readBytesIfExists(path) {
          reads.push(path);
          return fs.readBytesIfExists(path);
        },
      },
    },
  };
}

function consumed(text: string): ConsumedUserData {
  const parsed = parseYaml(text, "user-data", { withLines: true });
  if (!parsed.ok || parsed.lines === undefined || !isMapping(parsed.value)) {
    throw new Error("The test's YAML cannot be read");
  }
  return {
    user: {
      cloudConfig: parsed.value,
      documents: [{ source: "user-data", content: new Uint8Array(), lines: parsed.lines }],
      partCount: 1,
    },
  };
}

describe("the base configuration", () => {
  test("is parsed once: the next command reads the cache and no YAML", async () => {
    const aix = createMachine();
    const first = await open(aix.system);
    const { system, reads } = watchReads(aix);
    const second = await open(system);
    expect(second.base).toEqual(first.base);
    expect(reads).toContain(CACHE);
    expect(reads.filter((path) => path.endsWith(".cfg"))).toEqual([]);
    expect(aix.system.fs.stat(CACHE)?.mode).toBe(0o600);
  });

  test.each<[string, boolean, (aix: SimulatedAix) => void]>([
    ["cloud.cfg edited", true, ({ system }) => system.fs.append(CLOUD_CFG, "extra: 1\n")],
    ["cloud.cfg gone", false, ({ system }) => system.fs.remove(CLOUD_CFG)],
    ["a file added", true, ({ system }) => system.fs.write(`${CONFIG_DIR}/99.cfg`, "extra: 1\n")],
    ["a file gone", false, ({ system }) => system.fs.remove(`${CONFIG_DIR}/05_logging.cfg`)],
    ["the cache cut short", false, ({ system }) => system.fs.write(CACHE, '{"format":1,')],
    [
      "the cache of a stranger",
      false,
      ({ system }) => system.fs.write(CACHE, '{"format":1,"config":{}}'),
    ],
    ["no cache", false, ({ system }) => system.fs.remove(CACHE)],
  ])("%s: it is read anew", async (_what, hasExtra, change) => {
    const aix = createMachine();
    await open(aix.system);
    change(aix);
    const { system, reads } = watchReads(aix);
    const store = await open(system);
    expect(reads.some((path) => path.endsWith(".cfg"))).toBe(true);
    expect("extra" in store.base.config).toBe(hasExtra);
  });

  test("another --file or CLOUD_CFG has a cache of its own", async () => {
    const aix = createMachine({ files: { "/a.cfg": "which: a\n", "/b.cfg": "which: b\n" } });
    expect((await open(aix.system)).base.config["which"]).toBeUndefined();
    expect((await open(aix.system, ["/a.cfg"])).base.config["which"]).toBe("a");
    const process = { ...aix.system.process, env: { CLOUD_CFG: "/b.cfg" } };
    expect((await open({ ...aix.system, process })).base.config["which"]).toBe("b");
    expect((await open(aix.system)).base.config["which"]).toBeUndefined();
  });

  test("its problems are told by every command, not by the first one only", async () => {
    const aix = createMachine({ config: "a: [\n" });
    const first = await open(aix.system);
    expect(first.base.problems).toHaveLength(1);
    expect((await open(aix.system)).base.problems).toEqual(first.base.problems);
  });
});

describe("the configuration of an instance", () => {
  const TEXT = "#cloud-config\nfinal_message: user's\nruncmd: [ls]\n";

  test("that init merged is what the later stages get, bytes and all", async () => {
    const aix = createMachine();
    const given = consumed("#cloud-config\nwrite_files: [{path: /a, content: !!binary AAE=}]\n");
    const { config } = await (await open(aix.system)).merge(instance, given);
    const { system, reads } = watchReads(aix);
    const restored = await (await open(system)).restore(instance);
    expect(restored.config).toEqual(config);
    expect(restored.config["write_files"]).toEqual([{ path: "/a", content: Uint8Array.of(0, 1) }]);
    expect(reads.filter((path) => /\.cfg$|cloud-config\.txt$/u.test(path))).toEqual([]);
  });

  test("knows the lines of user-data in the later stages too", async () => {
    const aix = createMachine();
    await (await open(aix.system)).merge(instance, consumed(TEXT));
    const lines = (await open(aix.system)).documentLines();
    expect(lines.map(({ source }) => source)).toEqual(["user-data"]);
  });

  test("of another instance is not taken for this one's", async () => {
    const aix = createMachine();
    await (await open(aix.system)).merge(instance, consumed(TEXT));
    const other = await (await open(aix.system)).restore(createTestInstance({ id: "i-2" }));
    expect(other.config["final_message"]).toBeUndefined();
  });

  test("is made anew of its files where one of them was edited, or nothing was kept", async () => {
    const aix = createMachine();
    const file = paths.instance("i-1").cloudConfigFile;
    aix.system.fs.write(file, TEXT);
    await (await open(aix.system)).merge(instance, consumed(TEXT));
    aix.system.fs.write(file, "#cloud-config\nfinal_message: edited\n");
    const edited = await (await open(aix.system)).restore(instance);
    expect(edited.config["final_message"]).toBe("edited");
    aix.system.fs.remove("/run/cloud-init");
    const fresh = await (await open(aix.system)).restore(instance);
    expect(fresh.config["final_message"]).toBe("edited");
  });

  test("a full /run costs the cache and nothing else", async () => {
    const aix = createMachine();
    const { fs } = aix.system;
    const full: System = {
      ...aix.system,
      fs: {
        ...fs,
        write(path, content, options) {
          if (path.startsWith("/run/")) {
            throw new Error("no space");
          }
          fs.write(path, content, options);
        },
      },
    };
    const { config } = await (await open(full)).merge(instance, consumed(TEXT));
    expect(config["final_message"]).toBe("user's");
  });
});
