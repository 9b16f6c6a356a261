import { readTextIfExists } from "../system/files.ts";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import { errorMessage } from "../text/error-message.ts";
import { ensurePackages } from "./ensure-packages.ts";
import type { ModuleContext } from "./module.ts";
import { AIO_VERSION_FILE, isPuppetThere } from "./puppet-places.ts";
import { runAgent } from "./run-agent.ts";

/** What the packages of an agent are called, the newer name first. */
const PACKAGES = ["puppet-agent", "puppet"];
const ATTEMPTS = 5;
const ATTEMPT_INTERVAL_MS = 2000;
const ATTEMPT_TIMEOUT_MS = 30_000;
const SCRIPT_BYTES_MAX = 1024 * 1024;

/** Which agent is to be there. */
export interface PuppetWish {
  readonly version?: string | undefined;
  readonly packageName?: string | undefined;
}

/** With Puppet's own script. */
export interface PuppetAioWish extends PuppetWish {
  readonly url: string;
  readonly collection?: string | undefined;
  readonly cleanup: boolean;
}

/** Installs the agent out of the system's repositories, unless one is there. Throws where it cannot be had. */
export async function installPuppetPackage(ctx: ModuleContext, wish: PuppetWish): Promise<void> {
  const { version, packageName } = wish;
  if (packageName === undefined && version === undefined && isPuppetThere(ctx)) {
    ctx.log.debug("A Puppet agent is there already");
    return;
  }
  const names = packageName === undefined ? PACKAGES : [packageName];
  const reasons: string[] = [];
  for (const name of names) {
    try {
      await ensurePackages(ctx, [{ name, ...(version === undefined ? {} : { version }) }]);
      return;
    } catch (error) {
      reasons.push(errorMessage(error));
    }
  }
  throw new Error(reasons.join("; "));
}

/** Installs the agent with Puppet's script, unless it is there in that version. Throws where that fails. */
export async function installPuppetAio(ctx: ModuleContext, wish: PuppetAioWish): Promise<void> {
  const present = readTextIfExists(ctx.sys.fs, AIO_VERSION_FILE)?.trim();
  if (present !== undefined && (wish.version === undefined || wish.version === present)) {
    ctx.log.debug(`Puppet agent ${present} is there already`);
    return;
  }
  const script = await fetchScript(ctx, wish.url);
  // /run and /tmp may forbid execution.
  const directory = `${ctx.paths.instance(ctx.instance.id).dir}/puppet-aio`;
  const path = `${directory}/install.sh`;
  const { fs } = ctx.sys;
  fs.remove(directory);
  try {
    fs.makeDirectory(directory, { mode: 0o700 });
    fs.write(path, script, { mode: 0o700 });
    const isDone = await runAgent(ctx, {
      what: "Puppet's install script",
      path: ["puppet", "install_type"],
      argv: [
        path,
        ...(wish.version === undefined ? [] : ["-v", wish.version]),
        ...(wish.collection === undefined ? [] : ["-c", wish.collection]),
        ...(wish.cleanup ? ["--cleanup"] : []),
      ],
    });
    if (!isDone) {
      throw new Error("Puppet's install script failed");
    }
  } finally {
    fs.remove(directory);
  }
}

async function fetchScript(ctx: ModuleContext, url: string): Promise<Uint8Array> {
  const shown = urlWithoutSecrets(url);
  if (!/^https:\/\/[^/\s]/iu.test(url) || !URL.canParse(url)) {
    throw new Error(`cannot fetch a program from "${shown}": expected an address with https://`);
  }
  let reason = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      // Only to be run: a plan needs neither it nor its server.
      const { status, body } = await ctx.sys.http.request({
        method: "GET",
        url,
        effect: "change",
        timeoutMs: ATTEMPT_TIMEOUT_MS,
        maxBodyBytes: SCRIPT_BYTES_MAX,
      });
      if (status === 200) {
        return checkScript(body, shown);
      }
      reason = `the server answers with status ${status}`;
      if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
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
  throw new Error(
    `cannot fetch "${shown}": ${reason}; set puppet.aio_install_url to a copy that can be reached, or install_type to packages`,
  );
}

/** A page of a proxy must not be run. Nothing at all is what a plan has. */
function checkScript(body: Uint8Array, shown: string): Uint8Array {
  const isScript = body[0] === 0x23 && body[1] === 0x21;
  if (body.length > 0 && !isScript) {
    throw new Error(`what "${shown}" sent is no script: it does not begin with "#!"`);
  }
  return body;
}
