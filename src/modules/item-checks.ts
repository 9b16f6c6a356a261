import type { CloudConfig } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { renderShellScript } from "../text/shell-quote.ts";
import { parseFileEntry } from "./file-entry.ts";
import type { Finding } from "./finding.ts";
import { readGroupList } from "./group-list.ts";
import { readUserEntry } from "./user-entry.ts";
import { readUserList } from "./user-list.ts";

/**
 * What is wrong with the lists that modules read item by item, found by the very code that reads
 * them at boot; undefined for a key that its schema describes.
 */
export function checkItems(config: CloudConfig, key: string): readonly Finding[] | undefined {
  const value = config[key];
  switch (key) {
    case "runcmd":
    case "bootcmd":
      return listOf(value, [key], (items) => checkCommands(items, key));
    case "write_files":
      return listOf(value, [key], checkFiles);
    case "users":
    case "user":
      return checkUsers({ [key]: value });
    case "groups":
      return readGroupList(value).problems.map(toFinding);
    default:
      return undefined;
  }
}

function listOf(
  value: unknown,
  path: readonly string[],
  check: (items: readonly unknown[]) => readonly Finding[],
): readonly Finding[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value)
    ? check(value)
    : [{ level: "error", path, message: `expected a list, got ${describeKind(value)}` }];
}

function checkCommands(items: readonly unknown[], key: string): readonly Finding[] {
  return renderShellScript(items, key).problems.map(toFinding);
}

function checkFiles(items: readonly unknown[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, item] of items.entries()) {
    const path = ["write_files", index];
    const parsed = parseFileEntry(item);
    if (!parsed.ok) {
      const at = parsed.key === undefined ? path : [...path, parsed.key];
      findings.push({ level: "error", path: at, message: parsed.reason });
    } else if (parsed.entry.path === undefined || parsed.entry.path === "") {
      findings.push({
        level: "error",
        path,
        message: '"path" is missing, expected an absolute path',
      });
    }
  }
  return findings;
}

function checkUsers(config: CloudConfig): readonly Finding[] {
  // The default user has a name on every system.
  const { users, problems } = readUserList(config, { name: "default" });
  return [...problems, ...users.flatMap((user) => readUserEntry(user).problems)].map((problem) =>
    isLaterKey(problem.path ?? [])
      ? { level: "info", path: problem.path ?? [], message: "is not used by this version yet" }
      : toFinding(problem),
  );
}

function isLaterKey(path: readonly (string | number)[]): boolean {
  return path.length > 1 && LATER_USER_KEYS.has(String(path.at(-1)).replaceAll("-", "_"));
}

const LATER_USER_KEYS: ReadonlySet<string> = new Set(["doas", "snapuser", "ssh_import_id"]);

/** The messages begin with what cannot be used: the path is shown anyway. */
function toFinding({ message, path = [], severity }: Problem): Finding {
  const reason = message.replace(/^Cannot (?:use|make a command of) [^:]*: /u, "");
  return { level: severity === "warning" ? "hint" : "error", path, message: reason };
}
