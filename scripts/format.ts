// `npm run format`: lays out every file as the check wants it, and writes README's table of keys.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { updateReadme } from "./readme-table.ts";

/** What the formatter looks after: not fixtures, which are as machines gave them. */
export const FORMATTED: readonly string[] = [
  "src",
  "scripts",
  "test",
  "!test/fixtures/**",
  "package.json",
  "tsconfig.json",
];

if (import.meta.main) {
  const root = join(import.meta.dir, "..");
  const program = join(root, "node_modules", ".bin", "oxfmt");
  const argv = ["-c", "scripts/oxfmt.json", ...FORMATTED];
  const result = spawnSync(program, argv, { cwd: root, stdio: "inherit" });
  await updateReadme();
  process.exitCode = result.status ?? 1;
}
