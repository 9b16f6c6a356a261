import { isDirectory } from "../system/files.ts";
import type { FileSystem, System } from "../system/system.ts";

const NAME = /^ansible-[0-9a-f]{16}$/u;

/** Files of one run of Ansible. */
export interface SecretFiles {
  /** Writes one and returns its path. */
  add(content: string): string;
  /** Hands the directory over to the user. */
  close(): void;
  remove(): void;
}

/** Files that only the user can read, in a directory that is gone afterwards. Made as root's, so that nobody can put a link into it meanwhile. */
export function createSecretFiles(
  { fs, random }: Pick<System, "fs" | "random">,
  runDir: string,
  user: string | undefined,
): SecretFiles {
  const owner = user === undefined ? {} : { owner: user };
  const name = Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const directory = `${runDir}/ansible-${name}`;
  let count = 0;
  return {
    add(content) {
      if (count === 0) {
        fs.makeDirectory(directory, { mode: 0o700 });
      }
      count += 1;
      const path = `${directory}/${count}`;
      fs.write(path, content, { mode: 0o600, ...owner });
      return path;
    },
    close() {
      if (count > 0 && user !== undefined) {
        fs.setAttributes(directory, owner);
      }
    },
    remove() {
      if (count > 0) {
        fs.remove(directory);
      }
    },
  };
}

/** What a run left that was cut off, by a signal or with the power: on AIX /run is a directory like others, and outlives the boot. */
export function removeLeftSecrets(fs: FileSystem, runDir: string): void {
  if (isDirectory(fs, runDir)) {
    for (const name of fs.list(runDir).filter((each) => NAME.test(each))) {
      fs.remove(`${runDir}/${name}`);
    }
  }
}
