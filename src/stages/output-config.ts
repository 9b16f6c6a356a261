import { isMapping } from "../config/cloud-config.ts";
import type { CloudConfig } from "../config/cloud-config.ts";
import type { OutputTarget, OutputTargets } from "../system/system.ts";

/** Which entry of `output:` a command uses, before `all`. */
export type OutputKey = "init" | "config" | "final" | undefined;

/** Where `output:` sends standard output and error (compat core.md §3.3); undefined where it says nothing usable. */
export function parseOutputConfig(config: CloudConfig, key: OutputKey): OutputTargets | undefined {
  const output = config["output"];
  if (!isMapping(output)) {
    return undefined;
  }
  const entry = (key === undefined ? undefined : output[key]) ?? output["all"];
  const [stdoutText, stderrText] = textsOf(entry);
  const stdout = stdoutText === undefined ? undefined : parseTarget(stdoutText);
  const stderr =
    stderrText === undefined
      ? undefined
      : stderrText === "&1" || (stdout !== undefined && stderrText === stdoutText)
        ? "&1"
        : parseTarget(stderrText);
  if (stdout === undefined && (stderr === undefined || stderr === "&1")) {
    return undefined;
  }
  return {
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
  };
}

/** The text of standard output and of standard error. */
function textsOf(entry: unknown): readonly [string | undefined, string | undefined] {
  if (typeof entry === "string") {
    return [textOf(entry), textOf(entry)];
  }
  if (Array.isArray(entry)) {
    const first = textOf(entry[0]);
    return [first, entry.length > 1 ? textOf(entry[1]) : first];
  }
  if (isMapping(entry)) {
    return [textOf(entry["output"]), textOf(entry["error"])];
  }
  return [undefined, undefined];
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

/** `tee` of one file in append mode is done by ourselves, so that a script's daemon keeps its log after we have ended. */
const TEE_APPEND = /^tee\s+(?:-a|--append)\s+(\/[^\s'"\\$`;|&<>]+)$/u;

function parseTarget(text: string): OutputTarget | undefined {
  if (text.startsWith("|")) {
    const command = text.slice(1).trim();
    const path = TEE_APPEND.exec(command)?.[1];
    if (path !== undefined) {
      return { kind: "tee", path };
    }
    return command === "" ? undefined : { kind: "pipe", command };
  }
  if (text.startsWith(">>")) {
    return fileTarget("append", text.slice(2));
  }
  if (text.startsWith(">")) {
    return fileTarget("truncate", text.slice(1));
  }
  return fileTarget("append", text);
}

function fileTarget(kind: "append" | "truncate", rest: string): OutputTarget | undefined {
  const path = rest.trim();
  return path === "" ? undefined : { kind, path };
}
