import type { CloudConfig } from "../config/cloud-config.ts";
import { mergeCloudConfigPart } from "../config/merge.ts";
import type { LineIndex } from "../text/line-index.ts";
import type { Problem } from "../text/problem.ts";
import type { Part } from "./part.ts";
import { PartError } from "./part-error.ts";

/** A cloud-config part as it was written, for finding the line of a key. */
export interface ConfigDocument {
  /** As messages name it: "user-data", or `user-data part "cc.yaml"`. */
  readonly source: string;
  readonly content: Uint8Array;
  readonly lines?: LineIndex;
}

/** The cloud-config of all parts so far. */
export interface MergedConfig {
  /** Merges one more part; returns what of it could not be merged as asked. Throws a PartError where nothing of it can be used. */
  add(
    config: CloudConfig,
    part: Part,
    source: string,
    lines: LineIndex | undefined,
  ): readonly Problem[];
  /** Puts what `change` makes of it in its place; what `change` throws leaves it as it is. */
  change(part: Part, change: (config: CloudConfig) => CloudConfig): void;
  config(): CloudConfig;
  documents(): readonly ConfigDocument[];
  /** The file `cloud-config.txt` (compat userdata.md §6.1); "" where there was no part. */
  render(): Promise<string>;
}

/** Collects cloud-config parts; each is merged into those before it by its own rules. */
export function createMergedConfig(): MergedConfig {
  let merged: CloudConfig = {};
  const documents: ConfigDocument[] = [];
  const filenames: string[] = [];
  return {
    add(config, part, source, lines) {
      const mergeHow = nonEmpty(part.headers["merge-type"]) ?? part.headers["x-merge-type"];
      const { ok, config: next, problems } = mergeCloudConfigPart(merged, config, source, mergeHow);
      if (!ok) {
        throw new PartError(problems[0] ?? { message: "Cannot merge this part", source });
      }
      merged = next;
      filenames.push(part.filename);
      documents.push({
        source,
        content: part.content,
        ...(lines === undefined ? {} : { lines }),
      });
      return problems;
    },
    change(part, change) {
      merged = change(merged);
      filenames.push(part.filename);
    },
    config: () => merged,
    documents: () => documents,
    async render() {
      if (filenames.length === 0) {
        return "";
      }
      const { stringifyYaml } = await import("../text/yaml-emitter.ts");
      const names = filenames.map((name) => `# ${name.replace(/[\r\n\t]/gu, " ") || "?"}`);
      const head = ["#cloud-config", "", `# from ${filenames.length} files`, ...names, "", ""];
      return `${head.join("\n")}${stringifyYaml(merged)}`;
    },
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
