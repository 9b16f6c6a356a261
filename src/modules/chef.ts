import { Type } from "typebox";
import { exists, isDirectory, isFile, statTarget } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import { VERSION } from "../version.ts";
import { CHEF_SCHEMA } from "./chef-schema.ts";
import { type ChefSettings, readChefSettings, type Validation } from "./chef-settings.ts";
import { CHEF_CLIENT, findChefClient, installChef } from "./install-chef.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";
import { escapeRuby } from "./ruby-text.ts";
import { renderTemplateFile } from "./template-file.ts";
import { CHEF_CLIENT_TEMPLATE } from "./templates/chef-client-template.ts";

/** A run in the foreground applies a whole run list; longer than this, it hangs. */
const CLIENT_TIMEOUT_MS = 3_600_000;
/** A daemon pauses (`-s`), starts and asks the server for its key. */
const REGISTRATION_TIMEOUT_MS = 180_000;
const REGISTRATION_INTERVAL_MS = 1_000;
const PRIVATE_MODE = 0o600;

/** Makes the machine a node of a Chef server (compat modules.md, chef). */
export const chef = defineModule({
  name: "chef",
  title: "Chef client",
  description: [
    "Writes the validation key (0600), `client.rb` and the JSON of the first run (0600: attributes may",
    "be secrets), installs chef-client where it is not there, and with `exec` runs it. `client.rb` is",
    "made from `chef_client.rb.tmpl` in templates_dir, or from a built-in text where there is none; a",
    "template that cannot be rendered fails the module, and the file stays as it was.",
    "",
    "`install_type: packages` asks the system's package manager for `chef`, `gems` RubyGems, `omnibus`",
    "runs Chef's install script (fetched with `omnibus_url_retries`, five minutes at most). Installing",
    "and a run of chef-client may take an hour each; the default arguments make it a daemon at once.",
    "`delete_validation_post_exec` removes the validation key once the machine has a key of its own: a",
    "daemon is given three minutes to get it, and without it the validation key stays, with a warning.",
    "",
    "On AIX: Chef's package is a .bff file; name it under `packages`, which comes before, or use",
    "`omnibus`. It is below /opt/chef. On Linux: apt, dnf, yum. Source: upstream's module, Chef's",
    "client.rb reference.",
  ].join("\n"),
  aix: "files in `/etc/chef`; a `.bff` out of `packages`, the omnibus script or gems; runs `/opt/chef/bin/chef-client`",
  linux: "the same, with `apt-get`, `dnf` or `yum` for packages",
  frequency: "once-per-instance",
  activateByKeys: ["chef"],
  schema: Type.Object({ chef: Type.Optional(CHEF_SCHEMA) }),
  examples: [
    [
      "#cloud-config",
      "chef:",
      "  server_url: https://chef.example.com/organizations/unix",
      "  validation_name: unix-validator",
      "  validation_cert: |",
      "    -----BEGIN RSA PRIVATE KEY-----",
      "    the organization's validation key",
      "    -----END RSA PRIVATE KEY-----",
      "  ssl_verify_mode: :verify_peer",
      "  chef_license: accept",
      "  install_type: omnibus",
      "  omnibus_url: https://example.com/chef/install.sh",
      "  omnibus_version: 18.4.12",
      "  environment: production",
      "  run_list: ['recipe[base]', 'role[database]']",
      "  initial_attributes: {database: {port: 1521}}",
      "  exec: true",
      "  delete_validation_post_exec: true",
      "",
    ].join("\n"),
    [
      "#cloud-config",
      "packages: [/var/tmp/chef-18.4.12-1.powerpc.bff]",
      "chef:",
      "  server_url: https://chef.example.com",
      "  validation_name: validator",
      "  validation_cert: system",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    if (config.chef === undefined) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, no 'chef' key in configuration`);
      return;
    }
    const { settings, problems } = readChefSettings(config.chef, ctx.instance.id);
    reportProblems(ctx, problems);
    const { variables, validation } = settings;
    if (variables["server_url"] === undefined) {
      fail(ctx, "server_url", "Cannot set up chef: server_url is missing");
      return;
    }
    const clientKey = String(variables["client_key"]);
    if (variables["validation_name"] === undefined && !exists(ctx.sys.fs, clientKey)) {
      const message = `Cannot set up chef: validation_name is missing, and there is no key "${clientKey}" that the machine could do without it`;
      fail(ctx, "validation_name", message);
      return;
    }
    for (const directory of settings.directories) {
      if (!isDirectory(ctx.sys.fs, directory)) {
        ctx.sys.fs.makeDirectory(directory, { mode: 0o755 });
      }
    }
    writeValidation(ctx, validation);
    if (!(await writeClientConfig(ctx, settings))) {
      return;
    }
    if (settings.firstboot !== undefined) {
      const { path, content } = settings.firstboot;
      writeIfDifferent(ctx.sys.fs, path, content, { mode: PRIVATE_MODE });
    }
    if (await ensureInstalled(ctx, settings)) {
      await runClient(ctx, settings);
    }
  },
});

function fail(ctx: ModuleContext, key: string, message: string, cause?: unknown): void {
  ctx.fail({ message, path: ["chef", key], ...ctx.locate(["chef", key]) }, cause);
}

function writeValidation(ctx: ModuleContext, { path, source, pem }: Validation): void {
  const { fs } = ctx.sys;
  if (source === "given") {
    writeIfDifferent(fs, path, pem, { mode: PRIVATE_MODE });
    return;
  }
  const stat = fs.stat(path);
  if (source === "system" && stat === undefined) {
    ctx.log.warn(
      `chef: the validation key is said to be in "${path}", and there is no such file: put it into the image, or give it as validation_cert`,
    );
  } else if (stat?.kind === "file" && (stat.mode & 0o077) !== 0) {
    fs.setAttributes(path, { mode: PRIVATE_MODE });
  }
}

async function writeClientConfig(ctx: ModuleContext, settings: ChefSettings): Promise<boolean> {
  // They are plain already; the file is a program that root runs.
  const quoted = Object.fromEntries(
    Object.entries(settings.variables).map(([key, value]) => [
      key,
      typeof value === "string" ? escapeRuby(value) : value,
    ]),
  );
  const text = await renderTemplateFile(
    ctx,
    { name: "chef_client.rb", builtIn: CHEF_CLIENT_TEMPLATE },
    { ...quoted, generated_by: `Made by cloud-init v. ${VERSION} for each instance` },
  );
  if (text === undefined) {
    return false;
  }
  const isWritten = writeIfDifferent(ctx.sys.fs, settings.configPath, text, { mode: 0o644 });
  ctx.log.debug(`${isWritten ? "Wrote" : "There is no change in"} ${settings.configPath}`);
  return true;
}

/** Whether chef-client is to run then. */
async function ensureInstalled(ctx: ModuleContext, settings: ChefSettings): Promise<boolean> {
  const { install, exec } = settings;
  const there = findChefClient(ctx);
  if (there !== undefined && !install.force) {
    ctx.log.debug(`${there} is there: nothing to install`);
    return exec ?? false;
  }
  try {
    await installChef(ctx, install);
  } catch (error) {
    fail(ctx, "install_type", `Cannot install chef: ${errorMessage(error)}`, error);
    return false;
  }
  return exec ?? install.type === "gems";
}

async function runClient(ctx: ModuleContext, settings: ChefSettings): Promise<void> {
  const { fs, exec } = ctx.sys;
  const { path: validation } = settings.validation;
  const clientKey = String(settings.variables["client_key"]);
  const { execArguments: words, configPath } = settings;
  const isSaid = words.some((word) => /^(?:-c|--config)/u.test(word));
  const config = isSaid || configPath === "/etc/chef/client.rb" ? [] : ["-c", configPath];
  const isDaemon = words.some((word) => /^(?:-d|--daemonize)/u.test(word));
  const { deletesValidation: deletes } = settings;
  // A plan asks no question about what has not been done.
  let isRegistered = true;
  try {
    await exec.run([findChefClient(ctx) ?? CHEF_CLIENT, ...config, ...words], {
      output: "inherit",
      // What it does is in the server's recipes: a shutdown need not wait for all of them.
      owner: "user",
      timeoutMs: CLIENT_TIMEOUT_MS,
      async verify() {
        isRegistered = !(deletes && isDaemon) || (await waitForFile(ctx.sys, clientKey));
        return undefined;
      },
    });
  } catch (error) {
    const log = String(settings.variables["log_location"]);
    fail(ctx, "exec", `chef-client failed, see "${log}": ${errorMessage(error)}`, error);
    return;
  }
  if (!deletes || !isFile(fs, validation)) {
    return;
  }
  if (isRegistered) {
    fs.remove(validation);
  } else {
    ctx.log.warn(
      `chef: "${validation}" stays: chef-client has no key "${clientKey}" yet, and needs it to get one; remove it once there is one`,
    );
  }
}

/** Whether there is something in it before the time is over. */
async function waitForFile({ fs, clock }: System, path: string): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + REGISTRATION_TIMEOUT_MS;
  for (;;) {
    const stat = statTarget(fs, path);
    if (stat?.kind === "file" && stat.sizeBytes > 0) {
      return true;
    }
    if (clock.monotonicMs() >= deadlineMs) {
      return false;
    }
    await clock.sleep(REGISTRATION_INTERVAL_MS);
  }
}
