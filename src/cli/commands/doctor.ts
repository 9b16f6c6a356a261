import { wantsColors } from "../../text/coloring.ts";
import { formatJson } from "../../text/format-json.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";

/**
 * `cloud-init doctor [--format text|json]`: whether this machine, or the image that will be made of
 * it, is ready for its next boot. Only asks. Exit code 0 where all is well, 1 for warnings, 2 for
 * errors.
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
    },
    examples: [
      { command: "cloud-init doctor", about: "Look for what would go wrong at the next boot" },
      {
        command: "cloud-init doctor --format json",
        about: "The same for a program; exit code 0, 1 for warnings, 2 for errors",
      },
    ],
    async run(args) {
      const { sys } = ctx;
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
