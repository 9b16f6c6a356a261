import type { System } from "../../system/system.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import type { TrustOutcome } from "../trust-adapter.ts";

const FILE_MODE = 0o644;
const UPDATE_TIMEOUT_MS = 300_000;

/** Where a system takes certificates from, and the program that makes its bundles of them. */
export interface AnchorPlace {
  readonly directory: string;
  readonly update: readonly string[];
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
  for (const [index, certificate] of certificates.entries()) {
    const path = `${place.directory}/${names[index] ?? ""}`;
    changed = writeIfDifferent(fs, path, certificate, { mode: FILE_MODE }) || changed;
  }
  const present = fs.stat(place.directory)?.kind === "directory" ? fs.list(place.directory) : [];
  const old = present.filter(
    (name) => /^cloud-init-ca-cert-\d+\.crt$/u.test(name) && !names.includes(name),
  );
  for (const name of old) {
    fs.remove(`${place.directory}/${name}`);
    changed = true;
  }
  if (changed) {
    await sys.exec.run(place.update, { timeoutMs: UPDATE_TIMEOUT_MS });
  }
  return { changed, problems: [] };
}
