import { shellQuote } from "../text/shell-quote.ts";
import type { AnsibleWord } from "./ansible-options.ts";
import { createSecretFiles } from "./ansible-secrets.ts";
import { findProgram } from "./find-program.ts";
import type { ModuleContext } from "./module.ts";
import { runAgent } from "./run-agent.ts";

/** su(1) of AIX and of Linux: a login shell of the user's with one command. */
const SU = "/usr/bin/su";

/** Runs Ansible's tools for one machine: as root, or as the user that was asked for. */
export interface AnsibleRunner {
  /** Runs one tool, by its name or path; a failure is recorded. True if it went well. */
  run(command: AnsibleCommand): Promise<boolean>;
  /** Where a tool is, also where pip has put it for the user. */
  find(name: string): string | undefined;
}

export interface AnsibleCommand {
  /** For messages and the ledger. */
  readonly what: string;
  readonly path: readonly (string | number)[];
  readonly words: readonly [string, ...AnsibleWord[]];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of the environment that name a file, and what has to be in it. */
  readonly secretFiles?: Readonly<Record<string, string>>;
  /** Variables of the environment that are secret themselves: a shell reads them from a file. */
  readonly secretEnvironment?: Readonly<Record<string, string>>;
  /** Of addresses with passwords, which git is given in files. */
  readonly credentials?: readonly GitCredentials[];
}

/** What `git-credential-store` needs: "https://example.com", and the line with user and password. */
export interface GitCredentials {
  readonly origin: string;
  readonly line: string;
}

/** Who runs it, and what every run finds in its environment. */
export interface AnsibleUser {
  /** Absent: root. */
  readonly name?: string | undefined;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A runner for this user. */
export function createAnsibleRunner(ctx: ModuleContext, user: AnsibleUser): AnsibleRunner {
  const find = (name: string): string | undefined =>
    name.startsWith("/")
      ? name
      : findProgram(ctx, name, [`${user.home.replace(/\/$/u, "")}/.local/bin/${name}`]);
  return {
    find,
    run: async (command) => {
      const secrets = createSecretFiles(ctx.sys, ctx.paths.runDir, user.name);
      try {
        const [name, ...words] = command.words;
        const argv = [find(name) ?? `/usr/bin/${name}`].concat(
          words.map((word) =>
            typeof word === "string"
              ? word
              : `${word.flag}=${word.flag === "--extra-vars" ? "@" : ""}${secrets.add(word.secret)}`,
          ),
        );
        const { credentials = [] } = command;
        const env = {
          ...user.env,
          ...command.env,
          ...Object.fromEntries(
            Object.entries(command.secretFiles ?? {}).map(([variable, content]) => [
              variable,
              secrets.add(content),
            ]),
          ),
          ...credentialEnvironment(
            credentials.map(({ origin, line }) => ({ origin, file: secrets.add(line) })),
          ),
        };
        const secretEnvironment = Object.entries(command.secretEnvironment ?? {});
        const file =
          secretEnvironment.length === 0
            ? undefined
            : secrets.add(secretEnvironment.map(exportLine).join(""));
        secrets.close();
        return await runAgent(ctx, {
          what: command.what,
          path: command.path,
          ...(user.name === undefined
            ? { argv: withFile(argv, file), cwd: command.cwd, env: { HOME: user.home, ...env } }
            : { argv: asUser(user.name, withFile(argv, file), env, command.cwd) }),
        });
      } finally {
        secrets.remove();
      }
    },
  };
}

function exportLine([name, value]: readonly [string, string]): string {
  return `${name}=${shellQuote(value)}; export ${name}\n`;
}

/** The same command, with the variables that `file` sets. */
export function withFile(argv: readonly string[], file: string | undefined): readonly string[] {
  return file === undefined ? argv : ["/bin/sh", "-c", '. "$0" && exec "$@"', file, ...argv];
}

/** A shell of our own below the login shell, whatever that is, with the directory where pip puts a user's programs. */
function asUser(
  user: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string | undefined,
): readonly string[] {
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${shellQuote(value)}`);
  const script = [
    'PATH="$HOME/.local/bin:$PATH:/opt/freeware/bin"; export PATH',
    ...(cwd === undefined ? [] : [`cd ${shellQuote(cwd)} || exit 1`]),
    ["exec env", ...assignments, ...argv.map(shellQuote)].join(" "),
  ].join("; ");
  return [SU, "-", user, "-c", `exec /bin/sh -c ${shellQuote(script)}`];
}

/** git-config(1), GIT_CONFIG_COUNT: settings by environment. */
function credentialEnvironment(
  stores: readonly { readonly origin: string; readonly file: string }[],
): Readonly<Record<string, string>> {
  if (stores.length === 0) {
    return {};
  }
  const settings = stores.flatMap(({ origin, file }, index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, `credential.${origin}.helper`],
    [`GIT_CONFIG_VALUE_${index}`, `store --file=${file}`],
  ]);
  return { GIT_CONFIG_COUNT: String(stores.length), ...Object.fromEntries(settings) };
}
