import { isFile } from "./files.ts";
import type { FileSystem } from "./system.ts";

/** The program has 100 MB: compared piece by piece. */
const COMPARE_BYTES = 1024 * 1024;

/** Whether both are files with the same bytes. */
export function hasSameContent(fs: FileSystem, left: string, right: string): boolean {
  if (!isFile(fs, left) || !isFile(fs, right)) {
    return false;
  }
  const first = fs.open(left);
  try {
    const second = fs.open(right);
    try {
      if (first.sizeBytes !== second.sizeBytes) {
        return false;
      }
      for (let offset = 0; ; offset += COMPARE_BYTES) {
        const [a, b] = [first.read(offset, COMPARE_BYTES), second.read(offset, COMPARE_BYTES)];
        if (a.length !== b.length || a.some((byte, index) => byte !== b[index])) {
          return false;
        }
        if (a.length < COMPARE_BYTES) {
          return true;
        }
      }
    } finally {
      second.close();
    }
  } finally {
    first.close();
  }
}
