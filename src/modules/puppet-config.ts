import { resolveNames } from "../instance/hostname.ts";
import { asBytes } from "../distros/posix/edit-file.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { mergeIni } from "../text/merge-ini.ts";
import { stringifyYaml } from "../text/yaml-emitter.ts";
import { changeConfigFile } from "./change-config-file.ts";
import { isIniName, readIniSettings } from "./ini-settings.ts";
import type { ModuleContext } from "./module.ts";
import type { PuppetPlaces } from "./puppet-places.ts";
import { reportProblems } from "./report-problems.ts";

const CONFIG_MODE = 0o644;
const CERTIFICATE_MODE = 0o644;
const SSL_DIRECTORY_MODE = 0o771;
/** It may hold a password for the request, or a key that is shared with the server. */
const CSR_MODE = 0o600;

/** Puts `puppet.conf` of the cloud-config into the agent's file, `ca_cert` to its certificates. True if something changed. */
export async function writePuppetConfig(
  ctx: ModuleContext,
  conf: Readonly<Record<string, unknown>>,
  places: PuppetPlaces,
): Promise<boolean> {
  const sections = new Map<string, ReadonlyMap<string, string>>();
  let changed = false;
  for (const [name, written] of Object.entries(conf)) {
    const path = ["puppet", "conf", name];
    if (name === "ca_cert") {
      changed = (await writeCertificate(ctx, written, places)) || changed;
      continue;
    }
    if (!isIniName(name)) {
      fail(ctx, path, `puppet.conf: "${name}" is no name for a section, such as agent or main`);
      continue;
    }
    const { settings, problems } = readIniSettings(written, path);
    reportProblems(ctx, problems);
    if (settings.size > 0) {
      sections.set(name, await withCertname(ctx, settings));
    }
  }
  if (sections.size === 0) {
    return changed;
  }
  const bytes = new Map(
    [...sections].map(([name, settings]): [string, ReadonlyMap<string, string>] => [
      asBytes(name),
      new Map([...settings].map(([key, value]) => [asBytes(key), asBytes(value)])),
    ]),
  );
  try {
    const isWritten = changeConfigFile(
      ctx.sys.fs,
      places.configFile,
      (text) => mergeIni(text, bytes),
      { newMode: CONFIG_MODE },
    );
    return isWritten || changed;
  } catch (error) {
    fail(
      ctx,
      ["puppet", "conf"],
      `Cannot write "${places.configFile}": ${errorMessage(error)}`,
      error,
    );
    return changed;
  }
}

/** Puts the attributes of the certificate request into their file. True if it was written. */
export function writeCsrAttributes(
  ctx: ModuleContext,
  attributes: Readonly<Record<string, unknown>>,
  path: string,
): boolean {
  try {
    return writeIfDifferent(ctx.sys.fs, path, stringifyYaml(attributes), { mode: CSR_MODE });
  } catch (error) {
    fail(ctx, ["puppet", "csr_attributes"], `Cannot write "${path}": ${errorMessage(error)}`);
    return false;
  }
}

/** `%f` in certname is the full host name, `%i` the instance-id; certificates are named in lower case. */
async function withCertname(
  ctx: ModuleContext,
  settings: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const written = settings.get("certname");
  if (written === undefined) {
    return settings;
  }
  const { fqdn } = resolveNames({ config: ctx.cloudConfig, instance: ctx.instance });
  const name = written.includes("%f") ? (fqdn ?? (await ctx.distro.hostname.read()) ?? "") : "";
  const certname = written.replaceAll("%f", name).replaceAll("%i", ctx.instance.id).toLowerCase();
  return new Map([...settings, ["certname", certname]]);
}

async function writeCertificate(
  ctx: ModuleContext,
  written: unknown,
  { sslDir, user }: PuppetPlaces,
): Promise<boolean> {
  const path = ["puppet", "conf", "ca_cert"];
  if (typeof written !== "string") {
    fail(ctx, path, `puppet.conf.ca_cert: expected a certificate, got ${describeKind(written)}`);
    return false;
  }
  if (!/-----BEGIN [A-Z ]*CERTIFICATE-----[^-]+-----END/u.test(written)) {
    fail(
      ctx,
      path,
      "puppet.conf.ca_cert: expected a certificate in PEM (-----BEGIN CERTIFICATE-----), got other text",
    );
    return false;
  }
  const { fs } = ctx.sys;
  const certificates = `${sslDir}/certs`;
  const [, group = "root"] = ctx.rootOwner.split(":");
  // A user that does not exist cannot own it; an agent that runs as root does not mind.
  const isOwned = user === "puppet" && (await ctx.distro.users.find(user)) !== undefined;
  const owner = isOwned ? { owner: `${user}:${group}` } : {};
  try {
    for (const directory of [sslDir, certificates]) {
      if (fs.stat(directory) === undefined) {
        fs.makeDirectory(directory, { mode: SSL_DIRECTORY_MODE, ...owner });
      }
    }
    const content = `${written.trim()}\n`;
    const mode = CERTIFICATE_MODE;
    return writeIfDifferent(fs, `${certificates}/ca.pem`, content, { mode, ...owner });
  } catch (error) {
    fail(ctx, path, `Cannot write "${certificates}/ca.pem": ${errorMessage(error)}`, error);
    return false;
  }
}

function fail(
  ctx: ModuleContext,
  path: readonly (string | number)[],
  message: string,
  cause?: unknown,
): void {
  ctx.fail({ message, path, ...ctx.locate(path) }, cause);
}
