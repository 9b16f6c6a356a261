import type { CreateCommand } from "./command.ts";

/** A line of the table: what `cloud-init --help` says, and where the command is. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<CreateCommand>;
}

/** The subcommands in the order of `--help`. No prototype: `constructor` is no subcommand. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = withoutPrototype({
  init: {
    summary: "Find the datasource, apply it, and run the init modules",
    load: async () => (await import("./commands/init.ts")).createInitCommand,
  },
  modules: {
    summary: "Run the modules of one stage",
    load: async () => (await import("./commands/modules.ts")).createModulesCommand,
  },
  single: {
    summary: "Run one module",
    load: async () => (await import("./commands/single.ts")).createSingleCommand,
  },
  status: {
    summary: "Tell how far cloud-init is, and what went wrong",
    load: async () => (await import("./commands/status.ts")).createStatusCommand,
  },
  why: {
    summary: "Tell why a module, a script or a cloud-init-per name ran or did not",
    load: async () => (await import("./commands/why.ts")).createWhyCommand,
  },
  query: {
    summary: "Show what is known of the instance",
    load: async () => (await import("./commands/query.ts")).createQueryCommand,
  },
  "cloud-id": {
    summary: "Tell which cloud this machine is in",
    load: async () => (await import("./commands/cloud-id.ts")).createCloudIdCommand,
  },
  features: {
    summary: "List what this version of the program can do",
    load: async () => (await import("./commands/features.ts")).createFeaturesCommand,
  },
  analyze: {
    summary: "Show what a boot spent its time on",
    load: async () => (await import("./commands/analyze.ts")).createAnalyzeCommand,
  },
  "collect-logs": {
    summary: "Pack logs, state and facts of the system into one file, to look for a fault",
    load: async () => (await import("./commands/collect-logs.ts")).createCollectLogsCommand,
  },
  schema: {
    summary: "Check cloud-config and network configuration, or show what can be in it",
    load: async () => (await import("./commands/schema.ts")).createSchemaCommand,
  },
  plan: {
    summary: "Show what a first boot would do, without doing it",
    load: async () => (await import("./commands/plan.ts")).createPlanCommand,
  },
  clean: {
    summary: "Remove what earlier runs left, so that the next boot is a first one",
    load: async () => (await import("./commands/clean.ts")).createCleanCommand,
  },
  seal: {
    summary: "Make this machine ready to be captured as an image",
    load: async () => (await import("./commands/seal.ts")).createSealCommand,
  },
  doctor: {
    summary: "Check whether this machine is ready for its next boot",
    load: async () => (await import("./commands/doctor.ts")).createDoctorCommand,
  },
  install: {
    summary: "Install this program: boot scripts, links, default configuration",
    load: async () => (await import("./commands/install.ts")).createInstallCommand,
  },
  uninstall: {
    summary: "Take away what install put, and put back what it replaced",
    load: async () => (await import("./commands/uninstall.ts")).createUninstallCommand,
  },
  completion: {
    summary: "Print what makes a shell complete the words of this program",
    load: async () => (await import("./commands/completion.ts")).createCompletionCommand,
  },
  man: {
    summary: "Print the manual page",
    load: async () => (await import("./commands/man.ts")).createManCommand,
  },
});

function withoutPrototype<T extends object>(table: T): T {
  return Object.assign(Object.create(null), table);
}
