import { isFile, statTarget } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { InstallSettings } from "./chef-settings.ts";
import { fetchScript } from "./fetch-script.ts";
import { findScriptStart } from "./interpreter.ts";
import type { ModuleContext } from "./module.ts";
import { searchDirectories } from "./user-environment.ts";

/** Chef's own packages are below /opt/chef on every system and make the first of these a link to it. */
const CLIENTS = [
  "/usr/bin/chef-client",
  "/opt/chef/bin/chef-client",
  "/opt/freeware/bin/chef-client",
  "/usr/local/bin/chef-client",
];
const GEM_PROGRAMS = ["/usr/bin/gem", "/opt/freeware/bin/gem", "/usr/local/bin/gem"];
/** Downloads and compiles: slow machines and lines included. */
const INSTALL_TIMEOUT_MS = 3_600_000;
/** From here on, chef-client comes in a gem of its own. */
const SEPARATE_CLIENT_VERSION = 15;

/** The chef-client that is there, or undefined. */
export function findChefClient(ctx: ModuleContext): string | undefined {
  return CLIENTS.find((path) => {
    const stat = statTarget(ctx.sys.fs, path);
    return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
  });
}

/** Where chef-client will be once it is installed. */
export const CHEF_CLIENT = "/usr/bin/chef-client";

/** Installs chef in the way asked for; throws an Error that says what to do where that fails. */
export async function installChef(ctx: ModuleContext, settings: InstallSettings): Promise<void> {
  switch (settings.type) {
    case "packages":
      await installPackages(ctx, ["chef"]);
      return;
    case "gems":
      await installGems(ctx, settings);
      return;
    case "omnibus":
      await installOmnibus(ctx, settings);
      return;
    default:
      throw new Error(
        `Unknown chef install type "${settings.type}": expected packages, gems or omnibus`,
      );
  }
}

async function installPackages(ctx: ModuleContext, names: readonly string[]): Promise<void> {
  const { packages } = ctx.distro;
  const hint =
    ctx.distro.name === "aix"
      ? 'Chef comes as a .bff file for AIX: give its path under "packages:" (installed before chef runs), or "install_type: omnibus"'
      : 'where no repository has it, add one, or use "install_type: omnibus"';
  if (packages?.name === undefined) {
    throw new Error(`there is no package manager on this system; ${hint}`);
  }
  const missing = await packages.findMissing(names.map((name) => ({ name })));
  try {
    await packages.updateLists();
    await packages.install(missing.length > 0 ? missing : names.map((name) => ({ name })));
  } catch (error) {
    const what = names.map((name) => `"${name}"`).join(", ");
    throw new Error(`${packages.name} cannot install ${what}: ${errorMessage(error)}; ${hint}`, {
      cause: error,
    });
  }
}

async function installGems(ctx: ModuleContext, settings: InstallSettings): Promise<void> {
  const { fs, exec } = ctx.sys;
  const isThere = (path: string): boolean => isFile(fs, path);
  if (!GEM_PROGRAMS.some(isThere)) {
    await installPackages(ctx, rubyPackages(ctx, settings.rubyVersion));
  }
  const gem = GEM_PROGRAMS.find(isThere) ?? GEM_PROGRAMS[0] ?? "gem";
  const major = Number.parseInt(settings.gemVersion ?? "", 10);
  const isOld = major < SEPARATE_CLIENT_VERSION;
  const version = settings.gemVersion === undefined ? [] : ["--version", settings.gemVersion];
  const names = isOld ? ["chef"] : ["chef", "chef-bin"];
  await exec.run(
    [gem, "install", ...names, ...version, "--no-document", "--bindir", "/usr/bin", "--quiet"],
    { timeoutMs: INSTALL_TIMEOUT_MS, output: "inherit", verify: async () => missingClient(ctx) },
  );
}

function rubyPackages(ctx: ModuleContext, version: string | undefined): readonly string[] {
  switch (ctx.distro.family) {
    case "debian": {
      const ruby = `ruby${version ?? ""}`;
      return [ruby, `${ruby}-dev`];
    }
    case "redhat":
    case "aix":
      return ["ruby", "ruby-devel", "rubygems"];
    default:
      return ["ruby", "ruby-devel"];
  }
}

/** Chef's install script finds out the system (AIX too), fetches the package and installs it. */
async function installOmnibus(ctx: ModuleContext, settings: InstallSettings): Promise<void> {
  const { fs, exec } = ctx.sys;
  if (/^http:/iu.test(settings.omnibusUrl)) {
    ctx.log.warn(
      "chef.omnibus_url is fetched over http, and run as root: anybody on the way can change it. Use https",
    );
  }
  const script = await fetchScript(ctx.sys, settings.omnibusUrl, settings.omnibusRetries);
  const path = `${ctx.paths.instance(ctx.instance.id).dir}/chef-install.sh`;
  fs.write(path, script, { mode: 0o700 });
  try {
    const version = settings.omnibusVersion === undefined ? [] : ["-v", settings.omnibusVersion];
    // /var may forbid execution.
    const { interpreterArgv } = findScriptStart(fs, path, searchDirectories(ctx));
    await exec.run([...interpreterArgv, ...version], {
      timeoutMs: INSTALL_TIMEOUT_MS,
      output: "inherit",
      verify: async () => missingClient(ctx),
    });
  } finally {
    fs.remove(path);
  }
}

function missingClient(ctx: ModuleContext): string | undefined {
  return findChefClient(ctx) === undefined
    ? `there is no chef-client after it (looked for ${CLIENTS.join(", ")}); the output log has what it said`
    : undefined;
}
