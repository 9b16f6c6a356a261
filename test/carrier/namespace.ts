import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCarrier, type CarrierInput } from "../../scripts/carrier/carrier.ts";

/** What a script in a namespace answered. */
export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A carrier on disk, and a place to run it in that leaves the machine as it is. */
export interface CarrierPlace {
  readonly carrier: string;
  /** Runs a shell script in which /opt, /var/opt and /var/tmp are empty and the carrier is `$C`, run by `$SHELL_UNDER_TEST`. */
  run(script: string, shell?: string): Answer;
  remove(): void;
}

/** Why such places cannot be had here; undefined where they can. */
export function namespaceObstacle(): string | undefined {
  if (process.getuid?.() !== 0) {
    return "a private mount namespace needs root";
  }
  const { status } = spawnSync("unshare", ["-m", "true"]);
  return status === 0 ? undefined : "this machine does not allow a private mount namespace";
}

/** Starts the Node.js of this machine: small, so that tests are quick. */
export const SMALL_RUNTIME = '#!/bin/sh\nexec /usr/bin/node "$@"\n';

/** Tells how it was called. */
export const PROGRAM = `
const fs = require("fs");
const [, , word, self, ...args] = process.argv;
if (args[0] === "exit") process.exitCode = Number(args[1]);
else if (args[0] === "cat") fs.writeSync(1, String(fs.readFileSync(0).length));
else if (args[0] === "limit") fs.writeSync(1, fs.readFileSync("/proc/self/limits", "utf8").match(/^Max data size +(\\S+)/m)[1] + "\\n");
else if (args[0] === "umask") fs.writeSync(1, process.umask().toString(8) + "\\n");
else if (args[0] === "kill") process.kill(process.pid, args[1]);
else console.log(JSON.stringify({ word, self, args, libpath: process.env.LIBPATH, kept: process.env.CLOUD_INIT_LIBPATH, hostile: process.env.NODE_OPTIONS, given: process.env.CLOUD_INIT_GIVEN_SSL_CERT_FILE || undefined, path: args[0] === "--version" ? process.env.PATH : undefined }));
`;

/** Makes the place; \`remove\` takes it away. */
export function createCarrierPlace(input: Partial<CarrierInput> = {}): CarrierPlace {
  const dir = mkdtempSync(join(tmpdir(), "cloud-init-carrier-"));
  const carrier = join(dir, "cloud-init");
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const bytes = buildCarrier({
    runtime: encode(SMALL_RUNTIME),
    program: encode(PROGRAM),
    form: "ustar",
    ...input,
  });
  writeFileSync(carrier, bytes);
  chmodSync(carrier, 0o755);
  return {
    carrier,
    run(script, shell = "/bin/sh") {
      const mounts = ["/opt", "/var/opt", "/var/tmp"]
        .map(
          (path) =>
            `mount -t tmpfs -o mode=755 none ${path} 2>/dev/null || { mkdir -p ${path}; mount -t tmpfs none ${path}; }`,
        )
        .join("\n");
      const { status, stdout, stderr } = spawnSync(
        "unshare",
        ["-m", "sh", "-c", `set -e\n${mounts}\nchmod 1777 /var/tmp\nset +e\n${script}`],
        {
          encoding: "utf8",
          env: {
            PATH: "/usr/bin:/usr/sbin:/bin:/sbin",
            C: carrier,
            DIR: dir,
            SHELL_UNDER_TEST: shell,
          },
          timeout: 60_000,
        },
      );
      return { exitCode: status ?? -1, stdout, stderr };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
