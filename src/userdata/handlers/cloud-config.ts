import { isMapping } from "../../config/cloud-config.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { formatProblem, type Problem } from "../../text/problem.ts";
import { PartError } from "../part-error.ts";
import type { PartHandler } from "./handler.ts";

/** Merges `#cloud-config` parts (compat userdata.md §6.1). */
export const cloudConfig: PartHandler = {
  contentTypes: ["text/cloud-config"],
  async handle(part, ctx) {
    const failed = `Failed at merging in cloud config part from ${part.filename}`;
    const parsed = await ctx.parseYaml(part.content, ctx.source);
    if (!parsed.ok) {
      const [first, ...others] = parsed.problems;
      for (const problem of others) {
        ctx.log.debug(formatProblem(problem));
      }
      const problem: Problem = first ?? { message: "it cannot be read", source: ctx.source };
      throw new PartError({ ...problem, message: `${failed}: ${problem.message}` });
    }
    for (const warning of parsed.warnings) {
      ctx.log.warn(formatProblem(warning));
    }
    const { value, lines } = parsed;
    if (value === null) {
      ctx.log.warn(`${failed}: empty cloud config`);
      return;
    }
    if (!isMapping(value)) {
      const message = `${failed}: expected a mapping of keys to values, got ${describeKind(value)}`;
      throw new PartError({ message, source: ctx.source });
    }
    ctx.addCloudConfig(value, part, lines);
  },
};
