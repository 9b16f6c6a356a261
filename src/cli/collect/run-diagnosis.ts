import { Buffer } from "node:buffer";
import type { DiagnosisAdapter } from "../../distros/diagnosis-adapter.ts";
import type { Secrets } from "../../report/secrets.ts";
import type { System } from "../../system/system.ts";
import { formatCommandLine } from "../../text/command-line.ts";
import { errorMessage } from "../../text/error-message.ts";
import { maskText } from "./mask-text.ts";

const TIMEOUT_MS = 30_000;
const OUTPUT_BYTES_MAX = 2 * 1024 * 1024;
const EXIT_NOT_THERE = 127;

/** The output of a command, or the line that says why there is none. */
export interface Diagnosis {
  readonly name: string;
  readonly command: string;
  readonly content: Uint8Array;
}

/** Asks the system, one command after the other: none of them may hold up the others for long. */
export async function runDiagnosis(
  sys: System,
  adapter: DiagnosisAdapter | undefined,
  secrets: Secrets | undefined,
): Promise<readonly Diagnosis[]> {
  const results: Diagnosis[] = [];
  for (const { file, argv } of (await adapter?.listCommands()) ?? []) {
    const command = formatCommandLine(argv);
    const text = await outputOf(sys, argv, command);
    const content = Buffer.from(secrets === undefined ? text : maskText(text, secrets));
    results.push({ name: file, command, content });
  }
  return results;
}

async function outputOf(sys: System, argv: readonly string[], command: string): Promise<string> {
  try {
    const { exitCode, stdout, stderr, timedOut } = await sys.exec.query(argv, {
      okExitCodes: "any",
      timeoutMs: TIMEOUT_MS,
      captureMaxBytes: OUTPUT_BYTES_MAX,
    });
    if (exitCode === EXIT_NOT_THERE && stdout === "") {
      return `Cannot run "${command}": it is not on this machine\n`;
    }
    const ending = timedOut
      ? `[ended after ${TIMEOUT_MS / 1_000} seconds]\n`
      : exitCode === 0
        ? ""
        : `[exit code ${exitCode}]\n`;
    return `${stdout}${stderr}${ending}`;
  } catch (error) {
    return `${errorMessage(error)}\n`;
  }
}
