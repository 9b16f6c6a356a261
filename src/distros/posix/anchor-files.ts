import { exists, isFile, readText } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { hasBytes } from "../../system/write-if-different.ts";
import type { TrustOutcome } from "../trust-adapter.ts";

const FILE_MODE = 0o644;
const UPDATE_TIMEOUT_MS = 300_000;

/** Where a system takes certificates from, and the program that makes its bundles of them. */
export interface AnchorPlace {
  readonly directory: string;
  readonly update: readonly string[];
  /** What the program makes, by which it is seen that an earlier update did not come to its end. */
  readonly bundle?: string;
  /** Where the bundle is not known: a file that is there from the first change until the update has come to its end. */
  readonly mark?: string;
}

/**
 * One file for each certificate, `cloud-init-ca-cert-N.crt`; files of ours beyond them go. The
 * update runs only where something has changed.
 */
export async function ensureAnchorFiles(
  sys: System,
  place: AnchorPlace,
  certificates: readonly string[],
  isChangedAlready = false,
): Promise<TrustOutcome> {
  const { fs } = sys;
  const names = certificates.map((_, index) => `cloud-init-ca-cert-${index + 1}.crt`);
  let changed = isChangedAlready;
  const begin = (): void => {
    if (!changed && place.mark !== undefined) {
      fs.write(place.mark, MARK_TEXT, { mode: FILE_MODE, durable: true });
    }
    changed = true;
  };
  for (const [index, certificate] of certificates.entries()) {
    const path = `${place.directory}/${names[index] ?? ""}`;
    if (!isWritten(fs, path, certificate)) {
      begin();
      fs.write(path, certificate, { mode: FILE_MODE });
    }
  }
  const present = fs.stat(place.directory)?.kind === "directory" ? fs.list(place.directory) : [];
  const old = present.filter(
    (name) => /^cloud-init-ca-cert-\d+\.crt$/u.test(name) && !names.includes(name),
  );
  for (const name of old) {
    begin();
    fs.remove(`${place.directory}/${name}`);
  }
  const isLeftOver = place.mark !== undefined && exists(fs, place.mark);
  if (changed || isLeftOver || !isBundled(fs, place.bundle, certificates)) {
    changed = true;
    await sys.exec.run(place.update, { timeoutMs: UPDATE_TIMEOUT_MS });
    if (place.mark !== undefined) {
      fs.remove(place.mark);
    }
  }
  return { changed, problems: [] };
}

const MARK_TEXT =
  "The update of the certificates has not come to its end: cloud-init makes it again\n";

function isWritten(fs: FileSystem, path: string, certificate: string): boolean {
  return fs.stat(path)?.mode === FILE_MODE && hasBytes(fs, path, certificate);
}

/** Also where there is no bundle that could be looked into. */
function isBundled(
  fs: FileSystem,
  bundle: string | undefined,
  certificates: readonly string[],
): boolean {
  if (bundle === undefined || certificates.length === 0 || !isFile(fs, bundle)) {
    return true;
  }
  const text = readText(fs, bundle).replace(/\s+/gu, "");
  return certificates.every((certificate) => text.includes(bodyOf(certificate)));
}

/** What is between BEGIN and END, without line ends, which each tool sets as it likes. */
function bodyOf(certificate: string): string {
  return certificate.replace(/^-----.*$/gmu, "").replace(/\s+/gu, "");
}
