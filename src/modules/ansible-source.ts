import { Buffer } from "node:buffer";
import type { GitCredentials } from "./ansible-runner.ts";

/** A repository's address as git may be given it on a command line, and what must not be there. */
export interface AnsibleSource {
  readonly url: string;
  /** One or none. */
  readonly credentials: readonly GitCredentials[];
  /** The same, for who does not take it encoded. Absent: there is none. */
  readonly login?: Login;
}

/** As it is sent: nothing in it is encoded. */
export interface Login {
  readonly user: string;
  /** May be empty. */
  readonly password: string;
}

/**
 * Takes user and password out of an address over http(s): every user of the machine can read a
 * command line. A user alone may be a token: it gets an empty password, with which servers take it.
 * Addresses of other kinds (ssh, git@host:path, a directory) stay as they are.
 */
export function splitCredentials(written: string): AnsibleSource {
  const match = /^(https?:\/\/)([^/?#]+)@([^/?#@]+)(.*)$/isu.exec(written);
  if (match === null) {
    return { url: written, credentials: [] };
  }
  const [, scheme = "", login = "", host = "", rest = ""] = match;
  const [user = "", ...rests] = login.split(":");
  const [name, password] = [user, rests.join(":")].map(encodePart);
  const origin = `${scheme}${host}`;
  return {
    url: `${origin}${rest}`,
    credentials: [{ origin, line: `${scheme}${name}:${password}@${host}\n` }],
    login: { user: decodePart(user), password: decodePart(rests.join(":")) },
  };
}

/** What is no encoding stays as it is written. */
function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** git-credential-store(1) wants what is special in an address encoded; what is encoded already stays. */
function encodePart(text: string): string {
  return text.replace(/[^A-Za-z0-9%._~-]/gu, (character) =>
    Array.from(
      Buffer.from(character, "utf8"),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""),
  );
}
