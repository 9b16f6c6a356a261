import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../src/text/error-message.ts";

/**
 * Why tests cannot be run here that need these programs and what `download` fetches; undefined where
 * they can. Nothing is fetched where a program is missing.
 */
export function findObstacle(
  programs: readonly string[],
  download: () => void,
): string | undefined {
  const missing = [...programs, "apt-get", "apt-cache", "dpkg-deb", "npm", "tar"].find(
    (name) => !isProgram(name),
  );
  if (missing !== undefined) {
    return `there is no "${missing}" on this machine`;
  }
  try {
    download();
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function isProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
