import { type Static, Type } from "typebox";
import { isDirectory } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import { stringifyYaml } from "../text/yaml-emitter.ts";
import { ensureAgentService } from "./ensure-agent-service.ts";
import { ensurePackages } from "./ensure-packages.ts";
import { findProgram } from "./find-program.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { runAgent } from "./run-agent.ts";

const KEY = "salt_minion";
const CONFIG_DIR = "/etc/salt";
/** Salt's own packages ("onedir") have their programs here. */
const ONEDIR = "/opt/saltstack/salt";
/** Passwords of pillars and proxies may be in it; the minion reads it as root. */
const CONFIG_MODE = 0o600;
const PUBLIC_KEY_MODE = 0o600;
const PRIVATE_KEY_MODE = 0o400;
const KEY_DIRECTORY_MODE = 0o700;

const text = (description: string) => Type.Optional(Type.String({ description }));
const path = (description: string) => Type.Optional(Type.String({ description, pattern: "^/" }));
const name = (description: string) =>
  Type.Optional(Type.String({ description, pattern: "^[A-Za-z0-9][A-Za-z0-9@:._+-]*$" }));
const values = (description: string) =>
  Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description }));

const settings = Type.Object(
  {
    conf: values("What the minion's file says. With file_client: local there is no master."),
    grains: values("What its file of grains says."),
    public_key: text("The minion's public key, with private_key."),
    private_key: text("Its private key, so that the master knows it already."),
    config_dir: path("Default /etc/salt."),
    pki_dir: path("Default pki/minion below it where that is there, else pki."),
    pkg_name: name("The package. Default salt-minion."),
    service_name: name("The service. Default salt-minion."),
  },
  { description: "The Salt minion." },
);

/** The Salt minion (compat modules.md, salt_minion). */
export const saltMinion = defineModule({
  name: "salt_minion",
  title: "Salt minion",
  description: [
    "Installs the Salt minion unless it is there, writes `conf` and `grains` as YAML into its",
    "directory, its keys where only root can read them, and starts it, now and at each boot; one that",
    "runs is restarted where something has changed. With `conf: {file_client: local}` there is no",
    "master: the service is stopped and `salt-call --local state.apply` runs once, two hours at most.",
    "",
    "On AIX: the package comes by `dnf` out of a repository that has it (`yum_repos`); the service is",
    "SRC's subsystem, with a line of /etc/inittab; where SRC knows none, that is a warning. On Linux:",
    "apt-get, dnf or yum; systemd or System V. Source: upstream's cc_salt_minion; Salt's",
    "documentation of the minion's configuration.",
  ].join("\n"),
  aix: "`dnf install salt-minion`, files in `/etc/salt`, `startsrc` and `mkitab`",
  linux: "the package, files in `/etc/salt`, `systemctl enable` and `start`",
  frequency: "once-per-instance",
  activateByKeys: [KEY],
  schema: Type.Object({ salt_minion: Type.Optional(settings) }),
  examples: [
    [
      "#cloud-config",
      "salt_minion:",
      "  conf: {master: salt.example.com}",
      "  grains: {role: [database]}",
      "  public_key: |",
      "    -----BEGIN PUBLIC KEY-----",
      "    …",
      "    -----END PUBLIC KEY-----",
      "  private_key: |",
      "    -----BEGIN RSA PRIVATE KEY-----",
      "    …",
      "    -----END RSA PRIVATE KEY-----",
      "",
    ].join("\n"),
    "#cloud-config\nsalt_minion:\n  conf: {file_client: local, fileserver_backend: [roots]}\n",
  ],
  async run(ctx, config) {
    const wanted = config.salt_minion;
    if (wanted === undefined || !(await install(ctx, wanted.pkg_name ?? "salt-minion"))) {
      return;
    }
    const directory = wanted.config_dir ?? CONFIG_DIR;
    const changes = [
      writeYaml(ctx, `${directory}/minion`, "conf", wanted.conf),
      writeYaml(ctx, `${directory}/grains`, "grains", wanted.grains),
      writeKeys(ctx, directory, wanted),
    ];
    const names = [wanted.service_name ?? "salt-minion"];
    if (wanted.conf?.["file_client"] === "local") {
      await applyWithoutMaster(ctx, directory, names);
      return;
    }
    await ensureAgentService(ctx, { key: KEY, names, restarts: changes.includes(true) });
  },
});

