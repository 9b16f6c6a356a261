import { type CommandContext, type CommandOutcome, failed } from "./command.ts";

/** What a command says that asks RMC while it does not run; undefined where it runs. */
export function rmcFailure(ctx: CommandContext): CommandOutcome | undefined {
  const ctrmc = ctx.machine.subsystems.find(({ name }) => name === "ctrmc");
  return ctrmc?.state === "active"
    ? undefined
    : failed(1, '2612-022 A session could not be established with the RMC daemon on "local_node".');
}
