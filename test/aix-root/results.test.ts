// Results of commands and scripts through the built program: one boot of an AIX root, with ksh93 as /bin/sh.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
  OUTPUT_LOG,
  SAMPLE_UUID,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;
const SCRIPTS = `${CLOUD_DIR}/instances/${SAMPLE_UUID}/scripts`;

const USER_DATA = `#cloud-config-archive
- type: text/x-shellscript
  filename: fails.sh
  content: |
    #!/usr/bin/ksh
    print -u2 about to fail
    exit 4
- type: text/x-shellscript
  filename: hangs.sh
  content: |
    #!/usr/bin/ksh
    trap '' TERM
    sleep 600
- type: text/x-shellscript
  filename: bash.sh
  content: |
    #!/bin/bash
    echo never
- |
  #cloud-config
  hostnam: typo
  timeouts: {scripts: 1s}
  bootcmd:
    - cd /var
    - ls /nonexistent/early
    - echo $PWD > /var/bootcmd-was-here
  runcmd:
    - export GREETING=hello
    - cd /tmp
    - ls /nonexistent/one
    - [sh, -c, 'echo "$GREETING from $(pwd)" > /var/runcmd-was-here']
    - |
      cat > /var/here <<EOF
      $GREETING here
      EOF
    - set -e
    - echo last words >&2; (exit 7)
    - echo never > /var/never
`;

describe.skipIf(requireOrSkip(canUseAixRoot()))("results on AIX", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;
  let failed: string;

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.image();
    changeDisc(root, sampleDrive(USER_DATA));
    await root.boot();
    failed = (await root.agent("status", "--failed")).stdout;
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test("commands see what those before them left", () => {
    expect(root.read("/var/bootcmd-was-here")).toBe("/var\n");
    expect(root.read("/var/runcmd-was-here")).toBe("hello from /tmp\n");
    expect(root.read("/var/here")).toBe("hello here\n");
    expect(root.exists("/var/never")).toBe(false);
  });

  test("the script on disk is the plain one, and nothing else is left", () => {
    const script = root.read(`${SCRIPTS}/runcmd`);
    expect(script).toStartWith("#!/bin/sh\nexport GREETING=hello\ncd /tmp\nls /nonexistent/one\n");
    expect(script).not.toContain("cloud_init");
    expect(root.list("/run/cloud-init/running")).toEqual([]);
  });

  test("status --failed names each command and script with its line and its last words", () => {
    const lines = failed.split("\n").map((line) => line.trim());
    const starting = (start: string): string => lines.find((line) => line.startsWith(start)) ?? "";
    expect(lines[0]).toBe("status: error");
    expect(starting("bootcmd[1]")).toMatch(
      /^bootcmd\[1\] \(user-data part "part-004" line 6\) exit \d+: .*nonexistent\/early/u,
    );
    expect(starting("runcmd[2]")).toMatch(
      /^runcmd\[2\] \(user-data part "part-004" line 11\) exit \d+: .*nonexistent\/one/u,
    );
    expect(starting("runcmd[6]")).toBe(
      'runcmd[6] (user-data part "part-004" line 18) exit 7: last words',
    );
    expect(starting(`${SCRIPTS}/fails.sh`)).toEndWith(" exit 4: about to fail");
    expect(starting(`${SCRIPTS}/hangs.sh`)).toEndWith(
      " exit 124: it ran longer than 1s (timeouts.scripts) and was ended with its process group",
    );
    expect(starting(`${SCRIPTS}/bash.sh`)).toContain(
      'interpreter "/bin/bash" is not there; there is /',
    );
    expect(failed).not.toContain(`${SCRIPTS}/runcmd`);
  });

  test("the ledger has a step for each command, those that did not run too", () => {
    const steps = root
      .read(`${CLOUD_DIR}/instances/${SAMPLE_UUID}/ledger.jsonl`)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { what: string; outcome: string; durationMs?: number })
      .filter(({ what }) => what.startsWith("runcmd["));
    expect(steps.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
      "runcmd[0] ok",
      "runcmd[1] ok",
      "runcmd[2] failed",
      "runcmd[3] ok",
      "runcmd[4] ok",
      "runcmd[5] ok",
      "runcmd[6] failed",
      "runcmd[7] skipped",
    ]);
  });

  test("the errors of the stage are those of the scripts, and a command in the middle is none", async () => {
    const done = await root.agent("status", "--long", "--format", "json");
    expect(done.exitCode).toBe(1);
    const status = JSON.parse(done.stdout);
    expect(status.init.errors).toEqual([]);
    expect(status["modules-final"].errors).toHaveLength(1);
    expect(status["modules-final"].errors[0]).toContain(
      "4 failures (bash.sh,fails.sh,hangs.sh,runcmd)",
    );
    expect(root.read(OUTPUT_LOG)).toContain("in runcmd[6]");
  });

  test("the same script run by hand ends the same way", async () => {
    const done = await root.sh(`${SCRIPTS}/runcmd`);
    expect([done.exitCode, done.stderr.trim().split("\n").at(-1)]).toEqual([7, "last words"]);
  });

  test("schema tells of the key that nobody reads", async () => {
    root.write(
      "/tmp/c.yaml",
      "#cloud-config\nhostnam: typo\nwrite_files: [{path: /x, owner: 'root:root'}]\n",
    );
    const done = await root.agent("schema", "-c", "/tmp/c.yaml");
    expect(done.stderr).toContain('did you mean "hostname"? (line 2, column 1)');
    expect(done.stdout).toContain(
      'Hint: /tmp/c.yaml:3:26: write_files.0.owner: AIX has no group "root"',
    );
    expect(root.read("/var/log/cloud-init.log")).toContain('"hostnam" is not a known key');
  });

  test(
    "five hundred commands take no longer than twice what the shell alone takes",
    async () => {
      const items = Array.from(
        { length: 500 },
        (_, index) => `  - ls /var > /tmp/out-${index % 7}\n`,
      );
      changeDisc(root, sampleDrive(`#cloud-config\nruncmd:\n${items.join("")}`));
      await root.sh(`rm -rf ${CLOUD_DIR}/instance ${CLOUD_DIR}/instances /var/log/cloud-init.log`);
      await root.boot();
      const steps = root
        .read(`${CLOUD_DIR}/instances/${SAMPLE_UUID}/ledger.jsonl`)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { what: string; durationMs?: number });
      expect(steps.filter(({ what }) => what.startsWith("runcmd["))).toHaveLength(500);
      const ours = steps.find(({ what }) => what === `${SCRIPTS}/runcmd`)?.durationMs ?? 0;
      const timed = await root.sh(
        `ksh -c 'typeset -F3 SECONDS=0; ${SCRIPTS}/runcmd >/dev/null 2>&1; print $SECONDS'`,
      );
      const alone = Number(timed.stdout) * 1_000;
      console.info(
        `500 commands: ${ours} ms with results, ${Math.round(alone)} ms by the shell alone`,
      );
      expect(ours).toBeLessThan(alone * 2 + 100);
    },
    TIMEOUT_MS,
  );
});
