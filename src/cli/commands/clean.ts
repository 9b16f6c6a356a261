import type { CleanConfigKind } from "../../distros/clean-adapter.ts";
import { errorMessage } from "../../text/error-message.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import type { CliContext } from "../cli-context.ts";
import { findLogFiles } from "../clean/log-files.ts";
import { runCleanParts } from "../clean/run-clean-parts.ts";
import { stateEntries } from "../clean/state-entries.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { type OpenMachine, openMachine } from "../open-machine.ts";
import { UsageError } from "../usage-error.ts";

const KINDS = ["all", "ssh_config", "network", "datasource", "fstab"] as const;

type Kind = (typeof KINDS)[number];

/** `cloud-init clean` (compat core.md §7.2): the next boot is a first one. Exit code 1 where something could not be removed. */
export function createCleanCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "clean",
    description: "Remove what earlier runs left, so that the next boot is a first one",
    args: {
      logs: { type: "boolean", alias: "l", description: "The logs too" },
      "machine-id": {
        type: "boolean",
        description: "The machine gets a new /etc/machine-id at its next start",
      },
      reboot: {
        type: "boolean",
        alias: "r",
        description: "Restart the machine when all is removed",
      },
      seed: { type: "boolean", alias: "s", description: "The seed directory too" },
      configs: {
        type: "string",
        alias: "c",
        description: `What was written into the system's configuration: ${KINDS.join(", ")}; several with commas, or as further words`,
      },
      "kinds...": {
        type: "positional",
        required: false,
        description: "Further words of --configs",
      },
    },
    examples: [
      {
        command: "cloud-init clean --logs",
        about: "The next boot is a first one; the logs go too",
      },
      {
        command: "cloud-init clean --configs all --reboot",
        about: "Also what was written into the system's configuration, then start again",
      },
    ],
    words: async () => ({ configs: KINDS }),
    async run(args) {
      const kinds = readKinds(args.configs, args._);
      if (ctx.sys.process.uid !== 0) {
        ctx.stderr("Error:\nCannot clean: only root may\n");
        ctx.exitCode = 1;
        return;
      }
      const machine = await openMachine(ctx);
      const errors = await cleanMachine(ctx, machine, {
        logs: args.logs === true,
        machineId: args["machine-id"] === true,
        seed: args.seed === true,
        kinds,
      });
      for (const error of errors) {
        ctx.stderr(`Error:\n${error}\n`);
      }
      if (errors.length > 0) {
        ctx.exitCode = 1;
      } else if (args.reboot === true) {
        await restart(ctx, machine);
      }
    },
  });
}

/** `-c ssh_config,fstab`, `-c ssh_config fstab`. */
function readKinds(first: string | undefined, rest: readonly string[]): ReadonlySet<Kind> {
  if (first === undefined) {
    if (rest.length > 0) {
      throw new UsageError(`unexpected argument "${rest[0] ?? ""}"`);
    }
    return new Set();
  }
  const words = [first, ...rest].flatMap((word) => word.split(",")).filter((word) => word !== "");
  return new Set(
    words.map((word) => {
      const kind = KINDS.find((known) => known === word);
      if (kind === undefined) {
        const near = nearestWord(word, KINDS);
        const hint = near === undefined ? "" : `; did you mean "${near}"?`;
        throw new UsageError(
          `argument --configs/-c: invalid choice "${word}" (choose from ${KINDS.join(", ")})${hint}`,
        );
      }
      return kind;
    }),
  );
}

interface Wishes {
  readonly logs: boolean;
  readonly machineId: boolean;
  readonly seed: boolean;
  readonly kinds: ReadonlySet<Kind>;
}

/** Removes what is asked for, one thing after the other; what could not be removed comes back. */
async function cleanMachine(
  ctx: CliContext,
  machine: OpenMachine,
  wishes: Wishes,
): Promise<readonly string[]> {
  const { fs } = ctx.sys;
  const { distro, paths } = machine;
  const errors: string[] = [];
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      errors.push(`Could not remove ${what}: ${errorMessage(error)}`);
    }
  };
  const configs = [
    machine.baseConfig,
    ...(machine.mergedConfig === undefined ? [] : [machine.mergedConfig]),
  ];
  // The configuration that names the logs goes with the state.
  const logs = wishes.logs ? findLogFiles(fs, configs) : [];
  const entries = stateEntries(fs, paths, wishes);
  if (entries.length === 0) {
    ctx.stderr("Artifacts already cleaned.\n");
  }
  for (const path of [...logs, ...entries]) {
    attempt(path, () => fs.remove(path));
  }
  for (const kind of configKinds(wishes.kinds)) {
    attempt(`the ${kind} of cloud-init`, () => distro.clean?.removeConfig(kind));
  }
  if (wishes.machineId) {
    attempt("the machine-id", () => distro.clean?.resetMachineId());
  }
  const directories = new Set([
    `${paths.configFile.slice(0, paths.configFile.lastIndexOf("/"))}/clean.d`,
    "/etc/cloud/clean.d",
  ]);
  errors.push(...(await runCleanParts(ctx.sys, [...directories])));
  return errors;
}

/** None of our datasources keeps anything outside of the state. */
function configKinds(kinds: ReadonlySet<Kind>): readonly CleanConfigKind[] {
  const all = kinds.has("all");
  return (["ssh_config", "network", "fstab"] as const).filter((kind) => all || kinds.has(kind));
}

async function restart(ctx: CliContext, { distro }: OpenMachine): Promise<void> {
  try {
    await distro.clean?.restart();
  } catch (error) {
    ctx.stderr(`Error:\nCould not restart the machine: ${errorMessage(error)}\n`);
    ctx.exitCode = 1;
  }
}
