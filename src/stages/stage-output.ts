import type { CloudConfig } from "../config/cloud-config.ts";
import { isTrue } from "../text/boolean-option.ts";
import { errorChain } from "../text/error-message.ts";
import type { OutputTarget, OutputTargets } from "../system/system.ts";
import type { OutputKey } from "./output-config.ts";
import { parseOutputConfig } from "./output-config.ts";
import type { StageFrame } from "./stage-frame.ts";

/** What is in force in a stage, so that a second call with the same targets changes nothing. */
const inForce = new WeakMap<StageFrame, string>();

/** Sends the stage's output, and that of its children, where `output:` says. */
export async function applyOutput(
  frame: StageFrame,
  config: CloudConfig,
  key: OutputKey,
): Promise<void> {
  const isKept = isTrue(frame.base.process.env["_CLOUD_INIT_SAVE_STDOUT"]);
  const targets = isKept ? undefined : parseOutputConfig(config, key);
  if (targets === undefined) {
    return;
  }
  const wanted = describe(targets);
  const before = inForce.get(frame);
  if (before === wanted) {
    return;
  }
  if (before !== undefined) {
    frame.log.warn(`Stdout, stderr changing to (${wanted})`);
  }
  try {
    await frame.base.output.redirect(targets);
    inForce.set(frame, wanted);
  } catch (error) {
    frame.log.warn(`Failed to setup output redirection! ${errorChain(error)}`);
  }
}

function describe(targets: OutputTargets): string {
  const { stdout, stderr } = targets;
  return `${stdout === undefined ? "unchanged" : describeTarget(stdout)}, ${
    stderr === undefined ? "unchanged" : stderr === "&1" ? "&1" : describeTarget(stderr)
  }`;
}

function describeTarget(target: OutputTarget): string {
  switch (target.kind) {
    case "append":
      return `>> ${target.path}`;
    case "truncate":
      return `> ${target.path}`;
    case "tee":
      return `| tee -a ${target.path}`;
    case "pipe":
      return `| ${target.command}`;
  }
}
