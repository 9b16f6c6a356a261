import type { Logger } from "../../report/logger.ts";
import { isFile, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

export interface DoasRequest {
  readonly name: string;
  /** Whole rules of doas.conf(5) about this user: "permit nopass alice". */
  readonly rules: readonly string[];
}

const DOAS_CONF = "/etc/doas.conf";
const DOAS_PLACES = ["/usr/bin/doas", "/usr/local/bin/doas"];
/** What doas wants of its file, and what Alpine and Debian give it. */
const FILE_MODE = 0o400;
const RULE_LENGTH_MAX = 8 * 1024;

/**
 * Keeps a user's rules in /etc/doas.conf, below a comment with the user's name: rules of the same
 * user that stand there are replaced, all others stay. `doas -C` checks the file where doas is
 * installed; what it refuses is put back as it was. The last rule that fits counts, so that ours
 * come last (doas.conf(5)).
 */
export async function ensureDoasRules(
  sys: System,
  log: Logger,
  request: DoasRequest,
): Promise<void> {
  const { name } = request;
  const broken = request.rules.find((rule) => !isRuleFor(name, rule));
  if (broken !== undefined || request.rules.length === 0) {
    throw new Error(
      `Cannot give user "${name}" doas rules: a rule is one line about this user such as "permit nopass ${name}", and ${broken === undefined ? "there is none" : `there is ${JSON.stringify(broken.slice(0, 80))}`}`,
    );
  }
  const old = readTextIfExists(sys.fs, DOAS_CONF);
  const text = replaceRules(old ?? "", request);
  if (text === old) {
    return;
  }
  const stat = sys.fs.stat(DOAS_CONF);
  const attributes =
    stat?.kind === "file"
      ? { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` }
      : { mode: FILE_MODE };
  sys.fs.write(DOAS_CONF, text, attributes);
  const doas = DOAS_PLACES.find((path) => isFile(sys.fs, path));
  if (doas === undefined) {
    log.warn(
      `User "${name}" has doas rules, and doas is not installed (looked for ${DOAS_PLACES.map((path) => `"${path}"`).join(", ")}): they are in "${DOAS_CONF}" for when it is`,
    );
    return;
  }
  // Not a query: in a plan the file has not been written.
  const result = await sys.exec.run([doas, "-C", DOAS_CONF], { okExitCodes: "any" });
  if (result.exitCode === 0) {
    return;
  }
  if (old === undefined) {
    sys.fs.remove(DOAS_CONF);
  } else {
    sys.fs.write(DOAS_CONF, old, attributes);
  }
  throw new Error(
    `Cannot give user "${name}" the doas rules ${request.rules.map((rule) => `"${rule}"`).join(", ")}: doas refuses them, and "${DOAS_CONF}" is as it was: ${`${result.stderr}${result.stdout}`.trim()}`,
  );
}

/** permit|deny [options] identity [as target] [cmd command [args …]], doas.conf(5). */
function isRuleFor(name: string, rule: string): boolean {
  if (rule.length > RULE_LENGTH_MAX || /\p{Cc}/u.test(rule)) {
    return false;
  }
  const match =
    /^ *(?:permit|deny)(?: +(?:nopass|nolog|persist|keepenv|setenv *\{[^{}]*\}))* +("?)([^ "]+)\1(?= |$)/u.exec(
      rule,
    );
  return match?.[2] === name;
}

/** The user's block: a comment line, then lines up to the next empty or comment line. */
function replaceRules(text: string, request: DoasRequest): string {
  const title = `# User rules for ${request.name}`;
  const block = [title, ...request.rules.map((rule) => rule.trim())];
  const lines = text.replace(/\n*$/u, "").split("\n");
  const start = lines.indexOf(title);
  if (start === -1) {
    return text === "" ? `${block.join("\n")}\n` : `${lines.join("\n")}\n\n${block.join("\n")}\n`;
  }
  let end = start + 1;
  while (isRuleFor(request.name, lines[end] ?? "")) {
    end += 1;
  }
  lines.splice(start, end - start, ...block);
  return `${lines.join("\n")}\n`;
}
