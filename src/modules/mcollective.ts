import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { asBytes } from "../distros/posix/edit-file.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { mergeIni } from "../text/merge-ini.ts";
import { changeConfigFile } from "./change-config-file.ts";
import { ensureAgentService } from "./ensure-agent-service.ts";
import { ensurePackages } from "./ensure-packages.ts";
import { findProgram } from "./find-program.ts";
import { isIniName, readIniSettings } from "./ini-settings.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

const KEY = "mcollective";
const SERVER_FILE = "/etc/mcollective/server.cfg";
/** Passwords of the middleware are in it. */
const SERVER_MODE = 0o600;
const PUBLIC_FILE = "/etc/mcollective/ssl/server-public.pem";
const PRIVATE_FILE = "/etc/mcollective/ssl/server-private.pem";
const PUBLIC_MODE = 0o644;
const PRIVATE_MODE = 0o600;
const AIO_DAEMON = "/opt/puppetlabs/puppet/bin/mcollectived";

const setting = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** The MCollective server (compat modules.md, mcollective). */
export const mcollective = defineModule({
  name: "mcollective",
  title: "MCollective server",
  description: [
    "Installs mcollective unless it is there, puts `conf` into /etc/mcollective/server.cfg (the former",
    "one stays as `.old`) and starts it, now and at each boot; one that runs is restarted where",
    "something has changed. A mapping in `conf` is a section. `public-cert` and `private-cert` are the",
    "server's certificate and key in PEM: they go to /etc/mcollective/ssl, the key with mode 0600, and",
    "server.cfg names them.",
    "",
    "On AIX: the package comes by `dnf` out of a repository that has it (`yum_repos`); the service is",
    "SRC's subsystem, with a line of /etc/inittab; where SRC knows none, that is a warning. On Linux:",
    "apt-get, dnf or yum; systemd or System V. Source: upstream's cc_mcollective.",
  ].join("\n"),
  aix: "`dnf install mcollective`, `/etc/mcollective/server.cfg`, `startsrc` and `mkitab`",
  linux: "the package, `/etc/mcollective/server.cfg`, `systemctl enable` and `start`",
  frequency: "once-per-instance",
  activateByKeys: [KEY],
  schema: Type.Object({
    mcollective: Type.Optional(
      Type.Object(
        {
          conf: Type.Optional(
            Type.Record(Type.String(), Type.Union([setting, Type.Record(Type.String(), setting)]), {
              description: "Settings of server.cfg, sections, public-cert and private-cert.",
            }),
          ),
        },
        { description: "The MCollective server." },
      ),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "mcollective:",
      "  conf:",
      "    plugin.activemq.pool.1.host: mq.example.com",
      "    public-cert: |",
      "      -----BEGIN CERTIFICATE-----",
      "      …",
      "      -----END CERTIFICATE-----",
      "    private-cert: |",
      "      -----BEGIN RSA PRIVATE KEY-----",
      "      …",
      "      -----END RSA PRIVATE KEY-----",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const wanted = config.mcollective;
    if (wanted === undefined || !(await install(ctx))) {
      return;
    }
    const changed = configure(ctx, wanted.conf ?? {});
    await ensureAgentService(ctx, { key: KEY, names: [KEY], restarts: changed });
  },
});

async function install(ctx: ModuleContext): Promise<boolean> {
  if (findProgram(ctx, "mcollectived", [AIO_DAEMON]) !== undefined) {
    ctx.log.debug("An MCollective server is there already");
    return true;
  }
  try {
    await ensurePackages(ctx, [{ name: KEY }]);
    return true;
  } catch (error) {
    fail(ctx, [], `Cannot install mcollective: ${errorMessage(error)}`, error);
    return false;
  }
}

function configure(ctx: ModuleContext, conf: Readonly<Record<string, unknown>>): boolean {
  const top: Record<string, unknown> = {};
  const sections = new Map<string, ReadonlyMap<string, string>>();
  let changed = false;
  for (const [key, value] of Object.entries(conf)) {
    const path = [KEY, "conf", key];
    if (key === "public-cert" || key === "private-cert") {
      const [name, file, mode] =
        key === "public-cert"
          ? ["public", PUBLIC_FILE, PUBLIC_MODE]
          : ["private", PRIVATE_FILE, PRIVATE_MODE];
      const isWritten = writePem(ctx, key, value, file, mode);
      if (isWritten !== undefined) {
        changed ||= isWritten;
        top[`plugin.ssl_server_${name}`] = file;
        top["securityprovider"] = "ssl";
      }
    } else if (!isMapping(value)) {
      Object.defineProperty(top, key, { value, enumerable: true, configurable: true });
    } else if (isIniName(key)) {
      const { settings, problems } = readIniSettings(value, path);
      reportProblems(ctx, problems);
      sections.set(asBytes(key), bytesOf(settings));
    } else {
      fail(ctx, ["conf", key], `mcollective.conf: "${key}" is no name for a section`);
    }
  }
  const { settings, problems } = readIniSettings(top, [KEY, "conf"]);
  reportProblems(ctx, problems);
  if (settings.size > 0) {
    sections.set("", bytesOf(settings));
  }
  try {
    const edit = (text: string): string => mergeIni(text, sections);
    const options = { newMode: SERVER_MODE, isPrivate: true };
    // Not even touched where there is nothing to say.
    return (
      (sections.size > 0 && changeConfigFile(ctx.sys.fs, SERVER_FILE, edit, options)) || changed
    );
  } catch (error) {
    fail(ctx, ["conf"], `Cannot write "${SERVER_FILE}": ${errorMessage(error)}`, error);
    return changed;
  }
}

function bytesOf(settings: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...settings].map(([key, value]) => [asBytes(key), asBytes(value)]));
}

/** Whether the file had to be written; undefined where there is no such file now. */
function writePem(
  ctx: ModuleContext,
  key: string,
  value: unknown,
  file: string,
  mode: number,
): boolean | undefined {
  if (typeof value !== "string" || !value.includes("-----BEGIN ")) {
    const found = typeof value === "string" ? "other text" : describeKind(value);
    fail(ctx, ["conf", key], `mcollective.conf.${key}: expected PEM (-----BEGIN …), got ${found}`);
    return undefined;
  }
  try {
    return writeIfDifferent(ctx.sys.fs, file, `${value.trim()}\n`, { mode });
  } catch (error) {
    fail(ctx, ["conf", key], `Cannot write "${file}": ${errorMessage(error)}`, error);
    return undefined;
  }
}

function fail(
  ctx: ModuleContext,
  place: readonly string[],
  message: string,
  cause?: unknown,
): void {
  const path = [KEY, ...place];
  ctx.fail({ message, path, ...ctx.locate(path) }, cause);
}
