import { NotVfatError } from "../../src/vfat/not-vfat-error.ts";
import { openVfat } from "../../src/vfat/open-vfat.ts";
import { openDiscFile } from "./disc-file.ts";

/** Opens and reads all there is; any Error is fine, a TypeError of the reader's own is not. */
export function readHostileVfat(bytes: Uint8Array): void {
  const file = openDiscFile(bytes, { readCountMax: 20_000 });
  try {
    const { tree } = openVfat(file);
    let left = 500;
    const below = (path: string, depth: number): void => {
      for (const name of tree.list(path)) {
        left -= 1;
        if (left > 0 && depth < 5) {
          const next = path === "" ? name : `${path}/${name}`;
          attempt(() => tree.readBytes(next, 1024 * 1024));
          attempt(() => {
            below(next, depth + 1);
          });
        }
      }
    };
    below("", 0);
  } catch (error) {
    check(error);
  }
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    check(error);
  }
}

function check(error: unknown): void {
  if (!(error instanceof NotVfatError) && !(error instanceof Error && error.name === "Error")) {
    throw error;
  }
}
