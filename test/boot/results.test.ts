import { describe, expect, test } from "bun:test";
import { runCli } from "../../src/cli/cli.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  createMachine,
  DRIVE_ID,
  ledgerOf,
  logLines,
  logMark,
  messagesAt,
  statusOf,
} from "../support/sample-machine.ts";

const VERDICT =
  "cloud-config failed schema validation! You may run 'sudo cloud-init schema --system' to check the details.";

function machineWith(userData: string, userCode = {}): SimulatedAix {
  return createMachine({ drive: buildDrive({ userData }), ...userCode });
}

async function cli(aix: SimulatedAix, ...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: aix.system,
    stdout: (text: string) => {
      out.stdout += text;
    },
    stderr: (text: string) => {
      out.stderr += text;
    },
    exitCode: 0,
  };
  await runCli("cloud-init", args, ctx);
  return { ...out, exitCode: ctx.exitCode };
}

describe("validation at boot", () => {
  const SECRET = "hunter2hunter2";
  const BAD = `#cloud-config
hostnam: x
lxd: {}
ssh_genkeytypes: {${SECRET}: ${SECRET}}
runcmd:
  - echo a: ${SECRET}
`;

  test("one warning without details, unknown keys at INFO, and no secret in any file", async () => {
    const aix = machineWith(BAD);
    await runBoot(aix);
    const warnings = messagesAt(aix, "WARNING").filter((text) => text.includes("schema"));
    expect(warnings).toEqual([VERDICT]);
    expect(messagesAt(aix, "INFO")).toContain(
      'user-data:2: "hostnam" is not a known key, did you mean "hostname"?',
    );
    expect(
      logLines(aix).some((line) => line.includes('Key "lxd" of the cloud-config has no effect')),
    ).toBe(true);
    expect(logLines(aix).join("\n")).not.toContain(SECRET);
    expect(statusOf(aix)["init"]?.recoverable_errors["WARNING"]).toContain(VERDICT);
  });

  test("a later boot warns again without checking again", async () => {
    const aix = machineWith(BAD);
    await runBoot(aix);
    const mark = logMark(aix);
    aix.reboot();
    await runBoot(aix);
    expect(messagesAt(aix, "WARNING", mark).filter((text) => text === VERDICT)).toHaveLength(1);
    expect(messagesAt(aix, "INFO", mark).join("\n")).not.toContain("is not a known key");
  });

  test("other user-data is checked anew", async () => {
    const aix = machineWith(BAD);
    await runBoot(aix);
    aix.media.set("cd0", buildDrive({ userData: "#cloud-config\nhostname: good\n" }));
    const mark = logMark(aix);
    aix.reboot();
    await runBoot(aix);
    expect(messagesAt(aix, "WARNING", mark)).not.toContain(VERDICT);
  });

  test("a cloud-config that is right is not mentioned", async () => {
    const aix = machineWith("#cloud-config\nruncmd: [ls]\n");
    await runBoot(aix);
    expect(logLines(aix).join("\n")).not.toContain("schema");
  });

  test("schema --system then tells the details", async () => {
    const aix = machineWith(BAD);
    await runBoot(aix);
    const done = await cli(aix, "schema", "--system");
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain(
      "runcmd.0: expected a string or a list of strings, got a mapping",
    );
    expect(done.stderr).toContain("(line 6, column 5)");
    expect(done.stderr).not.toContain(SECRET);
  });
});

