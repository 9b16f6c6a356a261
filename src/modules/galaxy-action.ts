import type { GitCredentials } from "./ansible-runner.ts";
import { splitCredentials } from "./ansible-source.ts";

/** A command line of ansible-galaxy, without what is secret in it. */
export interface GalaxyAction {
  readonly words: readonly string[];
  /** The content of a file of tokens, for ANSIBLE_GALAXY_TOKEN_PATH. */
  readonly token?: string;
  /** Of repositories that it installs from. */
  readonly credentials: readonly GitCredentials[];
}

/** Takes `--token T` and `--api-key T` (ansible-galaxy(1)) out, and passwords of addresses: every user of the machine can read a command line. */
export function readGalaxyAction(written: readonly string[]): GalaxyAction {
  const words: string[] = [];
  const credentials: GitCredentials[] = [];
  let token: string | undefined;
  for (let at = 0; at < written.length; at += 1) {
    const word = written[at] ?? "";
    const [, joined] = /^--(?:token|api-key)(?:=(.*))?$/su.exec(word) ?? [undefined, ""];
    if (!/^--(?:token|api-key)(?:=|$)/u.test(word)) {
      const [, kind = "", address = ""] = /^(git\+)?(.*)$/su.exec(word) ?? [];
      const source = splitCredentials(address);
      credentials.push(...source.credentials);
      words.push(`${kind}${source.url}`);
    } else if (joined === undefined) {
      at += 1;
      token = written[at] ?? token;
    } else {
      token = joined;
    }
  }
  return {
    words,
    credentials,
    ...(token === undefined ? {} : { token: `token: ${JSON.stringify(token)}\n` }),
  };
}
