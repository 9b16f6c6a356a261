import { type CloudConfig, isMapping } from "../config/cloud-config.ts";
import { parseBoolean } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

/** A password for a user; a random one is made when it is set. */
export interface WantedPassword {
  readonly name: string;
  readonly form: "plain" | "hashed" | "random";
  /** "" for a random one. */
  readonly password: string;
  readonly path: readonly (string | number)[];
}

export interface PasswordList {
  readonly passwords: readonly WantedPassword[];
  /** Whether each user has to change it at the first login. */
  readonly isExpired: boolean;
  readonly problems: readonly Problem[];
}

/** What crypt(3) of Linux and BSD makes; a colon would make it a plain password with a user's name. */
const HASH = /^\$(?:1|2a|2y|5|6|7|y|gy)(?:\$[^:]+){2,}$/u;
/** As AIX keeps them (aix/commands.md §7.1). */
const AIX_HASH = /^\{(?:smd5|ssha1|ssha256|ssha512)\}[^:\s]+$/u;
/** What else stands in the place of a hash: 13 characters of crypt, the 20 of BSDi, and "!" or "*", which nothing fits. */
const OTHER_HASH =
  /^(?:\{[a-z0-9_]+\}\S+|\$[A-Za-z0-9-]+\$\S+|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}|[!*]\S*)$/u;
/** A colon or a line end would make another user's line of it for chpasswd, a hyphen an option for passwd. */
const LOGIN_NAME = /^[^\s:\p{Cc}-][^\s:\p{Cc}]*$/u;
const NOT_A_NAME =
  "the user's name is none: it has a blank, a colon, a control character or a hyphen in front (it is not shown here)";
const RANDOM: ReadonlySet<string> = new Set(["R", "RANDOM"]);

/**
 * Every password that the configuration sets (compat modules.md, set_passwords): `chpasswd.users`,
 * `chpasswd.list` as text or list, and, where there is neither, `password` (or `argument`) for the
 * default user. No message holds a password.
 */
export function readPasswordList(
  config: CloudConfig,
  options: { readonly defaultName: string | undefined; readonly argument?: string },
): PasswordList {
  const problems: Problem[] = [];
  const written = config["chpasswd"] ?? {};
  const chpasswd = isMapping(written) ? written : {};
  if (!isMapping(written)) {
    problems.push({ message: wrongKind("a mapping", written), path: ["chpasswd"] });
  }
  const passwords = [
    ...readUsers(chpasswd["users"], problems),
    ...readList(chpasswd["list"], problems),
  ];
  const expire = chpasswd["expire"] ?? true;
  const isExpired = parseBoolean(expire) ?? true;
  if (parseBoolean(expire) === undefined) {
    const message = `${wrongKind("true or false", expire)}; taken as true`;
    problems.push({ message, path: ["chpasswd", "expire"] });
  }
  const single = options.argument ?? config["password"] ?? undefined;
  if (single !== undefined && passwords.length === 0) {
    passwords.push(...readSingle(single, options.defaultName, problems));
  }
  return { passwords, isExpired, problems };
}

function readSingle(
  written: unknown,
  name: string | undefined,
  problems: Problem[],
): readonly WantedPassword[] {
  const path = ["password"];
  const password = textOf(written);
  if (password === undefined) {
    problems.push({ message: wrongKind("text", written), path });
    return [];
  }
  if (name === undefined) {
    problems.push({ message: "No default or defined user to change password for.", path });
    return [];
  }
  if (!LOGIN_NAME.test(name)) {
    problems.push({ message: NOT_A_NAME, path });
    return [];
  }
  return [{ name, ...formOf(password), path }];
}

function readUsers(written: unknown, problems: Problem[]): readonly WantedPassword[] {
  if (written === undefined || written === null) {
    return [];
  }
  if (!Array.isArray(written)) {
    problems.push({ message: wrongKind("a list", written), path: ["chpasswd", "users"] });
    return [];
  }
  return written.flatMap((item: unknown, index) => {
    const path = ["chpasswd", "users", index];
    const read = readUser(item, path);
    if ("message" in read) {
      problems.push(read);
      return [];
    }
    return [read];
  });
}

function readUser(item: unknown, path: WantedPassword["path"]): WantedPassword | Problem {
  if (!isMapping(item)) {
    return { message: wrongKind('a mapping with "name" and "password"', item), path };
  }
  const name = textOf(item["name"]);
  if (name === undefined || name === "") {
    return { message: 'the entry has no "name"', path };
  }
  if (!LOGIN_NAME.test(name)) {
    return { message: NOT_A_NAME, path };
  }
  const type = item["type"] ?? "hash";
  if (type === "RANDOM") {
    return { name, form: "random", password: "", path };
  }
  if (type !== "hash" && type !== "text") {
    return { message: `the "type" of user "${name}" is none of hash, text and RANDOM`, path };
  }
  const password = textOf(item["password"]);
  if (password === undefined || password === "") {
    return { message: `there is no "password" for user "${name}"`, path };
  }
  if (type === "hash" && !OTHER_HASH.test(password)) {
    return {
      message: `the "password" of user "${name}" is no hash: write "type: text" beside it where it is the password itself`,
      path,
    };
  }
  return { name, form: type === "hash" ? "hashed" : "plain", password, path };
}

function readList(written: unknown, problems: Problem[]): readonly WantedPassword[] {
  if (written === undefined || written === null) {
    return [];
  }
  const at = ["chpasswd", "list"];
  if (typeof written !== "string" && !Array.isArray(written)) {
    problems.push({
      message: wrongKind("lines user:password or a list of them", written),
      path: at,
    });
    return [];
  }
  const lines: readonly unknown[] = typeof written === "string" ? written.split("\n") : written;
  return lines.flatMap((line, index) => {
    const path = typeof written === "string" ? at : [...at, index];
    const text = (textOf(line) ?? "").replace(/\r$/u, "");
    if (typeof written === "string" && text.trim() === "") {
      return [];
    }
    const colon = text.indexOf(":");
    if (colon < 1 || colon === text.length - 1) {
      const which = typeof written === "string" ? `line ${index + 1}` : "the entry";
      // The line may be a password whose user was forgotten: it is not shown.
      problems.push({ message: `${which} is not "user:password" (it is not shown here)`, path });
      return [];
    }
    const name = text.slice(0, colon).trim();
    if (!LOGIN_NAME.test(name)) {
      problems.push({ message: NOT_A_NAME, path });
      return [];
    }
    return [{ name, ...formOf(text.slice(colon + 1)), path }];
  });
}

function formOf(password: string): Pick<WantedPassword, "form" | "password"> {
  if (RANDOM.has(password)) {
    return { form: "random", password: "" };
  }
  return { form: HASH.test(password) || AIX_HASH.test(password) ? "hashed" : "plain", password };
}

/** YAML makes numbers of passwords that are written in digits. */
function textOf(value: unknown): string | undefined {
  return typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : typeof value === "string"
      ? value
      : undefined;
}

/** Says the kind of what is there and never the value. */
function wrongKind(expected: string, value: unknown): string {
  return `expected ${expected}, got ${describeKind(value)}`;
}
