import type { CommandContext } from "./command.ts";
import type { AixMachine } from "./machine.ts";

/** What a package of an agent brings besides itself: programs, and a subsystem that SRC then knows. */
interface AgentPackage {
  readonly programs: readonly string[];
  readonly subsystem?: string;
}

const PACKAGES: Readonly<Record<string, AgentPackage>> = {
  ansible: { programs: ["ansible-galaxy", "ansible-playbook", "ansible-pull"].map(toolbox) },
  chef: { programs: ["/opt/chef/bin/chef-client"] },
  git: { programs: ["git"].map(toolbox) },
  mcollective: { programs: [toolbox("mcollectived")], subsystem: "mcollective" },
  "puppet-agent": { programs: ["/opt/puppetlabs/bin/puppet"], subsystem: "puppet" },
  // The Toolbox's has no subsystem.
  "salt-minion": { programs: ["salt-call", "salt-minion"].map(toolbox) },
};

function toolbox(name: string): string {
  return `/opt/freeware/bin/${name}`;
}

/** Puts on the machine what the scripts of a package would. */
export function installAgentFiles(
  ctx: Pick<CommandContext, "fs"> & { readonly machine: AixMachine },
  name: string,
): void {
  const brought = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
  for (const path of brought?.programs ?? []) {
    ctx.fs.write(path, "", { mode: 0o755 });
  }
  const subsystem = brought?.subsystem;
  if (
    subsystem !== undefined &&
    !ctx.machine.subsystems.some((known) => known.name === subsystem)
  ) {
    ctx.machine.subsystems.push({
      name: subsystem,
      group: "",
      method: "signals",
      state: "inoperative",
    });
  }
}
