import { isFile } from "../system/files.ts";
import type { ModuleContext } from "./module.ts";

/** Of Puppet's own packages, "all in one" (AIO): the same on every system. */
export const AIO_PUPPET = "/opt/puppetlabs/bin/puppet";
/** The version of the package, in a line. */
export const AIO_VERSION_FILE = "/opt/puppetlabs/puppet/VERSION";
const DISTRO_PUPPET = "/usr/bin/puppet";
const ASK_TIMEOUT_MS = 60_000;

/** Where a Puppet agent has its things. */
export interface PuppetPlaces {
  readonly program: string;
  readonly configFile: string;
  readonly sslDir: string;
  readonly csrFile: string;
  /** Whose the directory of certificates is. */
  readonly user: "puppet" | "root";
}

const AIO: PuppetPlaces = {
  program: AIO_PUPPET,
  configFile: "/etc/puppetlabs/puppet/puppet.conf",
  sslDir: "/etc/puppetlabs/puppet/ssl",
  csrFile: "/etc/puppetlabs/puppet/csr_attributes.yaml",
  user: "root",
};
const DISTRO: PuppetPlaces = {
  program: DISTRO_PUPPET,
  configFile: "/etc/puppet/puppet.conf",
  sslDir: "/var/lib/puppet/ssl",
  csrFile: "/etc/puppet/csr_attributes.yaml",
  user: "puppet",
};

/** Whether a Puppet is there, whatever brought it. */
export function isPuppetThere(ctx: ModuleContext): boolean {
  return isFile(ctx.sys.fs, AIO_PUPPET) || isFile(ctx.sys.fs, DISTRO_PUPPET);
}

/**
 * The places of the agent that is there: those of Puppet's own packages, else what the
 * distribution's `puppet config print` tells (packages of distributions differ), which takes some
 * seconds and is only asked where a file has to be found. `prefersAio`: what it will be where none is
 * there yet, as in a plan.
 */
export async function findPuppetPlaces(
  ctx: ModuleContext,
  options: { readonly prefersAio: boolean; readonly needsFiles: boolean },
): Promise<PuppetPlaces> {
  const { fs, exec } = ctx.sys;
  if (isFile(fs, AIO_PUPPET)) {
    return AIO;
  }
  if (!isFile(fs, DISTRO_PUPPET)) {
    return options.prefersAio ? AIO : DISTRO;
  }
  if (!options.needsFiles) {
    return DISTRO;
  }
  const { stdout } = await exec.query(
    [DISTRO_PUPPET, "config", "print", "config", "ssldir", "csr_attributes"],
    { okExitCodes: "any", timeoutMs: ASK_TIMEOUT_MS },
  );
  const read = (name: string): string | undefined =>
    new RegExp(`^${name} = (/\\S.*)$`, "mu").exec(stdout)?.[1]?.trim();
  return {
    ...DISTRO,
    configFile: read("config") ?? DISTRO.configFile,
    sslDir: read("ssldir") ?? DISTRO.sslDir,
    csrFile: read("csr_attributes") ?? DISTRO.csrFile,
  };
}
