import { readTextIfExists } from "../system/files.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { errorMessage } from "../text/error-message.ts";
import { ensurePackages } from "./ensure-packages.ts";
import { fetchScript } from "./fetch-script.ts";
import { findScriptStart } from "./interpreter.ts";
import type { ModuleContext } from "./module.ts";
import { AIO_VERSION_FILE, isPuppetThere } from "./puppet-places.ts";
import { runAgent } from "./run-agent.ts";
import { searchDirectories } from "./user-environment.ts";

/** What the packages of an agent are called, the newer name first. */
const PACKAGES = ["puppet-agent", "puppet"];
const RETRIES = 4;

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
  const script = await fetchInstaller(ctx, wish.url);
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
        // /var may forbid execution.
        ...findScriptStart(fs, path, searchDirectories(ctx)).interpreterArgv,
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

async function fetchInstaller(ctx: ModuleContext, url: string): Promise<Uint8Array> {
  const shown = urlWithoutSecrets(url);
  if (!/^https:\/\//iu.test(url)) {
    throw new Error(`cannot fetch a program from "${shown}": expected an address with https://`);
  }
  let script: Uint8Array;
  try {
    script = await fetchScript(ctx.sys, url, RETRIES);
  } catch (error) {
    throw new Error(
      `${errorMessage(error)}; set puppet.aio_install_url to a copy that can be reached, or install_type to packages`,
      { cause: error },
    );
  }
  // A page of a proxy must not be run. Nothing at all is what a plan has.
  if (script.length > 0 && !(script[0] === 0x23 && script[1] === 0x21)) {
    throw new Error(`what "${shown}" sent is no script: it does not begin with "#!"`);
  }
  return script;
}
