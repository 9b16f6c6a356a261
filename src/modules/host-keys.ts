import { derivePublicKey } from "../distros/posix/ssh-public-key.ts";
import { isFile, readJsonIfExists, readTextIfExists } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/** What the configuration wants of the machine's host keys. */
export interface HostKeyWish {
  readonly isDeleted: boolean;
  /** Types to make where no keys are given: "rsa", "ed25519". */
  readonly types: readonly string[];
  /** `rsa_private`, `rsa_public`, `rsa_certificate`, … → text. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly isQuiet: boolean;
}

export interface HostKeyOutcome {
  readonly isChanged: boolean;
  /** Certificates that sshd has to be told of. */
  readonly certificates: readonly string[];
}

export const SSH_DIR = "/etc/ssh";
const KEYGENS = ["/usr/bin/ssh-keygen", "/opt/freeware/bin/ssh-keygen"];
const GIVEN = /^(dsa|rsa|ecdsa|ed25519)_(private|public|certificate)$/u;
const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;

/**
 * Host keys that are this instance's own (compat modules.md, ssh 1–2): those of the image go, given
 * ones are written, or each type that is missing is made. A file in the instance's directory keeps
 * which ones are its own, so that a second run leaves them alone. What fails is recorded, and the
 * rest is done.
 */
export async function ensureHostKeys(
  ctx: ModuleContext,
  wish: HostKeyWish,
): Promise<HostKeyOutcome> {
  const record = `${ctx.paths.instance(ctx.instance.id).dir}/ssh-host-keys.json`;
  const own = readOwn(ctx, record);
  const isGiven = Object.keys(wish.given).some((key) => GIVEN.exec(key)?.[2] === "private");
  let deleted = false;
  if (!wish.isDeleted) {
    warnOfShared(ctx, own);
  } else if (isGiven || findKeygen(ctx) !== undefined) {
    deleted = deleteForeign(ctx, own);
  } else if (listHostKeys(ctx).some((name) => !own.includes(name))) {
    // A daemon without any key lets nobody in.
    ctx.fail(
      `Cannot make host keys of this machine's own, those of the image stay: ssh-keygen is not installed (looked for ${KEYGENS.join(", ")})`,
    );
  }
  // Also where no private key is given: names that cannot be used are to be told.
  const given = writeGiven(ctx, wish.given);
  const generated = isGiven ? undefined : await makeMissing(ctx, wish, own);
  const made: MadeKeys = {
    names: [...given.names, ...(generated?.names ?? [])],
    isChanged: given.isChanged || generated?.isChanged === true,
    certificates: given.certificates,
  };
  const names = [...new Set([...own, ...made.names])].sort();
  if (names.length > own.length) {
    ctx.sys.fs.write(record, `${JSON.stringify(names)}\n`, { mode: PRIVATE_MODE });
  }
  const isChanged = deleted || made.isChanged;
  return { isChanged: isChanged && hasPrivateKey(ctx), certificates: made.certificates };
}

/** Without one sshd would not come up again: better it goes on with the keys that it has in memory. */
function hasPrivateKey(ctx: ModuleContext): boolean {
  const isThere = listHostKeys(ctx).some((name) => /^ssh_host_[a-z0-9-]+_key$/u.test(name));
  if (!isThere) {
    ctx.fail(
      `There is no private host key in "${SSH_DIR}": the SSH daemon is not restarted. Run "ssh-keygen -A"`,
    );
  }
  return isThere;
}

function findKeygen(ctx: ModuleContext): string | undefined {
  return KEYGENS.find((path) => isFile(ctx.sys.fs, path));
}

