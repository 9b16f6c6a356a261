import { Buffer } from "node:buffer";
import process from "node:process";
import { FileError } from "./file-error.ts";
import { codeOf } from "./host-error.ts";
import type { Input } from "./system.ts";

/** How errors name it. */
const NAME = "standard input";

/** Reads without holding the program: a signal still ends it while nothing comes. */
export function createHostInput(): Input {
  return {
    async readAll(maxBytes) {
      const chunks: Uint8Array[] = [];
      let sizeBytes = 0;
      try {
        for await (const chunk of process.stdin) {
          const bytes = toBytes(chunk);
          sizeBytes += bytes.length;
          if (sizeBytes > maxBytes) {
            throw new FileError("read", NAME, "EFBIG");
          }
          chunks.push(bytes);
        }
      } catch (error) {
        const code = codeOf(error);
        throw error instanceof FileError || code === ""
          ? error
          : new FileError("read", NAME, code, { cause: error });
      }
      return Buffer.concat(chunks);
    },
  };
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
}
