import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { createAixStorage } from "../../src/distros/aix/storage.ts";
import type { AdapterInfo, Distro, DistroContext } from "../../src/distros/distro.ts";
import {
  instanceFromJson,
  instanceToJson,
  isSafeInstanceId,
} from "../../src/instance/instance-json.ts";
import { createPaths, type Paths } from "../../src/instance/paths.ts";
import { createScriptedSystem, type ScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { buildIso } from "./build-iso.ts";
import { createRecordingLog, type RecordingLog } from "./recording-log.ts";

/** case.json of a fixture: the machine that the datasource is asked on. */
interface DatasourceCase {
  /** `datasource.<name>` of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly adapters?: readonly AdapterInfo[];
  /** Where the files in tree/ are: below this directory; absent: on a disc in cd0. */
  readonly directory?: string;
  /** Of the disc. */
  readonly label?: string;
  readonly rockRidge?: boolean;
  readonly joliet?: boolean;
}

/**
 * One suite for every datasource, over the cases in `test/fixtures/datasources/NAME/`: `case.json`,
 * `tree/` (what the cloud serves) and `expected.json` (what the datasource must say of it). With
 * UPDATE_FIXTURES=1 in the environment expected.json is written instead: review the difference.
 */
export function testDatasource(datasource: Datasource): void {
  const base = join(import.meta.dir, "../fixtures/datasources", datasource.name);
  for (const name of readdirSync(base).sort()) {
    describe(`${datasource.name}, ${name}`, () => {
      const directory = join(base, name);

      test("gives what is expected", async () => {
        const { answer } = await askCase(datasource, directory);
        const file = join(directory, "expected.json");
        const text = `${JSON.stringify(answer, showBytes, 2)}\n`;
        if (process.env["UPDATE_FIXTURES"] === "1") {
          await Bun.write(file, text);
        }
        expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, "utf8")));
      });

      test("changes nothing, and says the same when asked again", async () => {
        const first = await askCase(datasource, directory);
        const second = await first.again();
        expect(second).toEqual(first.answer);
        expect(first.scripted.changes).toEqual([]);
      });

      test("gives an instance that can be kept, with an id that can name a directory", async () => {
        const { answer } = await askCase(datasource, directory);
        if (!("instance" in answer)) {
          return;
        }
        const { instance } = answer;
        const { userData: _, vendorData: _vendor, vendorData2: _vendor2, ...kept } = instance;
        expect(isSafeInstanceId(instance.id)).toBe(true);
        expect(instanceFromJson(instanceToJson(instance))).toEqual(kept);
      });

      test("logs no secret", async () => {
        const { log } = await askCase(datasource, directory);
        expect(log.lines.join("\n")).not.toContain("S3cret");
      });
    });
  }
}

/** A distro with AIX's storage and these adapters; whatever else is asked of it throws. */
export function createDatasourceDistro(
  ctx: DistroContext,
  adapters: readonly AdapterInfo[] = [],
  storage: Distro["storage"] = createAixStorage(ctx),
): Distro {
  const given: Pick<Distro, "name" | "family" | "network" | "storage"> = {
    name: "aix",
    family: "aix",
    network: onlyThese<Distro["network"]>({ adapters: async () => adapters }),
    storage,
  };
  return onlyThese<Distro>(given);
}

/** An object that has these members, and throws when asked for any other. */
function onlyThese<T extends object>(members: Partial<T>): T {
  return new Proxy(members as T, {
    get(target, name) {
      if (name in target) {
        return target[name as keyof T];
      }
      throw new TypeError(`A datasource must not ask a distro for "${String(name)}"`);
    },
  });
}

/** The paths that a datasource sees in these tests. */
export function createTestPaths(): Paths {
  return createPaths({
    cloudDir: "/opt/freeware/var/lib/cloud",
    runDir: "/run/cloud-init",
    templatesDir: "/opt/freeware/etc/cloud/templates",
    configFile: "/opt/freeware/etc/cloud/cloud.cfg",
    logDir: "/var/log",
  });
}

type ShownAnswer = (
  | {
      readonly instance: NonNullable<
        Extract<Awaited<ReturnType<Datasource["find"]>>, { found: true }>
      >["instance"];
    }
  | { readonly reason: string }
  | { readonly error: string }
) & { readonly warnings: readonly string[] };

async function askCase(
  datasource: Datasource,
  directory: string,
): Promise<{
  readonly answer: ShownAnswer;
  readonly log: RecordingLog;
  readonly scripted: ScriptedSystem;
  again(): Promise<ShownAnswer>;
}> {
  const settings = JSON.parse(readFileSync(join(directory, "case.json"), "utf8")) as DatasourceCase;
  const tree = readTree(join(directory, "tree"));
  const scripted = createScriptedSystem({
    platform: "aix",
    files: placeTree(tree, settings),
    commands: { "/usr/sbin/lsdev -Cc cdrom -F name:status": "cd0:Available\n" },
  });
  const log = createRecordingLog();
  const distroContext = { sys: scripted.system, log, systemInfo: {} };
  const distro = createDatasourceDistro(distroContext, settings.adapters);
  const ask = async (): Promise<ShownAnswer> => {
    const logged = log.warnings().length;
    const found = await datasource
      .find({
        sys: scripted.system,
        distro,
        paths: createTestPaths(),
        config: settings.config ?? {},
        log,
      })
      .catch((error: unknown) => ({ error: errorMessage(error) }));
    const warnings = log.warnings().slice(logged);
    if ("error" in found) {
      return { error: found.error, warnings };
    }
    return found.found
      ? { instance: found.instance, warnings }
      : { reason: found.reason, warnings };
  };
  return { answer: await ask(), log, scripted, again: ask };
}

function placeTree(
  tree: Readonly<Record<string, Uint8Array>>,
  settings: DatasourceCase,
): Readonly<Record<string, Uint8Array>> {
  const { directory, label, rockRidge, joliet } = settings;
  if (directory !== undefined) {
    return Object.fromEntries(
      Object.entries(tree).map(([path, content]) => [`${directory}/${path}`, content]),
    );
  }
  const iso = buildIso({
    files: tree,
    ...(label === undefined ? {} : { label }),
    ...(rockRidge === undefined ? {} : { rockRidge }),
    ...(joliet === undefined ? {} : { joliet }),
  });
  return { "/dev/cd0": iso };
}

function readTree(directory: string, prefix = ""): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const name of statSync(directory, { throwIfNoEntry: false }) === undefined
    ? []
    : readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) {
      Object.assign(files, readTree(path, `${prefix}${name}/`));
    } else {
      files[`${prefix}${name}`] = new Uint8Array(readFileSync(path));
    }
  }
  return files;
}

function showBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { text: Buffer.from(value).toString("latin1") } : value;
}
