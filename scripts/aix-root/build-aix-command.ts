import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const COMPILE_FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
];

/** The program of the simulated commands, compiled anew only when its source has changed. Returns its path. */
export function buildAixCommand(): string {
  const source = path.join(project, "scripts/aix-command.ts");
  const target = path.join(project, "dist/aix-command");
  const stamp = `${target}.sha256`;
  const bundle = runBun(["build", "--target=bun", source]);
  const digest = createHash("sha256").update(bundle).update(bunVersion()).digest("hex");
  if (fs.existsSync(target) && fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === digest) {
    return target;
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  runBun(["build", ...COMPILE_FLAGS, source, `--outfile=${temporary}`]);
  fs.renameSync(temporary, target);
  fs.writeFileSync(`${stamp}.${process.pid}.tmp`, digest);
  fs.renameSync(`${stamp}.${process.pid}.tmp`, stamp);
  return target;
}

function runBun(args: readonly string[]): string {
  const bun = process.versions["bun"] === undefined ? installedBun() : process.execPath;
  const result = spawnSync(bun, args, {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
  });
  if (result.status !== 0) {
    throw new Error(
      `Cannot build the simulated AIX commands: "${bun} ${args[0] ?? ""}" ended with ${result.status ?? "no"} exit code: ${result.stderr}`,
    );
  }
  return result.stdout;
}

function installedBun(): string {
  return path.join(project, "node_modules/.bin/bun");
}

function bunVersion(): string {
  return process.versions["bun"] ?? runBun(["--version"]);
}