async function install(ctx: ModuleContext, package_: string): Promise<boolean> {
  if (findProgram(ctx, "salt-minion", [`${ONEDIR}/salt-minion`]) !== undefined) {
    ctx.log.debug("A Salt minion is there already");
    return true;
  }
  try {
    await ensurePackages(ctx, [{ name: package_ }]);
    return true;
  } catch (error) {
    fail(ctx, [], `Cannot install ${package_}: ${errorMessage(error)}`, error);
    return false;
  }
}

function writeYaml(
  ctx: ModuleContext,
  file: string,
  key: "conf" | "grains",
  content: Readonly<Record<string, unknown>> | undefined,
): boolean {
  if (content === undefined) {
    return false;
  }
  try {
    return writeIfDifferent(ctx.sys.fs, file, stringifyYaml(content), { mode: CONFIG_MODE });
  } catch (error) {
    fail(ctx, [key], `Cannot write "${file}": ${errorMessage(error)}`, error);
    return false;
  }
}

function writeKeys(
  ctx: ModuleContext,
  configDirectory: string,
  wanted: Static<typeof settings>,
): boolean {
  const { public_key: publicKey, private_key: privateKey } = wanted;
  if (publicKey === undefined && privateKey === undefined) {
    return false;
  }
  if (publicKey === undefined || privateKey === undefined) {
    const [there, missing] =
      publicKey === undefined ? ["private_key", "public_key"] : ["public_key", "private_key"];
    fail(ctx, [there], `Cannot use ${KEY}.${there}: ${missing} is missing, a minion needs both`);
    return false;
  }
  const { fs } = ctx.sys;
  const usual = `${configDirectory}/pki/minion`;
  const directory = wanted.pki_dir ?? (isDirectory(fs, usual) ? usual : `${configDirectory}/pki`);
  try {
    fs.makeDirectory(directory, { mode: KEY_DIRECTORY_MODE });
    if (fs.stat(directory)?.mode !== KEY_DIRECTORY_MODE) {
      fs.setAttributes(directory, { mode: KEY_DIRECTORY_MODE });
    }
    const write = (file: string, key: string, mode: number): boolean =>
      writeIfDifferent(fs, `${directory}/${file}`, `${key.trim()}\n`, { mode });
    const isNew = write("minion.pub", publicKey, PUBLIC_KEY_MODE);
    return write("minion.pem", privateKey, PRIVATE_KEY_MODE) || isNew;
  } catch (error) {
    fail(ctx, ["private_key"], `Cannot write keys to "${directory}": ${errorMessage(error)}`);
    return false;
  }
}

async function applyWithoutMaster(
  ctx: ModuleContext,
  directory: string,
  names: readonly string[],
): Promise<void> {
  try {
    await ctx.distro.services.named?.ensureDisabledAndStopped(names);
  } catch (error) {
    fail(ctx, ["conf"], `Cannot stop ${names.join()}: ${errorMessage(error)}`, error);
  }
  await runAgent(ctx, {
    what: "salt-call --local state.apply",
    path: [KEY, "conf"],
    argv: [
      findProgram(ctx, "salt-call", [`${ONEDIR}/salt-call`]) ?? "/usr/bin/salt-call",
      "--local",
      // Else states that failed would end with 0 (salt-call(1)).
      "--retcode-passthrough",
      ...(directory === CONFIG_DIR ? [] : [`--config-dir=${directory}`]),
      "state.apply",
    ],
  });
}

function fail(
  ctx: ModuleContext,
  place: readonly string[],
  message: string,
  cause?: unknown,
): void {
  const whole = [KEY, ...place];
  ctx.fail({ message, path: whole, ...ctx.locate(whole) }, cause);
}
