import fs from "node:fs";
import { codeOf } from "./host-error.ts";

/** Removes a file that may be gone already. Node.js would load what `rmSync` needs for whole trees. */
export function removeFile(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") {
      throw error;
    }
  }
}
