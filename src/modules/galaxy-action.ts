import type { GitCredentials } from "./ansible-runner.ts";
import { type Login, splitCredentials } from "./ansible-source.ts";

/** A command line of ansible-galaxy, without what is secret in it. */
export interface GalaxyAction {
  readonly words: readonly string[];
  /** The content of a file of tokens, for ANSIBLE_GALAXY_TOKEN_PATH. */
  readonly token?: string;
  /** Of repositories that it installs from. */
  readonly credentials: readonly GitCredentials[];
  /** Variables of the environment that describe the server with its user and password. */
  readonly server?: Readonly<Record<string, string>>;
}

/** The name in ANSIBLE_GALAXY_SERVER_LIST that stands for the server of this command line. */
const SERVER_NAME = "cloud_init";

/** ansible-galaxy(1), with the abbreviations of its options that are no other's. */
const TOKEN_OPTION = /^--(?:to(?:k(?:en?)?)?|api-k(?:ey?)?)(?:=(.*))?$/su;
const SERVER_OPTION = /^(?:--se(?:r(?:v(?:er?)?)?)?(?:=(.*))?|-s=?(.+)|-s)$/su;

/**
 * Takes `--token T` and `--api-key T` (ansible-galaxy(1)) out, and users and passwords of addresses:
 * every user of the machine can read a command line. A server (`--server`) with a user is named in
 * its place, and described as Galaxy's user guide says, "Configuring the ansible-galaxy client"
 * (Ansible 2.9 or newer); with a token, it is the token that counts, as for ansible-galaxy itself.
 */
export function readGalaxyAction(written: readonly string[]): GalaxyAction {
  const words: string[] = [];
  const credentials: GitCredentials[] = [];
  let token: string | undefined;
  let server: { readonly at: number; readonly url: string; readonly login: Login } | undefined;
  for (let at = 0; at < written.length; at += 1) {
    const word = written[at] ?? "";
    const option = TOKEN_OPTION.exec(word) ?? SERVER_OPTION.exec(word);
    if (option === null) {
      const [, start = "", address = ""] = PLAIN_WORD.exec(word) ?? [];
      const source = splitCredentials(address);
      credentials.push(...source.credentials);
      words.push(`${start}${source.url}`);
      continue;
    }
    const joined = option[1] ?? option[2];
    const isSplit = joined === undefined;
    const value = joined ?? written[at + 1];
    at += isSplit ? 1 : 0;
    if (TOKEN_OPTION.test(word)) {
      token = value ?? token;
      continue;
    }
    const { url, login } = splitCredentials(value ?? "");
    server = login === undefined ? undefined : { at: words.length, url, login };
    words.push(...(login === undefined && isSplit ? [word, url] : [`--server=${url}`]));
  }
  if (server !== undefined && token === undefined) {
    words[server.at] = `--server=${SERVER_NAME}`;
  }
  return {
    words,
    credentials,
    ...(token === undefined ? {} : { token: `token: ${JSON.stringify(token)}\n` }),
    ...(server === undefined || token !== undefined
      ? {}
      : { server: describeServer(server.url, server.login) }),
  };
}

/** An address, also of git's kind, or in one word with an option. */
const PLAIN_WORD = /^((?:--?[A-Za-z][\w-]*=)?(?:git\+)?)(.*)$/su;

function describeServer(url: string, login: Login): Readonly<Record<string, string>> {
  const prefix = `ANSIBLE_GALAXY_SERVER_${SERVER_NAME.toUpperCase()}`;
  return {
    ANSIBLE_GALAXY_SERVER_LIST: SERVER_NAME,
    [`${prefix}_URL`]: url,
    [`${prefix}_USERNAME`]: login.user,
    [`${prefix}_PASSWORD`]: login.password,
  };
}
