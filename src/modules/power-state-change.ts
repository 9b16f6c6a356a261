import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { type PowerState, readPowerState, type ShutdownTime } from "./power-state.ts";

/** Stops or restarts the machine once the boot is done (compat modules.md, power_state_change). */
export const powerStateChange = defineModule({
  name: "power_state_change",
  title: "Restart or stop after the boot",
  description: [
    "Stops or restarts the machine when the stage has ended: a child that is left behind waits for",
    "that, at most `timeout` seconds, then runs `shutdown`. `condition` is a truth value, a shell",
    "command or a list: exit code 0 does it, 1 does not.",
    "",
    "On AIX: restart is `shutdown -Fr` at once or `shutdown -r +MINUTES`, poweroff `shutdown -F` or",
    "`shutdown +MINUTES` (that powers the partition off), halt `shutdown -p`. AIX ignores time and",
    "message with -F. On Linux: `shutdown -r`, `-P` or `-H` with the time and the message.",
    "Source: AIX's shutdown command reference; upstream's power_state.",
  ].join("\n"),
  aix: "`shutdown -Fr`, `-F`, `-p` or `+MINUTES`, from a child that waits for the stage's end",
  linux: "`shutdown -r`, `-P` or `-H`, the same way",
  frequency: "once-per-instance",
  activateByKeys: ["power_state"],
  itemKeys: ["power_state"],
  schema: Type.Object({
    power_state: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            Type.Union([Type.Literal("poweroff"), Type.Literal("reboot"), Type.Literal("halt")], {
              description: "What to do. Needed.",
            }),
          ),
          delay: Type.Optional(
            Type.Union([Type.Number(), Type.String()], {
              description: "now, or minutes: 5 or +5. Default now.",
            }),
          ),
          message: Type.Optional(
            Type.String({ description: "What users are told. AIX tells it only with a delay." }),
          ),
          timeout: Type.Optional(
            Type.Union([Type.Number(), Type.String()], {
              description: "Seconds to wait for the end of the stage. Default 30.",
            }),
          ),
          condition: Type.Optional(
            Type.Union([Type.Boolean(), Type.String(), Type.Array(Type.String())], {
              description: "Do it only if this is true or ends with exit code 0. Default true.",
            }),
          ),
        },
        { description: "Stop or restart the machine when the boot is done." },
      ),
    ),
  }),
  examples: [
    "#cloud-config\npower_state:\n  mode: reboot\n  message: Restarting after the first boot\n  condition: test -f /var/run/restart-wanted\n",
    "#cloud-config\npower_state: {mode: poweroff, delay: 5, timeout: 60}\n",
  ],
  async run(ctx) {
    const written = ctx.cloudConfig["power_state"];
    if (written === undefined || written === null) {
      ctx.log.debug("no power_state provided. doing nothing");
      return;
    }
    if (!isMapping(written)) {
      fail(ctx, "power_state is not a dict. Not performing power state change!");
      return;
    }
    const read = readPowerState(written);
    if (typeof read === "string") {
      fail(ctx, `${read} Not performing power state change!`);
      return;
    }
    if (!(await isWanted(ctx, read.condition))) {
      return;
    }
    const argv = shutdownCommand(ctx.distro.name, read);
    if (ctx.distro.name === "aix" && read.time !== "now" && read.message === undefined) {
      ctx.log.debug("AIX tells its users in its own words when the machine goes down");
    }
    const waitsMs = Math.round(read.timeoutSeconds * 1000);
    ctx.log.debug(`After pid ${ctx.sys.process.pid} ends, will execute: ${argv.join(" ")}`);
    await ctx.sys.exec.run(argv, { afterAgent: { waitsMs } });
  },
});

function fail(ctx: ModuleContext, message: string): void {
  ctx.fail({ message, path: ["power_state"] });
}

/** Long enough for a condition that asks something of the network, not for ever. */
const CONDITION_TIMEOUT_MS = 300_000;

async function isWanted(ctx: ModuleContext, condition: PowerState["condition"]): Promise<boolean> {
  if (typeof condition === "boolean") {
    if (!condition) {
      ctx.log.debug("Condition was false. Will not perform state change.");
    }
    return condition;
  }
  const argv = typeof condition === "string" ? ["/bin/sh", "-c", condition] : condition;
  const { exitCode, stderr } = await ctx.sys.exec.run(argv, {
    okExitCodes: "any",
    owner: "user",
    timeoutMs: CONDITION_TIMEOUT_MS,
  });
  if (exitCode === 0) {
    return true;
  }
  if (exitCode === 1) {
    ctx.log.debug("Condition ended with exit code 1. Will not perform state change.");
    return false;
  }
  const place = ctx.locate(["power_state", "condition"]);
  ctx.log.warn(
    `The condition of power_state ended with exit code ${exitCode}, where 0 and 1 have a meaning. Will not perform state change.${place === undefined ? "" : ` (line ${place.line})`}`,
  );
  if (stderr.trim() !== "") {
    ctx.log.debug(`The condition of power_state said: ${stderr.trim().slice(0, 500)}`);
  }
  return false;
}

/**
 * AIX (aix/commands.md §12): with -F time and message are ignored; plain `shutdown` powers the
 * partition off; -p halts without that. [U] the letters -h and -p in detail.
 */
function shutdownCommand(distro: string, state: PowerState): readonly string[] {
  const message = state.message === undefined ? [] : [state.message];
  const time: ShutdownTime = state.time;
  if (distro !== "aix") {
    const flag = { reboot: "-r", poweroff: "-P", halt: "-H" }[state.mode];
    return ["/sbin/shutdown", flag, time === "now" ? "now" : `+${time}`, ...message];
  }
  const flags = { reboot: ["-r"], poweroff: [], halt: ["-p"] }[state.mode];
  if (time === "now") {
    const fast = { reboot: ["-Fr"], poweroff: ["-F"], halt: ["-p", "now"] }[state.mode];
    return ["/usr/sbin/shutdown", ...fast];
  }
  return ["/usr/sbin/shutdown", ...flags, `+${time}`, ...message];
}
