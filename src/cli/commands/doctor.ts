import { wantsColors } from "../../text/coloring.ts";
import { formatJson } from "../../text/format-json.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";

/**
 * `cloud-init doctor [--format text|json]`: whether this machine, or the image that will be made of
 * it, is ready for its next boot. Only asks. Exit code 0 where all is well, 1 for warnings, 2 for
 * errors.
 *
 * With `--selftest`: whether the program understands what this machine answers, and whether what it
 * relies on works here. Exit code 0, 1 where some answer is not understood, 2 where something does
 * not work.
 */
export function createDoctorCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "doctor",
    description: "Check whether this machine is ready for its next boot",
    args: {
      format: {
        type: "enum",
        options: ["text", "json"],
        default: "text",
        description: "Form of the answer",
      },
      selftest: {
        type: "boolean",
        description: "Check instead whether this program understands this machine",
      },
    },
    examples: [
      { command: "cloud-init doctor", about: "Look for what would go wrong at the next boot" },
      {
        command: "cloud-init doctor --format json",
        about: "The same for a program; exit code 0, 1 for warnings, 2 for errors",
      },
      {
        command: "cloud-init doctor --selftest --format json",
        about: "What the machine answers, and what of it is not understood",
      },
    ],
    async run(args) {
      const { sys } = ctx;
      if (args.selftest === true) {
        await selfTest(ctx, args.format === "json");
        return;
      }
      const [{ openPatient }, { allChecks }, { diagnose }, render] = await Promise.all([
        import("../doctor/patient.ts"),
        import("../doctor/all-checks.ts"),
        import("../doctor/diagnosis.ts"),
        import("../doctor/render-doctor.ts"),
      ]);
      const patient = await openPatient(sys, await installedPaths(sys));
      const diagnosis = await diagnose(allChecks(patient), { isRoot: sys.process.uid === 0 });
      ctx.stdout(
        args.format === "json"
          ? formatJson(render.doctorJson(diagnosis))
          : render.renderDoctor(
              diagnosis,
              wantsColors(sys.output.isTerminal("stdout"), sys.process.env),
            ),
      );
      ctx.exitCode = render.exitCodeOf(diagnosis);
    },
  });
}

async function selfTest(ctx: CliContext, isJson: boolean): Promise<void> {
  const { sys } = ctx;
  const [{ openPatient }, { runSelfTest }, { platformTests }, { createMask }, json] =
    await Promise.all([
      import("../doctor/patient.ts"),
      import("../doctor/selftest/self-test.ts"),
      import("../doctor/selftest/platform-tests.ts"),
      import("../doctor/selftest/create-mask.ts"),
      import("../doctor/selftest/self-test-json.ts"),
    ]);
  const patient = await openPatient(sys, await installedPaths(sys));
  const { distro } = patient;
  const adapter = await distro.loadSelfTest?.();
  const { onStop } = ctx;
  const checks = await runSelfTest(sys, {
    tests: platformTests(),
    ...(adapter === undefined ? {} : { adapter }),
    ...(onStop === undefined ? {} : { onStop }),
  });
  const mask = createMask(patient);
  if (isJson) {
    ctx.stdout(formatJson(json.selfTestJson(checks, { sys, distro: distro.name, mask })));
  } else {
    const { renderSelfTest } = await import("../doctor/selftest/render-self-test.ts");
    const isColored = wantsColors(sys.output.isTerminal("stdout"), sys.process.env);
    ctx.stdout(renderSelfTest(checks, { isColored, mask }));
  }
  ctx.exitCode = json.exitCodeOf(checks);
}