describe("results", () => {
  test("a script that fails is in the ledger, in status --failed and in the exit code", async () => {
    const aix = machineWith("#!/bin/sh\nexit 3\n", {
      userCode: () => ({ exitCode: 3, stderr: "first\nit is broken\n" }),
    });
    const codes = await runBoot(aix);
    expect(codes["modules-final"]).toBe(1);
    const done = await cli(aix, "status", "--failed");
    expect(done.exitCode).toBe(1);
    expect(done.stdout).toBe(
      [
        "status: error",
        `1 failed in the last boot of instance ${DRIVE_ID}:`,
        "",
        "modules-final, scripts_user:",
        `  /opt/freeware/var/lib/cloud/instances/${DRIVE_ID}/scripts/part-001 exit 3: it is broken`,
        "      first",
        "",
      ].join("\n"),
    );
  });

  test("the commands of runcmd run as the plain script where nothing can report", async () => {
    const aix = machineWith("#cloud-config\nruncmd: [one, two]\n");
    await runBoot(aix);
    const script = `/opt/freeware/var/lib/cloud/instances/${DRIVE_ID}/scripts/runcmd`;
    expect(aix.commands).toContainEqual([script]);
    const steps = ledgerOf(aix, DRIVE_ID).filter(({ module }) => module === "scripts_user");
    expect(steps.map(({ kind, what }) => [kind, what])).toEqual([
      ["script", script],
      ["module", "scripts_user"],
    ]);
  });

  test("a runcmd script that somebody changed runs as it is, and the log says so", async () => {
    const aix = machineWith("#cloud-config\nruncmd: [one]\n");
    const script = `/opt/freeware/var/lib/cloud/instances/${DRIVE_ID}/scripts/runcmd`;
    await runBoot(aix);
    aix.system.fs.write(script, "#!/bin/sh\nother\n", { mode: 0o700 });
    const mark = logMark(aix);
    await cli(aix, "single", "-n", "scripts-user", "--frequency", "always");
    expect(messagesAt(aix, "INFO", mark)).toContain(
      `Running ${script} without a result for each command: it is not what the list runcmd says`,
    );
  });
});

describe("time limits", () => {
  test("reach the commands that they are for, and no others", async () => {
    const limits = new Map<string, number | undefined>();
    const aix = machineWith(
      [
        "#cloud-config-archive",
        "- '#!/bin/sh'",
        "- |",
        "  #cloud-config",
        "  timeouts: {runcmd: 30m, bootcmd: 90, scripts: 1h}",
        "  runcmd: [ls]",
        "  bootcmd: [ls]",
        "",
      ].join("\n"),
      {
        userCode: (argv: readonly string[], options: { readonly timeoutMs?: number }) => {
          limits.set(argv.at(-1)?.split("/").at(-1) ?? "", options.timeoutMs);
          return {};
        },
      },
    );
    await runBoot(aix);
    expect(Object.fromEntries(limits)).toEqual({
      "bootcmd.sh": 90_000,
      runcmd: 1_800_000,
      "part-001": 3_600_000,
    });
  });

  test("that are none are told once with their line, and there is no limit", async () => {
    const limits: (number | undefined)[] = [];
    const aix = machineWith("#cloud-config\ntimeouts:\n  runcmd: soon\nruncmd: [ls]\n", {
      userCode: (_argv: readonly string[], options: { readonly timeoutMs?: number }) => {
        limits.push(options.timeoutMs);
        return {};
      },
    });
    const codes = await runBoot(aix);
    expect(limits).toEqual([undefined]);
    expect(codes["modules-final"]).toBe(1);
    expect(statusOf(aix)["modules-final"]?.errors).toHaveLength(1);
    expect(statusOf(aix)["modules-final"]?.errors[0]).toContain(
      'user-data:3: Cannot use timeouts.runcmd, there is no limit: expected a duration such as 30s, 5m or 1h30m, got "soon"',
    );
  });

  test("that are reached fail the script, and the log says which limit it was", async () => {
    const aix = machineWith("#cloud-config\ntimeouts: {scripts: 5m, runcmd: 5m}\nruncmd: [ls]\n", {
      userCode: () => ({ exitCode: 124, timedOut: true }),
    });
    await runBoot(aix);
    const reason = "it ran longer than 5m (timeouts.runcmd) and was ended with its process group";
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(`scripts/runcmd [124]: ${reason}`);
    const step = ledgerOf(aix, DRIVE_ID).find(
      ({ kind, outcome }) => kind === "script" && outcome === "failed",
    );
    expect(step).toMatchObject({ exitCode: 124, reason });
  });
});
