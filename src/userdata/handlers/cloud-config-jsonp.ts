import { isMapping } from "../../config/cloud-config.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import { applyJsonPatch } from "../json-patch.ts";
import { PartError } from "../part-error.ts";
import type { PartHandler } from "./handler.ts";

const PREFIX = "#cloud-config-jsonp";

/** Applies `#cloud-config-jsonp`, a JSON Patch, to the cloud-config of the parts before (compat userdata.md §6.1). */
export const cloudConfigJsonp: PartHandler = {
  contentTypes: ["text/cloud-config-jsonp"],
  async handle(part, ctx) {
    const failed = `Failed at merging in cloud config part from ${part.filename}`;
    const refuse = (reason: string, line?: number): PartError =>
      new PartError({
        message: `${failed}: ${reason}`,
        source: ctx.source,
        ...(line === undefined ? {} : { line }),
      });
    const parsed = parseJsonBytes(blankPrefix(part.content));
    if ("fault" in parsed) {
      throw refuse(parsed.fault, parsed.line);
    }
    ctx.changeCloudConfig(part, (config) => {
      const patched = applyJsonPatch(config, parsed.value);
      if (!patched.ok) {
        const which = patched.operation === undefined ? "" : `operation ${patched.operation + 1}: `;
        throw refuse(`${which}${patched.reason}`);
      }
      if (!isMapping(patched.value)) {
        throw refuse("the patch leaves no mapping of keys to values");
      }
      return patched.value;
    });
  },
};

/** Blanks instead of the prefix, so that lines and columns of messages are those of the part. */
function blankPrefix(content: Uint8Array): Uint8Array {
  const head = new TextDecoder("latin1").decode(content.subarray(0, HEAD_BYTES_MAX));
  const start = head.search(/\S/u);
  const hasPrefix = head.slice(start, start + PREFIX.length).toLowerCase() === PREFIX;
  if (start === -1 || !hasPrefix) {
    return content;
  }
  const copy = Uint8Array.from(content);
  copy.fill(0x20, start, start + PREFIX.length);
  return copy;
}

const HEAD_BYTES_MAX = 256;
