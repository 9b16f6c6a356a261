import { Type } from "typebox";
import { exists, isFile } from "../system/files.ts";
import { isWritten } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";
import {
  readForwardingRules,
  readRsyslogSettings,
  type RsyslogSettings,
} from "./rsyslog-settings.ts";

const PROGRAM_DIRECTORIES = ["/usr/sbin", "/sbin", "/usr/bin", "/opt/freeware/sbin"];
const FILE_MODE = 0o644;
/** In the directory of this boot, from before a file is changed: rsyslogd has not read its files yet. */
const RELOAD_MARK = "rsyslog-reload";
const RELOAD_TIMEOUT_MS = 60_000;

const text = (description: string) => Type.Optional(Type.String({ description }));
const configs = Type.Array(
  Type.Union([
    Type.String(),
    Type.Object({
      content: Type.String({ description: "Lines for rsyslog." }),
      filename: text("Name of the file."),
    }),
  ]),
  { description: "Lines for rsyslog, each as text or with the name of its file." },
);

/** Where log messages go (compat modules.md, rsyslog). */
export const rsyslog = defineModule({
  name: "rsyslog",
  title: "Log hosts",
  description: [
    "Writes files of rsyslog's configuration directory and restarts it if one has changed. `remotes`",
    "are log hosts: `[filter ][@|@@]host[:port]`, @ for UDP, @@ for TCP.",
    "",
    "On AIX, where there is usually no rsyslogd: each plain line `selector @host` goes into a marked",
    "part of `/etc/syslog.conf` (`*.*` becomes `*.debug`) and `refresh -s syslogd` has it read; what",
    "syslogd cannot do is told. On Linux: files in `/etc/rsyslog.d`. Installing rsyslog is for",
    "`packages`. Source: rsyslog.conf(5), IBM's syslogd reference.",
  ].join("\n"),
  aix: "`/etc/syslog.conf` and `refresh -s syslogd`",
  linux: "files in `/etc/rsyslog.d`, a restart of rsyslog",
  frequency: "once-per-instance",
  activateByKeys: ["rsyslog"],
  itemKeys: ["rsyslog", "rsyslog_dir", "rsyslog_filename"],
  schema: Type.Object({
    rsyslog: Type.Optional(
      Type.Union([
        Type.Object(
          {
            configs: Type.Optional(configs),
            config_dir: text("Where the files go. Default /etc/rsyslog.d."),
            config_filename: text("Their name. Default 20-cloud-config.conf."),
            remotes: Type.Optional(
              Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
                description: "Log hosts by a name of your own.",
              }),
            ),
            service_reload_command: Type.Optional(
              Type.Union([Type.String(), Type.Array(Type.String())], {
                description: "auto, or the words of a command. Default auto.",
              }),
            ),
            check_exe: text("The program by which it is seen that it is installed."),
            packages: Type.Optional(
              Type.Array(Type.String(), { description: "Not installed: use packages." }),
            ),
            install_rsyslog: Type.Optional(
              Type.Boolean({ description: "Say if it is not installed. Default false." }),
            ),
          },
          { description: "Where log messages go." },
        ),
        configs,
      ]),
    ),
    rsyslog_dir: text("As config_dir, for the list."),
    rsyslog_filename: text("As config_filename, for the list."),
  }),
  examples: [
    "#cloud-config\nrsyslog:\n  remotes:\n    central: 192.0.2.50\n    audit: auth.* @@[2001:db8::50]:6514\n",
    '#cloud-config\nrsyslog:\n  configs:\n    - "*.* @logs.example.com"\n    - {content: "local0.* /var/log/local0.log", filename: 30-local.conf}\n',
  ],
  async run(ctx) {
    const { settings, problems } = readRsyslogSettings(ctx.cloudConfig);
    reportProblems(ctx, problems);
    const isThere = findProgram(ctx, settings.program);
    if (!isThere && ctx.distro.logForwarding !== undefined) {
      await forward(ctx, settings);
      return;
    }
    if (!isThere && settings.isInstalled) {
      fail(
        ctx,
        `rsyslog is not installed (looked for ${settings.program}): put "rsyslog" into packages, or into the image. Its files are written all the same`,
      );
    }
    if (settings.files.length === 0) {
      ctx.log.debug("There is nothing for rsyslog");
      return;
    }
    const mark = `${ctx.paths.runDir}/${RELOAD_MARK}`;
    const isDue = exists(ctx.sys.fs, mark);
    if (writeFiles(ctx, settings, mark) || isDue) {
      await reload(ctx, settings, mark);
    } else if (exists(ctx.sys.fs, mark)) {
      ctx.sys.fs.remove(mark);
    }
  },
});

function fail(ctx: ModuleContext, message: string, cause?: unknown): void {
  const path = ["rsyslog"];
  ctx.fail({ message, path, ...ctx.locate(path) }, cause);
}

function findProgram(ctx: ModuleContext, program: string): boolean {
  const { fs } = ctx.sys;
  return program.startsWith("/")
    ? isFile(fs, program)
    : PROGRAM_DIRECTORIES.some((directory) => isFile(fs, `${directory}/${program}`));
}

/** True if one was written. */
function writeFiles(
  ctx: ModuleContext,
  { directory, files }: RsyslogSettings,
  mark: string,
): boolean {
  const { fs } = ctx.sys;
  let changed = false;
  for (const { name, content } of files) {
    const path = `${directory}/${name}`;
    try {
      if (!isWritten(fs, path, content, FILE_MODE)) {
        if (!exists(fs, mark)) {
          fs.write(mark, "", { mode: FILE_MODE });
        }
        fs.write(path, content, { mode: FILE_MODE });
        changed = true;
      }
    } catch (error) {
      fail(ctx, `Cannot write "${path}": ${errorMessage(error)}`, error);
    }
  }
  return changed;
}

/** The files stay where this fails, or is cut off: rsyslogd reads them when it starts. Until the next boot the mark has another run make up for it. */
async function reload(
  ctx: ModuleContext,
  { reloadCommand }: RsyslogSettings,
  mark: string,
): Promise<void> {
  const { fs, exec } = ctx.sys;
  try {
    if (reloadCommand === undefined) {
      await ctx.distro.services.restart("syslog");
    } else {
      await exec.run(reloadCommand, { owner: "user", timeoutMs: RELOAD_TIMEOUT_MS });
    }
  } catch (error) {
    ctx.log.warn(`Failed to reload-or-restart syslog: ${errorMessage(error)}`);
    return;
  }
  if (exists(fs, mark)) {
    fs.remove(mark);
  }
}

async function forward(ctx: ModuleContext, settings: RsyslogSettings): Promise<void> {
  const { rules, problems } = readForwardingRules(settings.files);
  reportProblems(ctx, problems);
  try {
    const outcome = await ctx.distro.logForwarding?.ensureRules(rules);
    reportProblems(ctx, outcome?.problems ?? []);
    if (outcome?.changed === true) {
      ctx.log.info(`syslogd sends to ${rules.map(({ host }) => host).join(", ")}`);
    }
  } catch (error) {
    fail(ctx, `Cannot set the log hosts of syslogd: ${errorMessage(error)}`, error);
  }
}
