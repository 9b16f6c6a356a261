import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Secrets } from "../../report/secrets.ts";
import type { System } from "../../system/system.ts";
import { formatSize } from "../../text/format-size.ts";
import { VERSION } from "../../version.ts";
import type { OpenMachine } from "../open-machine.ts";
import { findKnownSecrets } from "./known-secrets.ts";
import { readContent } from "./read-content.ts";
import { runDiagnosis } from "./run-diagnosis.ts";
import { type FileWishes, type LeftOut, selectFiles } from "./select-files.ts";
import { createTarArchive, type TarEntry } from "./tar-archive.ts";

/** The archive, and what a person who made it has to know. */
export interface CollectedArchive {
  readonly bytes: Uint8Array;
  /** Names below the top directory, in order. */
  readonly names: readonly string[];
  /** Files of which only a part is there: "/var/log/x: only the last …". */
  readonly cutShort: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** More is too much to send, and to hold in memory. */
const TOTAL_BYTES_MAX = 96 * 1024 * 1024;
const MODE_FILE = 0o600;
const MODE_DIRECTORY = 0o700;

/** Collects what tells of cloud-init on this machine into a tar file packed by gzip (compat core.md §7.5). */
export async function collectArchive(
  sys: System,
  machine: OpenMachine,
  wishes: FileWishes,
): Promise<CollectedArchive> {
  const { baseConfig, mergedConfig, paths, distro } = machine;
  const configs = mergedConfig === undefined ? [baseConfig] : [baseConfig, mergedConfig];
  const { diagnosis } = distro;
  const selection = selectFiles(
    sys.fs,
    paths,
    { configs, systemFiles: diagnosis?.files ?? [] },
    wishes,
  );
  // Who asks for user-data asks for what is secret in it: masking the rest would only deceive.
  const secrets = wishes.userData
    ? undefined
    : findKnownSecrets(sys, paths, {
        configs,
        // What is in no file of the archive may be in the logs.
        files: [...selection.files, ...selection.leftOut].map(({ path }) => path),
      });
  const bundle = createBundle(sys.clock.now());
  bundle.add("version", Buffer.from(`${VERSION}\n`), "this program");
  for (const { name, content, command } of await runDiagnosis(sys, diagnosis, secrets)) {
    bundle.add(name, content, command);
  }
  const leftOut: LeftOut[] = [...selection.leftOut];
  const cutShort: string[] = [];
  for (const file of selection.files) {
    const found = readContent(sys.fs, file, secrets);
    if (!found.ok) {
      leftOut.push({ path: file.path, why: found.why });
    } else if (bundle.size() + found.content.length > TOTAL_BYTES_MAX) {
      leftOut.push({ path: file.path, why: `the archive would be too large` });
    } else {
      bundle.add(found.name, found.content, file.path, found.modifiedMs);
      if (found.note !== undefined) {
        cutShort.push(`${file.path}: ${found.note}`);
      }
    }
  }
  const manifest = [...bundle.lines(), ...about(wishes, secrets, cutShort, leftOut)];
  bundle.add("manifest.txt", Buffer.from(`${manifest.join("\n")}\n`), "");
  return { bytes: bundle.pack(), names: bundle.names(), cutShort, leftOut };
}

function about(
  { onlyPublic }: FileWishes,
  secrets: Secrets | undefined,
  cutShort: readonly string[],
  leftOut: readonly LeftOut[],
): readonly string[] {
  const masking =
    secrets === undefined
      ? "Nothing was masked: the files are as they are on the machine"
      : "Known secrets, password hashes, private keys, and what looks like a password or a token were replaced by ***";
  return [
    "",
    masking,
    ...(onlyPublic ? ["Beside the logs only files that every user may read were taken"] : []),
    ...(cutShort.length === 0 ? [] : ["", "Not whole:", ...cutShort]),
    ...(leftOut.length === 0 ? [] : ["", "Left out:"]),
    ...leftOut.map(({ path, why }) => `${path}: ${why}`),
  ];
}

function createBundle(now: Date) {
  const top = `cloud-init-logs-${now.toISOString().slice(0, 10)}`;
  const nowMs = now.getTime();
  const entries: TarEntry[] = [];
  const lines = [`Collected by cloud-init ${VERSION} at ${now.toISOString()}`, ""];
  const names = new Set<string>();
  let size = 0;
  return {
    size: () => size,
    lines: () => lines,
    names: () => [...names],
    /** `origin`: the file or the command that it is from. */
    add(name: string, content: Uint8Array, origin: string, modifiedMs = nowMs): void {
      // A log and what logrotate packed of it can have one name when it is unpacked.
      const free = names.has(name) ? `${name}.${names.size}` : name;
      names.add(free);
      size += content.length;
      entries.push({ name: `${top}/${free}`, mode: MODE_FILE, modifiedMs, content });
      lines.push(`${free}  ${formatSize(content.length)}  ${origin}`);
    },
    pack(): Uint8Array {
      const content = new Uint8Array();
      const directory = { name: `${top}/`, mode: MODE_DIRECTORY, modifiedMs: nowMs, content };
      return gzipSync(createTarArchive([directory, ...entries]));
    },
  };
}
