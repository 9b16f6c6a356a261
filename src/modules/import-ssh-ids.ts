import { parseAuthorizedKey } from "../distros/posix/authorized-keys.ts";
import { HttpError } from "../system/http-error.ts";
import type { System } from "../system/system.ts";
import { decodeUtf8 } from "../text/decode-utf8.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import type { ModuleContext } from "./module.ts";

/** Servers that could not be reached in this process: 5,000 users must not wait for each of them. */
const UNREACHABLE = new WeakMap<System, Set<string>>();

const ATTEMPTS = 3;
const ATTEMPT_INTERVAL_MS = 2000;
const ATTEMPT_TIMEOUT_MS = 10_000;
/** One user's keys; more is no list of keys. */
const BODY_BYTES_MAX = 1024 * 1024;
const KEYS_MAX = 200;
const SHOWN_LENGTH = 60;

/**
 * Where each service has a user's public keys, by https (ssh-import-id(1)). A name is a letter or
 * digit and what GitHub and Launchpad allow beside, so that it cannot change the address.
 */
const SERVERS: Readonly<Record<string, (name: string) => string>> = {
  gh: (name) => `https://github.com/${name}.keys`,
  lp: (name) => `https://launchpad.net/~${name}/+sshkeys`,
};
const NAME = /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}$/u;

/**
 * Fetches the public keys of each id (`gh:NAME`, `lp:NAME`, or NAME on Launchpad) and adds them to
 * the user's authorized_keys. An id that cannot be had is given to `fail`, and the next one is tried.
 */
export async function importSshIds(
  ctx: ModuleContext,
  userName: string,
  ids: readonly string[],
  fail: (message: string, cause?: unknown) => void,
): Promise<void> {
  const unreachable = unreachableServers(ctx.sys);
  for (const id of new Set(ids)) {
    const shown = printable(id.slice(0, SHOWN_LENGTH));
    try {
      const keys = await fetchKeys(ctx, id, unreachable);
      if (keys.length === 0) {
        throw new Error("the server has no SSH keys for that name");
      }
      await ctx.distro.users.ensureAuthorizedKeys(userName, keys);
      ctx.log.info(`Imported ${keys.length} SSH keys of "${shown}" for user ${userName}`);
    } catch (error) {
      fail(
        `Cannot import SSH keys of "${shown}" for user ${userName}: ${errorMessage(error)}; give them as ssh_authorized_keys if the server cannot be reached`,
        error,
      );
    }
  }
}

function unreachableServers(sys: System): Set<string> {
  const known = UNREACHABLE.get(sys) ?? new Set();
  UNREACHABLE.set(sys, known);
  return known;
}

async function fetchKeys(
  ctx: ModuleContext,
  id: string,
  unreachable: Set<string>,
): Promise<readonly string[]> {
  const colon = id.indexOf(":");
  const service = colon === -1 ? "lp" : id.slice(0, colon).toLowerCase();
  const name = id.slice(colon + 1);
  const addressOf = Object.hasOwn(SERVERS, service) ? SERVERS[service] : undefined;
  if (addressOf === undefined || !NAME.test(name)) {
    throw new Error("expected gh:NAME for GitHub or lp:NAME for Launchpad");
  }
  if (unreachable.has(service)) {
    throw new Error("the server could not be reached before, and is not asked again in this boot");
  }
  const text = await fetchText(ctx, addressOf(name), () => unreachable.add(service));
  const lines = text.split(/\r?\n/u).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length > KEYS_MAX) {
    throw new Error(`the server sent ${keys.length} keys, the limit is ${KEYS_MAX}`);
  }
  return keys.map((line) => {
    const key = parseAuthorizedKey(line);
    // A server must not be able to give options: a command would run at each login.
    if ("refused" in key || key.options !== "") {
      throw new Error("the server sent something that is no plain SSH key");
    }
    return [
      key.type,
      key.base64,
      key.comment === "" ? `# ssh-import-id ${id}` : `${key.comment} # ssh-import-id ${id}`,
    ].join(" ");
  });
}

async function fetchText(
  ctx: ModuleContext,
  url: string,
  onUnreachable: () => void,
): Promise<string> {
  let isReached = false;
  let reason = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const { status, body } = await ctx.sys.http.request({
        method: "GET",
        url,
        effect: "query",
        timeoutMs: ATTEMPT_TIMEOUT_MS,
        maxBodyBytes: BODY_BYTES_MAX,
      });
      isReached = true;
      if (status === 200) {
        const decoded = decodeUtf8(body);
        if (!("text" in decoded)) {
          throw new Error("the server sent something that is no text");
        }
        return decoded.text;
      }
      reason =
        status === 404
          ? "the server does not know that name"
          : `the server answers with status ${status}`;
      if (status >= 400 && status < 500 && status !== 429) {
        break;
      }
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      reason = error.reason;
    }
    if (attempt < ATTEMPTS) {
      await ctx.sys.clock.sleep(ATTEMPT_INTERVAL_MS);
    }
  }
  if (!isReached) {
    onUnreachable();
  }
  throw new Error(`GET ${url}: ${reason}`);
}
