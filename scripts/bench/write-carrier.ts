import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A carrier that has run once, with this machine's Node.js in it. */
export interface WrittenCarrier {
  readonly path: string;
  /** What is in it. */
  readonly node: string;
  readonly carried: (...args: string[]) => string[];
  /** The same without the stub: what it starts, as it starts it. */
  readonly direct: (...args: string[]) => string[];
}

/** Builds it in `work` of the bundle for Node.js, and lets it unpack itself there. */
export function writeCarrier(work: string, bundle: string): WrittenCarrier {
  const path = join(work, "cloud-init.carrier");
  const base = join(work, "runtime");
  const node = spawnSync("node", ["-p", "process.execPath"], { encoding: "utf8" }).stdout.trim();
  const script = join(import.meta.dir, "build-carrier.ts");
  const built = spawnSync(process.execPath, [script, node, bundle, path], { encoding: "utf8" });
  if (built.status !== 0) {
    throw new Error(`Cannot build the carrier: ${built.stderr}`);
  }
  mkdirSync(base, { mode: 0o755 });
  const carried = (...args: string[]): string[] => [
    "env",
    `CLOUD_INIT_RUNTIME_DIR=${base}`,
    path,
    ...args,
  ];
  const [program = "", ...args] = carried("--version");
  const first = spawnSync(program, args, { encoding: "utf8" });
  const [version] = readdirSync(base);
  if (first.status !== 0 || version === undefined) {
    throw new Error(`The carrier did not unpack itself to "${base}": ${first.stderr}`);
  }
  const unpacked = join(base, version);
  return {
    path,
    node,
    carried,
    direct: (...rest) => [
      "env",
      join(unpacked, "node"),
      "--preserve-symlinks-main",
      join(unpacked, "app.cjs"),
      "--carried",
      path,
      ...rest,
    ],
  };
}
