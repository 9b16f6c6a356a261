// collect-logs of the built program in a private copy of this machine, beside that of Debian's
// cloud-init: whoever asks for logs finds what he knows, under the names he knows.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createLinuxSandbox,
  type LinuxSandbox,
  type SandboxResult,
} from "../../scripts/linux-sandbox.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { findPeerObstacle } from "../support/state-peer.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const OURS = "/usr/local/bin/our-cloud-init";
const TIMEOUT_MS = 120_000;

const STATE = `mkdir -p /run/cloud-init
echo '{"v1": {"cloud_id": "nocloud"}}' > /run/cloud-init/instance-data.json
echo '{"ds": {"admin_pass": "Geheim-4711"}}' > /run/cloud-init/instance-data-sensitive.json
chmod 600 /run/cloud-init/instance-data-sensitive.json
cd /root`;

/** Names below the top directory, and the content of each file. */
function unpack(file: string): ReadonlyMap<string, string> {
  const tar = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("tar", args, {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout;
  };
  const names = tar("-tzf", file)
    .split("\n")
    .filter((name) => /[^/]$/u.test(name));
  return new Map(
    names.map((name) => [name.slice(name.indexOf("/") + 1), tar("-xOzf", file, name)]),
  );
}

describe.skipIf(requireOrSkip(findPeerObstacle()))("collect-logs on Linux", () => {
  let sandbox: LinuxSandbox;

  beforeAll(async () => {
    sandbox = await createLinuxSandbox({ programs: { [OURS]: builtArtefacts().binary } });
    sandbox.write("/var/log/cloud-init.log", "it said Geheim-4711\n");
    sandbox.write("/var/log/cloud-init-output.log", "Cloud-init v. 1 running\n");
    sandbox.write("/var/lib/cloud/instances/i-1/user-data.txt", "#cloud-config\n{}\n", 0o600);
    sandbox.boot(["ln", "-sfn", "/var/lib/cloud/instances/i-1", "/var/lib/cloud/instance"]);
  }, TIMEOUT_MS);
  afterAll(() => sandbox.close());

  const run = (script: string): SandboxResult => sandbox.boot(["sh", "-c", `${STATE}\n${script}`]);

  test(
    "has what Debian's has, and no secret",
    () => {
      const done = run(
        `cloud-init collect-logs -t peer.tar.gz; ${OURS} collect-logs -t ours.tar.gz`,
      );
      expect(done.exitCode).toBe(0);
      const file = `${sandbox.root}/root/ours.tar.gz`;
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const [peer, ours] = [unpack(`${sandbox.root}/root/peer.tar.gz`), unpack(file)];
      const missing = [...peer.keys()].filter((name) => !ours.has(name));
      // It holds secrets.
      expect(missing).toEqual(["run/cloud-init/instance-data-sensitive.json"]);
      expect(ours.get("cloud-init.log")).toBe("it said ***\n");
      expect(peer.get("cloud-init.log")).toBe("it said Geheim-4711\n");
      expect([...ours.values()].join("\n")).not.toContain("Geheim");
      expect(ours.get("dpkg-version")).toContain("cloud-init");
      expect(ours.get("mount.txt")).toContain(" on / type overlay");
    },
    TIMEOUT_MS,
  );

  test(
    "a full disc costs a clear message, and leaves no half file",
    () => {
      const done = run(
        `set -e
head -c 200000 /dev/urandom | od -x >> /var/log/cloud-init-output.log
mkdir -p /root/small
mount -t tmpfs -o size=64k tmpfs /root/small
set +e
${OURS} collect-logs -t /root/small/logs.tar.gz; code=$?
ls -A /root/small; exit $code`,
      );
      expect(done.exitCode).toBe(1);
      expect(done.stdout).toBe("");
      expect(done.stderr).toMatch(
        /^Cannot write "\/root\/small\/logs\.tar\.gz": no space is left on the device \(ENOSPC\) \(it would have \d+ KiB\)\n$/u,
      );
    },
    TIMEOUT_MS,
  );

  test(
    "another user is turned away",
    () => {
      const done = run(`cd /tmp; setpriv --reuid 65534 --clear-groups ${OURS} collect-logs`);
      expect(done).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: "This command must be run as root.\n",
      });
      expect(readdirSync(`${sandbox.root}/tmp`)).not.toContain("cloud-init.tar.gz");
    },
    TIMEOUT_MS,
  );

  test(
    "a pipe that waits for a reader is refused at once",
    () => {
      const done = run(`mkfifo /root/pipe; ${OURS} collect-logs -t pipe`);
      expect(done.exitCode).toBe(1);
      expect(done.stderr).toStartWith('Cannot write "/root/pipe": a pipe or socket is there');
      expect(readFileSync(`${sandbox.root}/var/log/cloud-init.log`, "utf8")).toContain("Geheim");
    },
    TIMEOUT_MS,
  );
});
