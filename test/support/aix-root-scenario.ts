import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type AixRootOptions,
  buildAixRoot,
  enterAixRoot,
  type EnterOptions,
  type EnterResult,
  rebootAixRoot,
  type RebootOptions,
} from "../../scripts/aix-root.ts";
import type { AixSeed, SeedAdapter } from "../../src/simulator/aix/seed.ts";
import { buildIso } from "./build-iso.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { copyRoot } from "./copy-root.ts";

/** Where things are on AIX. */
export const AGENT = "/opt/freeware/bin/cloud-init";
export const CLOUD_CFG = "/opt/freeware/etc/cloud/cloud.cfg";
export const CLOUD_DIR = "/opt/freeware/var/lib/cloud";
export const OUTPUT_LOG = "/var/log/cloud-init-output.log";

/** What the sample drive says. */
export const SAMPLE_UUID = "3976d990-ab42-4939-911a-21f6149170cd";
export const SAMPLE_ADAPTERS: readonly SeedAdapter[] = [
  { name: "ent0", mac: "fa:16:3e:5c:1a:01" },
  { name: "ent1", mac: "fa:16:3e:5c:1a:02" },
];

const FIXTURES = path.join(import.meta.dir, "../fixtures");

/** One AIX root, with short ways to do and to see things in it. Paths are those inside. */
export interface AixTestRoot {
  /** Outside. */
  readonly path: string;
  /** Boots the machine and runs `/etc/rc.d/rc 2`. */
  boot(options?: RebootOptions): Promise<EnterResult>;
  /** Runs a line of ksh. */
  sh(script: string, options?: EnterOptions): Promise<EnterResult>;
  /** Runs `/opt/freeware/bin/cloud-init`. */
  agent(...args: readonly string[]): Promise<EnterResult>;
  read(file: string): string;
  write(file: string, content: string | Uint8Array, mode?: number): void;
  /** Replaces text that has to be there. */
  edit(file: string, from: string | RegExp, to: string): void;
  /** Names in a directory, sorted. */
  list(directory: string): readonly string[];
  exists(file: string): boolean;
  remove(): void;
}

/** What stands for the built binary in a root. */
export type ScenarioAgent = Pick<AixRootOptions, "agentBinary" | "librariesFor">;

/** Roots for one test file: each is built, or copied, when a test asks for it. */
export interface AixScenario {
  /** A machine with the program installed and not booted since: what a captured image is. */
  image(): Promise<AixTestRoot>;
  /** A machine that the sample drive has deployed: one boot, the drive still there. */
  deployed(): Promise<AixTestRoot>;
  /** A copy of any root. */
  copy(root: AixTestRoot): AixTestRoot;
  removeAll(): void;
}

/** A scenario with the built binary, or another program. `seed` is laid over a machine with the sample drive and its adapters. */
export function createAixScenario(seed: AixSeed = {}, agent?: ScenarioAgent): AixScenario {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-aix-"));
  let count = 0;
  const nextPath = (): string => path.join(base, `root-${(count += 1)}`);
  const copy = (root: AixTestRoot): AixTestRoot => {
    const target = nextPath();
    copyRoot(root.path, target);
    return openRoot(target);
  };
  const image = once(() => buildImage(nextPath(), seed, agent));
  const deployed = once(async () => {
    const root = copy(await image());
    await root.boot();
    return root;
  });
  return {
    image: async () => copy(await image()),
    deployed: async () => copy(await deployed()),
    copy,
    removeAll: () => fs.rmSync(base, { recursive: true, force: true }),
  };
}

/** The sample drive with other user-data, and more files if wanted. */
export function sampleDrive(
  userData?: string,
  files: Readonly<Record<string, string>> = {},
): Uint8Array {
  if (userData === undefined && Object.keys(files).length === 0) {
    return new Uint8Array(fs.readFileSync(path.join(FIXTURES, "sample-drive.iso")));
  }
  const source = path.join(FIXTURES, "sample-drive");
  const names = fs.readdirSync(source, { recursive: true, encoding: "utf8" });
  const own = names
    .filter((name) => fs.statSync(path.join(source, name)).isFile())
    .map((name): [string, string] => [name, fs.readFileSync(path.join(source, name), "utf8")])
    .map(([name, text]): [string, string] => [
      name,
      name.endsWith("/user_data") ? (userData ?? text) : text,
    ]);
  return buildIso({ files: { ...Object.fromEntries(own), ...files } });
}

/** Puts another disc into the drive cd0 of a root. */
export function changeDisc(root: AixTestRoot, disc: Uint8Array): void {
  for (const name of [
    "/var/adm/sim/media/cd0",
    "/var/adm/sim/media/cd0.node",
    "/dev/cd0",
    "/dev/rcd0",
  ]) {
    fs.rmSync(root.path + name, { force: true });
    root.write(name, disc, 0o444);
  }
}

async function buildImage(
  target: string,
  seed: AixSeed,
  agent: ScenarioAgent | undefined,
): Promise<AixTestRoot> {
  buildAixRoot({
    root: target,
    ...(agent ?? { agentBinary: builtArtefacts().binary }),
    seed: {
      adapters: SAMPLE_ADAPTERS,
      ...seed,
      files: { "/dev/cd0": sampleDrive(), ...seed.files },
    },
  });
  const root = openRoot(target);
  const installed = await root.agent("install");
  if (installed.exitCode !== 0) {
    throw new Error(`"cloud-init install" ended with ${installed.exitCode}: ${installed.stderr}`);
  }
  return root;
}

function openRoot(root: string): AixTestRoot {
  const at = (file: string): string => placeIn(root, file);
  const read = (file: string): string => fs.readFileSync(at(file), "utf8");
  const write = (file: string, content: string | Uint8Array, mode = 0o644): void => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), content);
    fs.chmodSync(at(file), mode);
  };
  return {
    path: root,
    boot: (options) => rebootAixRoot(root, options),
    sh: (script, options) => enterAixRoot(root, ["/usr/bin/ksh", "-c", script], options),
    agent: (...args) => enterAixRoot(root, [AGENT, ...args]),
    read,
    write,
    edit(file, from, to) {
      const before = read(file);
      const after = before.replace(from, to);
      if (after === before) {
        throw new Error(`Cannot edit "${file}": it does not have ${String(from)}`);
      }
      write(file, after, fs.statSync(at(file)).mode & 0o7777);
    },
    list: (directory) => fs.readdirSync(at(directory)).sort(),
    exists: (file) => fs.lstatSync(at(file), { throwIfNoEntry: false }) !== undefined,
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** Where a path of the root is outside: absolute links, as `instance` is one, stay in the root. */
function placeIn(root: string, file: string): string {
  let place = "";
  for (const name of file.split("/").filter((part) => part !== "")) {
    const next = `${place}/${name}`;
    const isLink = fs.lstatSync(root + next, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    place = isLink ? path.resolve(place === "" ? "/" : place, fs.readlinkSync(root + next)) : next;
  }
  return root + place;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