/** Names in /etc/ssh that earlier runs for this instance made. */
function readOwn(ctx: ModuleContext, record: string): readonly string[] {
  let names: unknown;
  try {
    names = readJsonIfExists(ctx.sys.fs, record);
  } catch (error) {
    ctx.log.debug(`${errorMessage(error)}: the host keys count as the image's`);
  }
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function listHostKeys(ctx: ModuleContext): readonly string[] {
  const { fs } = ctx.sys;
  return fs.stat(SSH_DIR) === undefined
    ? []
    : fs.list(SSH_DIR).filter((name) => /^ssh_host_.*key/u.test(name));
}

function deleteForeign(ctx: ModuleContext, own: readonly string[]): boolean {
  let isChanged = false;
  for (const name of listHostKeys(ctx).filter((each) => !own.includes(each))) {
    try {
      ctx.sys.fs.remove(`${SSH_DIR}/${name}`);
      isChanged = true;
    } catch (error) {
      ctx.fail(`Failed deleting key file ${SSH_DIR}/${name}: ${errorMessage(error)}`, error);
    }
  }
  return isChanged;
}

/** CVE-2018-10896: machines of one image that share host keys can pose as each other. */
function warnOfShared(ctx: ModuleContext, own: readonly string[]): void {
  const shared = listHostKeys(ctx).filter((name) => !own.includes(name));
  if (shared.length > 0) {
    ctx.log.warn(
      `ssh_deletekeys is false: host keys that came with the image stay (${shared.join(", ")}), and every machine of this image has them`,
    );
  }
}

interface MadeKeys {
  /** File names in /etc/ssh. */
  readonly names: readonly string[];
  readonly isChanged: boolean;
  readonly certificates: readonly string[];
}

function writeGiven(ctx: ModuleContext, given: Readonly<Record<string, unknown>>): MadeKeys {
  const names: string[] = [];
  const certificates: string[] = [];
  let isChanged = false;
  const put = (name: string, text: string, mode: number): void => {
    names.push(name);
    const path = `${SSH_DIR}/${name}`;
    const content = text.endsWith("\n") ? text : `${text}\n`;
    if (readTextIfExists(ctx.sys.fs, path) !== content || ctx.sys.fs.stat(path)?.mode !== mode) {
      ctx.sys.fs.write(path, content, { mode, owner: ctx.rootOwner });
      isChanged = true;
    }
  };
  for (const [key, text] of Object.entries(given)) {
    const [, type, part] = GIVEN.exec(key) ?? [];
    if (type === undefined || typeof text !== "string" || text.trim() === "") {
      const path = ["ssh_keys", key];
      const message = `Cannot use ssh_keys.${key}: expected text under a name such as rsa_private, rsa_public or rsa_certificate`;
      ctx.fail({ message, path, ...ctx.locate(path) });
      continue;
    }
    const base = `ssh_host_${type}_key`;
    switch (part) {
      case "private":
        put(base, text, PRIVATE_MODE);
        if (!Object.hasOwn(given, `${type}_public`)) {
          derivePublic(ctx, key, text, (line) => put(`${base}.pub`, line, PUBLIC_MODE));
        }
        break;
      case "public":
        put(`${base}.pub`, text, PUBLIC_MODE);
        break;
      default:
        put(`${base}-cert.pub`, text, PUBLIC_MODE);
        certificates.push(`${SSH_DIR}/${base}-cert.pub`);
    }
  }
  return { names, isChanged, certificates };
}

function derivePublic(
  ctx: ModuleContext,
  key: string,
  text: string,
  put: (line: string) => void,
): void {
  try {
    put(derivePublicKey(text));
  } catch (error) {
    const path = ["ssh_keys", key];
    const message = `Cannot make the public key of ssh_keys.${key}: ${errorMessage(error)}`;
    ctx.fail({ message, path, ...ctx.locate(path) });
  }
}

async function makeMissing(
  ctx: ModuleContext,
  wish: HostKeyWish,
  own: readonly string[],
): Promise<MadeKeys> {
  const names: string[] = [];
  const none = { names, isChanged: false, certificates: [] };
  const keygen = findKeygen(ctx);
  if (keygen === undefined) {
    ctx.log.info(
      `No host keys are made: OpenSSH is not installed (looked for ${KEYGENS.join(", ")})`,
    );
    return none;
  }
  for (const type of wish.types) {
    const name = `ssh_host_${type}_key`;
    // A plan has not made the key that an earlier run recorded, nor has it deleted anything.
    const isThere = ctx.sys.fs.stat(`${SSH_DIR}/${name}`) !== undefined;
    if (!isThere && (await makeKey(ctx, keygen, type, wish.isQuiet))) {
      names.push(name, `${name}.pub`);
    } else if (isThere && !own.includes(name)) {
      ctx.log.debug(`Host key "${SSH_DIR}/${name}" is there already`);
    }
  }
  return { ...none, isChanged: names.length > 0 };
}

async function makeKey(
  ctx: ModuleContext,
  keygen: string,
  type: string,
  isQuiet: boolean,
): Promise<boolean> {
  const path = `${SSH_DIR}/ssh_host_${type}_key`;
  const argv = [keygen, ...(isQuiet ? ["-q"] : []), "-t", type, "-N", "", "-f", path];
  const result = await ctx.sys.exec.run(argv, { okExitCodes: "any" });
  if (result.exitCode === 0) {
    // Of what ssh-keygen shows only this helps: not the picture of the key.
    const fingerprint = /^(?:SHA256|MD5):.*$/mu.exec(result.stdout)?.[0];
    if (!isQuiet && fingerprint !== undefined) {
      ctx.log.debug(`Made host key "${path}": ${fingerprint}`);
    }
    return true;
  }
  const said = `${result.stderr}${result.stdout}`.trim();
  // OpenSSH 9.8 and later are built without dsa.
  if (/unknown key type|key type .* not supported|invalid key type/iu.test(said)) {
    ctx.log.debug(`This OpenSSH makes no host key of type ${type}: ${said}`);
  } else {
    ctx.fail(
      `Failed generating key type ${type} to file ${path}: exit code ${result.exitCode}${said === "" ? "" : `: ${said}`}`,
    );
  }
  return false;
}
