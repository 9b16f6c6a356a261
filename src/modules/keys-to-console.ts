import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { keyBits, opensshFingerprint } from "../distros/posix/key-fingerprint.ts";
import { isFile, readTextIfExists } from "../system/files.ts";
import type { FileStat } from "../system/system.ts";
import { isFalse } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { defineModule, type ModuleContext } from "./module.ts";

const SSH_DIRECTORY = "/etc/ssh";
const LOGGER = "/usr/bin/logger";
const LOGGER_TAG = "ec2";
const TOOL_TIMEOUT_MS = 60_000;
const FRAME = "#".repeat(61);
const OTHERS_WRITE = 0o022;

/** Shows the host keys on the console, for who has to trust them (compat modules.md, keys_to_console). */
export const keysToConsole = defineModule({
  name: "keys_to_console",
  title: "Host keys on the console",
  description: [
    "Shows the public host keys on the console and sends their fingerprints to syslog, so that whoever",
    "logs in for the first time can compare them. An own `write-ssh-key-fingerprints` in cloud-init's",
    "library directory is run in its place, if nobody but root can write it. The same on AIX and on",
    "Linux; but where no rule of AIX's /etc/syslog.conf takes `user.info`, nothing is sent. Source: upstream's keys_to_console.",
  ].join("\n"),
  aix: "public host keys on the console, fingerprints to syslog by `logger`",
  linux: "the same",
  frequency: "once-per-instance",
  itemKeys: ["ssh"],
  schema: Type.Object({
    ssh: Type.Optional(
      Type.Object(
        {
          emit_keys_to_console: Type.Optional(
            Type.Union([Type.Boolean(), Type.String()], {
              description: "False: show none. Default true.",
            }),
          ),
        },
        { description: "`{emit_keys_to_console: false}` shows none." },
      ),
    ),
    ssh_fp_console_blacklist: Type.Optional(
      Type.Array(Type.String(), { description: "Key types without a fingerprint." }),
    ),
    ssh_key_console_blacklist: Type.Optional(
      Type.Array(Type.String(), { description: "Key types that are not shown." }),
    ),
  }),
  examples: [
    "#cloud-config\nssh: {emit_keys_to_console: false}\n",
    "#cloud-config\nssh_key_console_blacklist: [ssh-dss]\nssh_fp_console_blacklist: [ssh-dss]\n",
  ],
  async run(ctx, config) {
    const ssh = ctx.cloudConfig["ssh"];
    if (isMapping(ssh) && isFalse(ssh["emit_keys_to_console"])) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, logging of SSH host keys disabled`);
      return;
    }
    const hidden = {
      fingerprints: config.ssh_fp_console_blacklist ?? [],
      keys: config.ssh_key_console_blacklist ?? [],
    };
    const tool = findTool(ctx);
    if (tool !== undefined) {
      await runTool(ctx, tool, hidden);
      return;
    }
    const keys = readHostKeys(ctx);
    await sendFingerprints(
      ctx,
      keys.filter(({ type }) => !hidden.fingerprints.includes(type)),
    );
    const lines = keys.filter(({ type }) => !hidden.keys.includes(type)).map(({ line }) => line);
    ctx.sys.output.writeConsole(
      ["-----BEGIN SSH HOST KEY KEYS-----", ...lines, "-----END SSH HOST KEY KEYS-----", ""].join(
        "\n",
      ),
    );
  },
});

interface Hidden {
  readonly fingerprints: readonly string[];
  readonly keys: readonly string[];
}

interface HostKey {
  readonly type: string;
  readonly base64: string;
  readonly comment: string;
  readonly line: string;
}

function readHostKeys(ctx: ModuleContext): readonly HostKey[] {
  const { fs } = ctx.sys;
  if (fs.stat(SSH_DIRECTORY)?.kind !== "directory") {
    return [];
  }
  const names = fs.list(SSH_DIRECTORY).filter((name) => /^ssh_host_.+_key\.pub$/u.test(name));
  return names.flatMap((name): readonly HostKey[] => {
    const line = (readTextIfExists(fs, `${SSH_DIRECTORY}/${name}`) ?? "").trim();
    const [type = "", base64 = "", ...rest] = line.split(/\s+/u);
    return base64 === "" || /\p{Cc}/u.test(line)
      ? []
      : [{ type, base64, comment: rest.join(" "), line }];
  });
}

/** AIX's logger has no -s on old levels: the text goes to syslog alone, by standard input, in one process. */
async function sendFingerprints(ctx: ModuleContext, keys: readonly HostKey[]): Promise<void> {
  if (!isFile(ctx.sys.fs, LOGGER)) {
    ctx.log.debug(`No fingerprints for syslog: there is no ${LOGGER}`);
    return;
  }
  if (ctx.distro.logForwarding?.isInfoDiscarded("user") === true) {
    ctx.log.debug("No fingerprints for syslog: no rule of syslogd takes user.info");
    return;
  }
  const lines = [
    FRAME,
    "-----BEGIN SSH HOST KEY FINGERPRINTS-----",
    ...keys.map(formatFingerprint),
    "-----END SSH HOST KEY FINGERPRINTS-----",
    FRAME,
  ];
  try {
    await ctx.sys.exec.run([LOGGER, "-p", "user.info", "-t", LOGGER_TAG], {
      stdin: `${lines.join("\n")}\n`,
    });
  } catch (error) {
    ctx.log.warn(`Cannot send the fingerprints of the host keys to syslog: ${errorMessage(error)}`);
  }
}

/** As `ssh-keygen -l` prints it. */
function formatFingerprint({ type, base64, comment }: HostKey): string {
  const name = type
    .replace(/^ssh-/u, "")
    .replace(/-sha2-nistp\d+$/u, "")
    .toUpperCase();
  const who = comment === "" ? "no comment" : printable(comment);
  return `${keyBits(type, base64) ?? 0} ${opensshFingerprint(base64)} ${who} (${name === "DSS" ? "DSA" : name})`;
}

/** The tool of the old package, or of the administrator's own; run as root, so only root may write it. */
function findTool(ctx: ModuleContext): string | undefined {
  const { fs } = ctx.sys;
  const prefix = ctx.distro.name === "aix" ? "/opt/freeware" : "/usr";
  const path = `${prefix}/lib/cloud-init/write-ssh-key-fingerprints`;
  const stat = fs.stat(path);
  if (stat === undefined) {
    return undefined;
  }
  if (!isSafe(stat)) {
    ctx.log.warn(
      `"${path}" is not run: it has to be a file of root's that nobody else can write; the keys are shown without it`,
    );
    return undefined;
  }
  return path;
}

function isSafe(stat: FileStat): boolean {
  return stat.kind === "file" && stat.uid === 0 && (stat.mode & OTHERS_WRITE) === 0;
}

async function runTool(ctx: ModuleContext, tool: string, hidden: Hidden): Promise<void> {
  try {
    const { stdout } = await ctx.sys.exec.run(
      [tool, hidden.fingerprints.join(","), hidden.keys.join(",")],
      { timeoutMs: TOOL_TIMEOUT_MS },
    );
    ctx.sys.output.writeConsole(stdout);
  } catch (error) {
    ctx.fail(`Writing keys to the system console failed: ${errorMessage(error)}`, error);
  }
}
