// External modules in sh, Perl and Python, and some that misbehave, in a private copy of this machine.
import { beforeAll, describe, expect, test } from "bun:test";
import { chownSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { parseLedger } from "../../src/report/ledger-file.ts";
import type { LedgerEntry } from "../../src/report/ledger.ts";
import { bootLinux, CLOUD_DIR, INSTANCE_ID } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const MODULES = "/usr/lib/cloud-init/modules";
const FIXTURES = new URL("../fixtures/external-modules/", import.meta.url);
const NEEDED = ["/usr/bin/perl", "/usr/bin/python3"];
const SECRET = "Secret-0815-word";

/** Modules that behave badly, each in its own way. */
const BAD: Readonly<Record<string, string>> = {
  hangs: "#!/bin/sh\n# cloud-init: timeout=2s\nsleep 3600 & echo $! > /run/t/child\nsleep 3600\n",
  floods:
    "#!/bin/sh\necho the first line\nhead -c 100000000 /dev/zero | tr '\\0' 'x'\nyes line | head -n 100000\necho the last line\n",
  killed: "#!/bin/sh\nkill -KILL $$\n",
  unended: "#!/bin/sh\nprintf 'no newline'\n",
  deaf: "#!/bin/sh\nexec 0<&-\necho deaf\n",
  lazy: "#!/bin/sh\necho lazy\n",
  fails: "#!/bin/sh\necho 'it does not work' >&2\nexit 7\n",
  loose: "#!/bin/sh\ntouch /run/t/loose\n",
  foreign: "#!/bin/sh\ntouch /run/t/foreign\n",
  tells: `#!/bin/sh\ngrep -o '"password": ".*"'\n`,
  bare: "echo bare $0\n",
  noshell: "#!/usr/bin/no-such-shell\n",
};
const LIST = ["motd", "[register, instance, a, b c]", "app-config", ...Object.keys(BAD), "last"];
const USER_DATA = `#cloud-config
motd: Authorised users only
register: {file: /etc/registered}
app_config: {port: 8080, password: ${SECRET}}
padding: ${"x".repeat(200_000)}
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages perl, python3)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("external modules on Linux", () => {
  let ledger: readonly LedgerEntry[] = [];
  const INSTANCE = `${CLOUD_DIR}/instances/${INSTANCE_ID}`;
  const endOf = (name: string): LedgerEntry | undefined =>
    ledger.find(({ kind, what }) => kind === "script" && what === `${MODULES}/${name}`);
  const reasonOf = (name: string): string =>
    ledger.find(({ kind, what }) => kind === "module" && what === name)?.reason ?? "";

  const debian = useDebian({
    userData: USER_DATA,
    probe:
      'ls /run/t; kill -0 "$(cat /run/t/child)" 2>/dev/null && echo alive; cat /run/t/out | wc -c',
    prepare: (machine) => {
      for (const name of readdirSync(FIXTURES)) {
        machine.write(`${MODULES}/${name}`, readFileSync(new URL(name, FIXTURES)), 0o755);
      }
      for (const [name, text] of Object.entries(BAD)) {
        machine.write(`${MODULES}/${name}`, text, name === "loose" ? 0o777 : 0o755);
      }
      chownSync(`${machine.root}${MODULES}/foreign`, 1, 1);
      machine.write(`${MODULES}/last`, "#!/bin/sh\ntouch /etc/last-ran\n", 0o755);
      machine.write(
        "/etc/cloud/cloud.cfg.d/90_modules.cfg",
        `cloud_config_modules: [${LIST.join(", ")}]\ncloud_final_modules: []\n`,
      );
    },
  });

  beforeAll(() => {
    ledger = parseLedger(debian.read(`${INSTANCE}/ledger.jsonl`));
  });

  test("in sh, Perl and Python do their work", () => {
    expect(debian.read("/etc/motd")).toBe("Authorised users only\n");
    expect(debian.read("/etc/registered")).toBe(`${INSTANCE_ID} modules-config a b c\n`);
    expect(JSON.parse(debian.read("/etc/app.json"))).toEqual({ port: 8080, password: SECRET });
    expect(statSync(`${debian.machine.root}/etc/app.json`).mode & 0o777).toBe(0o600);
    expect(debian.read("/var/log/cloud-init.log")).toContain(
      "app-config[INFO]: configured for vm1",
    );
    expect(readdirSync(`${debian.machine.root}${INSTANCE}/sem`)).toEqual(
      expect.arrayContaining(["config_register", "config_app_config"]),
    );
  });

  test("that misbehave are recorded one by one, and the last one runs", () => {
    const failing = ["hangs", "killed", "fails", "loose", "foreign", "noshell"];
    expect(debian.first.exitCodes).toEqual([0, 0, failing.length, 0]);
    expect(existsSync(`${debian.machine.root}/etc/last-ran`)).toBe(true);
    const failed = ledger.filter(({ kind, outcome }) => kind === "module" && outcome === "failed");
    expect(failed.map(({ what }) => what)).toEqual([
      "hangs",
      "killed",
      "fails",
      "loose",
      "foreign",
      "noshell",
    ]);
  });

  test("that hang are ended with all that they have started", () => {
    expect(reasonOf("hangs")).toContain("it ran longer than 2s (timeout in its header)");
    expect(endOf("hangs")?.durationMs).toBeLessThan(10_000);
    expect(debian.first.probe).not.toContain("alive");
  });

  test("that flood the log keep their first and last lines", () => {
    expect(endOf("floods")).toMatchObject({ outcome: "ok" });
    const log = debian.read("/var/log/cloud-init.log");
    expect(log.length).toBeLessThan(2_000_000);
    expect(log).toContain("floods[INFO]: the first line");
    expect(log).toContain("floods[INFO]: the last line");
    expect(log).toMatch(/floods\[INFO\]: \[\d+ bytes left out\]/u);
  });

  test("that end by a signal or an exit code, or cannot start, say so", () => {
    expect(reasonOf("killed")).toContain("it was ended by signal SIGKILL");
    expect(reasonOf("fails")).toContain("exit code 7: it does not work");
    expect(endOf("fails")).toMatchObject({ exitCode: 7, stderr: "it does not work" });
    expect(reasonOf("noshell")).toContain('its interpreter "/usr/bin/no-such-shell" is not there');
  });

  test("that read nothing, close their input or write no line end are fine", () => {
    for (const name of ["unended", "deaf", "lazy", "bare"]) {
      expect(endOf(name)).toMatchObject({ outcome: "ok", exitCode: 0 });
    }
    expect(debian.read("/var/log/cloud-init.log")).toContain("unended[INFO]: no newline\n");
    expect(debian.read("/var/log/cloud-init.log")).toContain(`bare[INFO]: bare ${MODULES}/bare`);
  });

  test("that others could have changed are not run", () => {
    expect(reasonOf("loose")).toContain("everybody may write to it (mode 0777)");
    expect(reasonOf("foreign")).toContain("it belongs to the user with the number 1, not to root");
    expect(debian.first.probe.split("\n")).not.toContain("loose");
    expect(debian.first.probe.split("\n")).not.toContain("foreign");
  });

  test("that repeat a secret have it masked", () => {
    for (const file of ["/var/log/cloud-init.log", `${INSTANCE}/ledger.jsonl`]) {
      expect(debian.read(file)).not.toContain(SECRET);
    }
    expect(debian.read("/var/log/cloud-init.log")).toMatch(/tells\[INFO\]: "password": "\*+/u);
  });

  test("run by single: twice is once, --frequency always is again", () => {
    const again = bootLinux(
      debian.machine,
      `rm -f /etc/last-ran /etc/registered
/usr/bin/cloud-init single -n last; echo "$? $(ls /etc/last-ran 2>/dev/null)"
/usr/bin/cloud-init single -n last --frequency always; echo "$? $(ls /etc/last-ran 2>/dev/null)"
/usr/bin/cloud-init single -n register --frequency always x; echo "$? $(cat /etc/registered)"
/usr/bin/cloud-init single -n fails --frequency always >/dev/null 2>&1; echo $?`,
    );
    const lines = again.probe.split("\n").filter((line) => /^\d/u.test(line));
    expect(lines.map((line) => line.trim())).toEqual([
      "0",
      "0 /etc/last-ran",
      `0 ${INSTANCE_ID} single x`,
      "1",
    ]);
  }, 120_000);

  test("are ended with all that they have started when the agent is told to end", () => {
    debian.machine.write(
      `${MODULES}/waits`,
      "#!/bin/sh\nsleep 300 &\necho $! > /run/waiting\nwait\n",
      0o755,
    );
    const { probe } = bootLinux(
      debian.machine,
      `/usr/bin/cloud-init single -n waits >/dev/null 2>&1 & agent=$!
count=0; until [ -s /run/waiting ] || [ $((count += 1)) -gt 200 ]; do sleep 0.05; done
kill -TERM $agent; wait $agent; echo "exit $?"
grep -q '^State:.*[SR]' "/proc/$(cat /run/waiting)/status" 2>/dev/null && echo alive || echo gone
ls ${INSTANCE}/sem | grep -c waits`,
    );
    // As all code of the user's that was under way then, it counts as run.
    expect(probe.trim().split("\n")).toEqual(["exit 1", "gone", "1"]);
  }, 120_000);
});
