import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { stringifyYaml } from "../text/yaml-emitter.ts";

type Path = readonly (string | number)[];

/** Words for the command line; a secret is the name of the file that it has to be put into. */
export type AnsibleWord = string | { readonly flag: string; readonly secret: string };

/** What becomes of the options of one run. */
export interface AnsibleOptions {
  readonly words: readonly AnsibleWord[];
  readonly problems: readonly Problem[];
}

/** Passwords, which the tools read from a file (ansible-playbook(1), ansible-pull(1)). */
const PASSWORDS: Readonly<Record<string, string>> = {
  become_password: "--become-password-file",
  connection_password: "--connection-password-file",
  vault_password: "--vault-password-file",
};
/** Not options: the module uses them itself. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  "url",
  "playbook_dir",
  "playbook_name",
  "playbook_names",
]);

/**
 * Options of ansible-pull or ansible-playbook as the cloud-config writes them: `_` for `-`, true for
 * a flag without value, false for none, a list for one that is repeated. Variables (`extra_vars`)
 * and passwords are not put on a command line, which every user of the machine can read.
 */
export function readAnsibleOptions(
  written: Readonly<Record<string, unknown>>,
  path: Path,
): AnsibleOptions {
  const words: AnsibleWord[] = [];
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(written)) {
    if (OWN_KEYS.has(key) || value === false || value === null || value === undefined) {
      continue;
    }
    const found = readOption(key, value);
    if (typeof found === "string") {
      problems.push({ message: `${path.join(".")}: ${found}`, path: [...path, key] });
    } else {
      words.push(...found);
    }
  }
  return { words, problems };
}

/** The words, or what is wrong. */
function readOption(key: string, value: unknown): readonly AnsibleWord[] | string {
  if (!/^[a-z][a-z0-9_-]*$/u.test(key)) {
    return `"${key}" is no option: expected a name such as accept_host_key`;
  }
  const flag = `--${key.replaceAll("_", "-")}`;
  const file = Object.hasOwn(PASSWORDS, key.replaceAll("-", "_"))
    ? PASSWORDS[key.replaceAll("-", "_")]
    : undefined;
  if (file !== undefined) {
    const text = scalarText(value);
    return text === undefined || value === true
      ? `${key}: expected a password, got ${describeKind(value)}`
      : [{ flag: file, secret: `${text}\n` }];
  }
  if (flag === "--extra-vars") {
    return readVariables(value);
  }
  if (value === true) {
    return [flag];
  }
  const texts = (Array.isArray(value) ? value : [value]).map(scalarText);
  const isGood = texts.every((text): text is string => text !== undefined);
  return isGood
    ? texts.map((text) => `${flag}=${text}`)
    : `${key}: expected text, a number, a truth value or a list of texts, got ${describeKind(value)}`;
}

/** As ansible-playbook(1) takes them: `@file`, JSON or YAML in a text, or `name=value` pairs. */
function readVariables(value: unknown): readonly AnsibleWord[] | string {
  const flag = "--extra-vars";
  if (isMapping(value)) {
    return [{ flag, secret: stringifyYaml(value) }];
  }
  if (Array.isArray(value)) {
    const all = value.map(readVariables);
    const wrong = all.find((item) => typeof item === "string");
    return typeof wrong === "string" ? wrong : all.flat().filter((word) => word !== "");
  }
  if (typeof value !== "string" || value.includes("\0")) {
    return `extra_vars: expected a mapping or text, got ${describeKind(value)}`;
  }
  const text = value.trim();
  if (/^@\S/u.test(text)) {
    return [`${flag}=${text}`];
  }
  if (text.startsWith("{") || /^[\w-]+:\s/u.test(text)) {
    return [{ flag, secret: `${text}\n` }];
  }
  const pairs = text.split(/\s+/u).map((pair) => /^(\w+)=([^'"\\]*)$/u.exec(pair));
  if (pairs.some((pair) => pair === null)) {
    return "extra_vars: expected a mapping, as name: value, or plain name=value pairs";
  }
  const variables = pairs.map((pair): [string, string] => [pair?.[1] ?? "", pair?.[2] ?? ""]);
  return [{ flag, secret: stringifyYaml(Object.fromEntries(variables)) }];
}

function scalarText(value: unknown): string | undefined {
  const isScalar =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  const text = isScalar ? String(value) : undefined;
  return text?.includes("\0") === true ? undefined : text;
}
