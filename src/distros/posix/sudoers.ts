import type { Logger } from "../../report/logger.ts";
import { isFile, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { editFile } from "./edit-file.ts";

/** Where this system's sudo may keep its things; the first that exists counts. */
export interface SudoPlaces {
  readonly sudoers: readonly string[];
  readonly visudo: readonly string[];
}

export interface SudoRequest {
  readonly name: string;
  /** What follows the user's name on the line: "ALL=(ALL) NOPASSWD:ALL". */
  readonly rules: readonly string[];
}

/**
 * Keeps a user's rules in `sudoers.d/90-cloud-init-users` beside the sudoers file of the installed
 * sudo, and sees to it that this directory is read. Rules of the same user that were there are
 * replaced. Throws, with the files as they were, where visudo refuses them.
 */
export async function ensureSudoRules(
  sys: System,
  log: Logger,
  places: SudoPlaces,
  request: SudoRequest,
): Promise<void> {
  const broken = request.rules.find((rule) => !isRule(rule));
  if (broken !== undefined || request.rules.length === 0) {
    throw new Error(
      `Cannot give user "${request.name}" sudo rules: a rule is one line of text such as "ALL=(ALL) NOPASSWD:ALL", and ${broken === undefined ? "there is none" : "one has a line end, a control character or nothing in it"}`,
    );
  }
  // Where both exist, which one the installed sudo reads is not known: both get the rules.
  const found = places.sudoers.filter((path) => isFile(sys.fs, path));
  if (found.length === 0) {
    const path = await ensureRulesFile(sys, log, places, {
      ...request,
      sudoers: places.sudoers[0] ?? "/etc/sudoers",
    });
    log.warn(
      `User "${request.name}" has sudo rules, and sudo is not installed (looked for ${places.sudoers.map((place) => `"${place}"`).join(", ")}): they are in "${path}" for when it is`,
    );
  }
  for (const sudoers of found) {
    await ensureRulesFile(sys, log, places, { ...request, sudoers });
    await ensureIncluded(sys, {
      sudoers,
      directory: directoryOf(sudoers),
      visudo: places.visudo.find((path) => isFile(sys.fs, path)),
    });
  }
}

const FILE_NAME = "90-cloud-init-users";
const HEADER = "# Written by cloud-init: the sudo rules of users in the user-data\n";
const FILE_MODE = 0o440;
const DIRECTORY_MODE = 0o750;
const RULE_LENGTH_MAX = 8 * 1024;

function directoryOf(sudoers: string): string {
  return `${sudoers}.d`;
}

/** Returns the path of the file that has the rules now. */
async function ensureRulesFile(
  sys: System,
  log: Logger,
  places: SudoPlaces,
  request: SudoRequest & { readonly sudoers: string },
): Promise<string> {
  const directory = directoryOf(request.sudoers);
  const path = `${directory}/${FILE_NAME}`;
  const stat = sys.fs.stat(path);
  const old = readTextIfExists(sys.fs, path);
  const text = replaceRules(old ?? HEADER, request);
  if (text !== old) {
    const isChecked = await checkRules(sys, log, places, { text, request });
    if (sys.fs.stat(directory) === undefined) {
      sys.fs.makeDirectory(directory, { mode: DIRECTORY_MODE });
    }
    sys.fs.write(path, text, { mode: FILE_MODE });
    if (!isChecked) {
      await checkInPlace(sys, places, { path, old, request });
    }
  } else if (stat?.kind === "file" && stat.mode !== FILE_MODE) {
    sys.fs.setAttributes(path, { mode: FILE_MODE });
  }
  return path;
}

function isRule(rule: string): boolean {
  return rule.trim() !== "" && rule.length <= RULE_LENGTH_MAX && !/\p{Cc}/u.test(rule);
}

/** The user's block: a comment line, then lines that begin with the name. */
function replaceRules(text: string, request: SudoRequest): string {
  const title = `# User rules for ${request.name}`;
  const user = quoteUser(request.name);
  const block = [title, ...request.rules.map((rule) => `${user} ${rule}`)];
  const lines = text.replace(/\n*$/u, "").split("\n");
  const start = lines.indexOf(title);
  if (start === -1) {
    return `${lines.join("\n")}\n\n${block.join("\n")}\n`;
  }
  let end = start + 1;
  while (lines[end]?.startsWith(`${user} `) === true) {
    end += 1;
  }
  lines.splice(start, end - start, ...block);
  return `${lines.join("\n")}\n`;
}

/** A word of capitals would be an alias, and ALL everybody, unless it is quoted (sudoers(5)). */
function quoteUser(name: string): string {
  return /^[A-Za-z0-9_.-]*[a-z.-][A-Za-z0-9_.-]*$/u.test(name) ? name : `"${name}"`;
}

/**
 * visudo reads the text from standard input (`-f -`), so that a broken one is never in place. False
 * where it could not say: there is no visudo, or an old one.
 */
async function checkRules(
  sys: System,
  log: Logger,
  places: SudoPlaces,
  checked: { readonly text: string; readonly request: SudoRequest },
): Promise<boolean> {
  const visudo = places.visudo.find((path) => isFile(sys.fs, path));
  if (visudo === undefined) {
    return false;
  }
  const result = await sys.exec.query([visudo, "-c", "-q", "-f", "-"], {
    stdin: checked.text,
    okExitCodes: "any",
  });
  if (result.exitCode === 0) {
    return true;
  }
  const said = `${result.stderr}${result.stdout}`.trim();
  if (/No such file|unable to open|usage:/iu.test(said)) {
    log.debug(`"${visudo}" does not check standard input, it is asked about the file: ${said}`);
    return false;
  }
  throw refused(checked.request, said);
}

/** Asks about the file where it stands, and puts back what was there if it is broken. */
async function checkInPlace(
  sys: System,
  places: SudoPlaces,
  written: {
    readonly path: string;
    readonly old: string | undefined;
    readonly request: SudoRequest;
  },
): Promise<void> {
  const visudo = places.visudo.find((path) => isFile(sys.fs, path));
  if (visudo === undefined) {
    return;
  }
  // Not a query: in a plan there is no such file to ask about.
  const argv = [visudo, "-c", "-q", "-f", written.path];
  const result = await sys.exec.run(argv, { okExitCodes: "any" });
  if (result.exitCode === 0) {
    return;
  }
  if (written.old === undefined) {
    sys.fs.remove(written.path);
  } else {
    sys.fs.write(written.path, written.old, { mode: FILE_MODE });
  }
  throw refused(written.request, `${result.stderr}${result.stdout}`.trim());
}

function refused(request: SudoRequest, said: string): Error {
  const rules = request.rules.map((rule) => `"${rule}"`).join(", ");
  return new Error(
    `Cannot give user "${request.name}" the sudo rules ${rules}: visudo refuses them, and nothing was changed: ${said}`,
  );
}

/**
 * `#includedir` and `@includedir` mean the same (sudoers(5)); all versions know the former. visudo
 * tests the whole, files of others in the directory too: what it refuses would lock everybody out of sudo.
 */
async function ensureIncluded(
  sys: System,
  place: {
    readonly sudoers: string;
    readonly directory: string;
    readonly visudo: string | undefined;
  },
): Promise<void> {
  const { sudoers, directory, visudo } = place;
  const undo = editFile(sys.fs, sudoers, (text) => {
    const included = [...text.matchAll(/^[ \t]*[#@]includedir[ \t]+(.+?)[ \t\r]*$/gmu)].map(
      (match) => unquote(match[1] ?? "").replace(/(?<=.)\/+$/u, ""),
    );
    if (included.includes(directory)) {
      return text;
    }
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return `${before}\n# Added by cloud-init\n#includedir ${directory}\n`;
  });
  if (undo === undefined || visudo === undefined) {
    return;
  }
  const result = await sys.exec.run([visudo, "-c", "-f", sudoers], { okExitCodes: "any" });
  if (result.exitCode !== 0) {
    undo();
    throw new Error(
      `Cannot have "${sudoers}" include "${directory}": visudo refuses the whole, and it is as it was: ${`${result.stderr}${result.stdout}`.trim().slice(0, 500)}`,
    );
  }
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
