import { readText } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

const ENVIRONMENT = "/etc/environment";

/** Sets or, with undefined, takes away lines of /etc/environment, as chtz and chlang do it. */
export function changeEnvironment(
  fs: FileSystem,
  values: Readonly<Record<string, string | undefined>>,
): void {
  const stat = fs.stat(ENVIRONMENT);
  const lines = stat === undefined ? [] : readText(fs, ENVIRONMENT).split("\n");
  const kept = lines.filter((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf("=")));
    return !Object.hasOwn(values, name);
  });
  while (kept.at(-1) === "") {
    kept.pop();
  }
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) {
      kept.push(`${name}=${value}`);
    }
  }
  fs.write(ENVIRONMENT, `${kept.join("\n")}\n`, { mode: stat?.mode ?? 0o664 });
}
