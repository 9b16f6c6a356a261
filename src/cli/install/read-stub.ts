import { Buffer } from "node:buffer";
import { isFile } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/** What the stub of a carrier says of itself in its first lines (scripts/carrier/stub.sh). */
export interface StubHead {
  /** The directory of its runtime: "0.1.0-5bf14b847837". */
  readonly version: string;
  /** What `uname` says where it runs: "AIX", "Linux ppc64le"; empty where it does not know. */
  readonly system: string;
}

const HEAD_BYTES = 4_096;
const VERSION_LINE = /^version=(\S+)$/mu;
const SYSTEM_LINE = /^system='([^']*)'$/mu;

/** Undefined for any other program, and where there is none. */
export function readStubHead(fs: FileSystem, path: string): StubHead | undefined {
  if (!isFile(fs, path)) {
    return undefined;
  }
  const file = fs.open(path);
  try {
    const text = Buffer.from(file.read(0, HEAD_BYTES)).toString("latin1");
    const version = VERSION_LINE.exec(text)?.[1];
    return version === undefined
      ? undefined
      : { version, system: SYSTEM_LINE.exec(text)?.[1] ?? "" };
  } finally {
    file.close();
  }
}
