import { writeIfDifferent } from "../../system/write-if-different.ts";
import { cleanFilename } from "../part-filename.ts";
import { repairLineEnds } from "../script-text.ts";
import type { PartHandler } from "./handler.ts";

const HOOK_MODE = 0o700;
const PREFIX = "#cloud-boothook";

/** Stores `#cloud-boothook` scripts and runs them at once, on every boot (compat userdata.md §6.3). */
export const boothook: PartHandler = {
  contentTypes: ["text/cloud-boothook"],
  async handle(part, ctx) {
    const directory = ctx.paths.instance(ctx.instance.id).boothooksDir;
    const path = `${directory}/${cleanFilename(part.filename, "part-000")}`;
    const content = repairLineEnds(withoutPrefix(part.content), part.filename, ctx);
    writeIfDifferent(ctx.sys.fs, path, content, { mode: HOOK_MODE });
    const { exitCode, detail } = await ctx.runScript(path);
    if (exitCode !== 0) {
      ctx.fail(`Boothooks script ${path} execution error [${exitCode}]${detail}`);
    }
  },
};

/** Without the prefix and the white space round it, so that "#!" stands first where there is one. */
function withoutPrefix(content: Uint8Array): Uint8Array {
  const start = skipWhiteSpace(content, 0);
  const head = new TextDecoder("latin1").decode(content.subarray(start, start + PREFIX.length));
  const end = head.toLowerCase() === PREFIX ? start + PREFIX.length : start;
  return content.subarray(skipWhiteSpace(content, end));
}

function skipWhiteSpace(content: Uint8Array, from: number): number {
  let at = from;
  while (isWhiteSpace(content[at])) {
    at += 1;
  }
  return at;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
