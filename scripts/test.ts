// `npm test`: the whole suite on Bun. Arguments go to `bun test` (file name filters). With `--node`
// among them the suite runs on Node.js: see test-node.ts.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const args = process.argv.slice(2);
const isForNode = args.some((arg) => arg === "--node" || arg.startsWith("--node="));
const own = isForNode ? [join(import.meta.dir, "test-node.ts")] : ["test", "--timeout", "60000"];
const result = spawnSync(process.execPath, [...own, ...args], { stdio: "inherit" });
process.exitCode = result.status ?? 1;
