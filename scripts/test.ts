// `npm test`: the whole suite on Bun. Arguments go to `bun test` (file name filters).
import { spawnSync } from "node:child_process";

const result = spawnSync(
  process.execPath,
  ["test", "--timeout", "60000", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exitCode = result.status ?? 1;
