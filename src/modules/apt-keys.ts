import { isFile } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/** What says which key is meant. */
export interface AptKeyWish {
  readonly key?: string;
  readonly keyid?: string;
  readonly keyserver?: string;
}

const GPG = "/usr/bin/gpg";
const GPGCONF = "/usr/bin/gpgconf";
const KEYSERVER = "keyserver.ubuntu.com";
const KEY_LENGTH_MAX = 1024 * 1024;
const KEYSERVER_TIMEOUT_MS = 60_000;
const KEYSERVER_TRIES = 3;
const PAUSE_MS = 2_000;
/** Eight digits are made again by anybody in seconds. */
const SHORT_ID_LENGTH = 8;
const FILE_MODE = 0o644;

/** Keys for one source each, named in it by `$KEY_FILE`; or for all sources. */
const OWN_DIRECTORY = "/etc/apt/cloud-init.gpg.d";
const COMMON_DIRECTORY = "/etc/apt/trusted.gpg.d";

/** The file of a key: apt reads ASCII-armoured keys under this ending (apt-secure(8), since 1.4). */
export function keyPath(name: string, scope: "source" | "all"): string {
  return `${scope === "source" ? OWN_DIRECTORY : COMMON_DIRECTORY}/${name}.asc`;
}

/**
 * Writes the key to `path`; `keyid` is fetched by gpg, where that is installed. Nothing where neither
 * is given. Throws an Error that says what to do where there is no key to write.
 */
export async function ensureAptKey(
  ctx: ModuleContext,
  wish: AptKeyWish,
  path: string,
): Promise<void> {
  const key = wish.key ?? (wish.keyid === undefined ? undefined : await fetchKey(ctx, wish));
  if (key === undefined || key === "") {
    return;
  }
  if (!key.includes("-----BEGIN PGP PUBLIC KEY BLOCK-----") || key.length > KEY_LENGTH_MAX) {
    throw new Error(
      'expected the key as PGP text: it begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----"',
    );
  }
  writeIfDifferent(ctx.sys.fs, path, `${key.trim()}\n`, { mode: FILE_MODE });
}

/** "" in a plan, where nothing is fetched. */
async function fetchKey(
  ctx: ModuleContext,
  { keyid = "", keyserver = KEYSERVER }: AptKeyWish,
): Promise<string> {
  const { fs, exec } = ctx.sys;
  const id = keyid.replaceAll(/\s/gu, "").replace(/^0x/iu, "");
  if (!/^[0-9A-F]{8,64}$/iu.test(id)) {
    throw new Error(`keyid: expected 8 to 64 hexadecimal digits, got "${keyid}"`);
  }
  if (!/^(?:[a-z]+:\/\/)?[A-Za-z0-9._:[\]/-]+$/u.test(keyserver) || keyserver.startsWith("-")) {
    throw new Error(`keyserver: "${keyserver}" is no name of a server`);
  }
  if (!isFile(fs, GPG)) {
    throw new Error(
      `the key "${id}" cannot be fetched: gpg is not installed. Give the key itself as "key"`,
    );
  }
  if (id.length <= SHORT_ID_LENGTH) {
    ctx.log.warn(`apt: "${id}" is a short key id, which anybody can forge: use the fingerprint`);
  }
  const home = `${ctx.paths.instance(ctx.instance.id).dir}/apt-gnupg`;
  fs.makeDirectory(home, { mode: 0o700 });
  const gpg = [GPG, "--batch", "--no-tty", "--homedir", home];
  try {
    await receive(ctx, [...gpg, "--keyserver", keyserver, "--recv-keys", id], keyserver);
    return (await exec.run([...gpg, "--armor", "--export", id])).stdout;
  } finally {
    // It leaves programs behind that wait for more.
    await exec.run([GPGCONF, "--homedir", home, "--kill", "all"], { okExitCodes: "any" });
    fs.remove(home);
  }
}

async function receive(
  ctx: ModuleContext,
  argv: readonly string[],
  keyserver: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ctx.sys.exec.run(argv, { timeoutMs: KEYSERVER_TIMEOUT_MS });
      return;
    } catch (error) {
      if (attempt >= KEYSERVER_TRIES) {
        throw new Error(
          `"${keyserver}" gave no key in ${attempt} tries: ${errorMessage(error)}. Give the key itself as "key"`,
          { cause: error },
        );
      }
      await ctx.sys.clock.sleep(PAUSE_MS);
    }
  }
}
