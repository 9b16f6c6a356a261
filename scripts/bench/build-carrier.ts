// build-carrier.ts NODE BUNDLE OUT: in a process of its own. Hundreds of megabytes in the process that
// measures would count as those of each program it starts (ru_maxrss is handed down by fork).
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { buildCarrier } from "../carrier/carrier.ts";

const [runtime = "", program = "", out = ""] = process.argv.slice(2);
const parts = { runtime: readFileSync(runtime), program: readFileSync(program), libraries: {} };
writeFileSync(out, buildCarrier({ ...parts, form: "ustar", runsOnAny: true }));
chmodSync(out, 0o755);
