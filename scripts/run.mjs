// Entry of the npm scripts: plain JavaScript for any Node.js >= 20 or Bun. Installs the exact
// dependencies when they are missing or older than the lock file, then hands over to Bun.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const stamp = join(root, "node_modules", ".installed-from");
const lock = readFileSync(join(root, "bun.lock"), "utf8");
const bunVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.bun;

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  const install = ["install", "--frozen-lockfile"];
  const done = process.versions.bun
    ? run(process.execPath, install)
    : run("npx", ["-y", `bun@${bunVersion}`, ...install]);
  if (done !== 0) {
    console.error("Cannot install the dependencies: see the messages above");
    process.exit(done);
  }
  writeFileSync(stamp, lock);
}

const bun = join(root, "node_modules", ".bin", "bun");
process.exit(run(bun, [join(root, "scripts", `${command}.ts`), ...args]));

function run(program, argv) {
  const env = {
    ...process.env,
    PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH ?? ""}`,
  };
  const result = spawnSync(program, argv, { cwd: root, stdio: "inherit", env });
  if (result.error) {
    console.error(`Cannot run "${program}": ${result.error.message}`);
    return 1;
  }
  return result.status ?? 1;
}
