import type { FileTree } from "../system/file-tree.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { parseJsonBytes } from "../text/parse-json-bytes.ts";
import type { Problem } from "../text/problem.ts";

/** Reads the files of one tree and collects what is wrong with them. */
export interface DriveReader {
  readonly tree: FileTree;
  /** Grows with every report. */
  readonly problems: readonly Problem[];
  report(source: string, message: string, path?: readonly (string | number)[]): void;
  /** Undefined where the file is not there; where it cannot be read too, which is reported. */
  readOptional(path: string, maxBytes: number): Uint8Array | undefined;
  /** The parsed document, or the reason why it cannot be read; undefined where it is not there. */
  readJson(
    path: string,
    maxBytes: number,
  ): { readonly value: unknown } | { readonly reason: string } | undefined;
  /** The file that a `content_path` names, below openstack/. Undefined where it cannot be read, which is reported. */
  readContent(
    source: string,
    contentPath: unknown,
    at: readonly (string | number)[],
    maxBytes: number,
  ): { readonly source: string; readonly bytes: Uint8Array } | undefined;
}

/** A reader of `tree`, with no problems yet. */
export function createDriveReader(tree: FileTree): DriveReader {
  const problems: Problem[] = [];

  function report(source: string, message: string, path?: readonly (string | number)[]): void {
    problems.push({ message, source, ...(path === undefined ? {} : { path }) });
  }

  return {
    tree,
    problems,
    report,
    readOptional(path, maxBytes) {
      try {
        return tree.readBytes(path, maxBytes);
      } catch (error) {
        report(path, errorMessage(error));
        return undefined;
      }
    },
    readJson(path, maxBytes) {
      let bytes: Uint8Array | undefined;
      try {
        bytes = tree.readBytes(path, maxBytes);
      } catch (error) {
        return { reason: errorMessage(error) };
      }
      if (bytes === undefined) {
        return undefined;
      }
      const parsed = parseJsonBytes(bytes);
      return "value" in parsed ? parsed : { reason: `Cannot read "${path}": ${parsed.fault}` };
    },
    readContent(source, contentPath, at, maxBytes) {
      const shown = formatKeys(at);
      if (typeof contentPath !== "string" || !isInside(contentPath)) {
        const found =
          typeof contentPath === "string" ? JSON.stringify(contentPath) : describeKind(contentPath);
        report(source, `Cannot use ${shown}: expected a path below openstack/, found ${found}`, at);
        return undefined;
      }
      const file = `openstack/${contentPath.replace(/^\/+/u, "")}`;
      try {
        const bytes = tree.readBytes(file, maxBytes);
        if (bytes !== undefined) {
          return { source: file, bytes };
        }
        report(source, `Cannot use ${shown}: there is no file "${file}" on the drive`, at);
      } catch (error) {
        report(source, `Cannot use ${shown}: ${errorMessage(error)}`, at);
      }
      return undefined;
    },
  };
}

/** `"files[2].content_path"`. */
export function formatKeys(path: readonly (string | number)[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return `"${text.replace(/^\./u, "")}"`;
}

function isInside(path: string): boolean {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  return names.length > 0 && !names.includes("..") && !path.includes("\0");
}
