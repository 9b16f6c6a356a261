import { type ModuleLists, moduleLists, type Platform } from "./builtin-config.ts";

/** A configuration file that `cloud-init install` writes where there is none. */
export interface DefaultConfigFile {
  /** Below the directory of cloud.cfg. */
  readonly name: string;
  readonly content: string;
}

/** cloud.cfg and cloud.cfg.d/05_logging.cfg for a platform (compat config.md §2, core.md §3.3–3.4). */
export function defaultConfigFiles(platform: Platform): readonly DefaultConfigFile[] {
  return [
    { name: "cloud.cfg", content: platform === "aix" ? aixCloudCfg() : linuxCloudCfg() },
    { name: "cloud.cfg.d/05_logging.cfg", content: LOGGING_CFG },
  ];
}

function aixCloudCfg(): string {
  return `# Configuration of cloud-init on this image.
#
# Files in cloud.cfg.d whose names end in ".cfg" win over this one, user-data wins over both.
# A list in a stronger place replaces the list here as a whole.

# Whom to prepare. "default" is the user named under system_info below.
users:
  - default

# root may log in, with its keys and with a password.
disable_root: false
ssh_pwauth: true

# Each deployed machine gets host keys of its own.
ssh_deletekeys: true
ssh_genkeytypes: [rsa, ecdsa, ed25519]

# true: the host name is left as it is.
preserve_hostname: false

# Where a machine learns who it is: PowerVC attaches a config drive.
datasource_list: ['ConfigDrive']

${renderModuleLists(moduleLists("aix"))}
system_info:
  distro: aix
  default_user:
    name: root
    lock_passwd: false
  paths:
    cloud_dir: /opt/freeware/var/lib/cloud/
    templates_dir: /opt/freeware/etc/cloud/templates/
    upstart_dir: /etc/rc.d/init.d/
  ssh_svcname: ssh
`;
}

function linuxCloudCfg(): string {
  return `# Configuration of cloud-init on this image.
#
# Files in cloud.cfg.d whose names end in ".cfg" win over this one, user-data wins over both.
# A list in a stronger place replaces the list here as a whole.

# Whom to prepare. "default" is the distribution's usual cloud user, or the one that
# system_info: {default_user: {...}} describes.
users:
  - default

# Key logins as root are turned away; the default user has sudo.
disable_root: true

# Each deployed machine gets host keys of its own.
ssh_deletekeys: true

# true: the host name is left as it is.
preserve_hostname: false

# Where a machine learns who it is, in this order.
datasource_list: [ConfigDrive, None]

${renderModuleLists(moduleLists("linux"))}
system_info:
  paths:
    cloud_dir: /var/lib/cloud/
    templates_dir: /etc/cloud/templates/
`;
}

const LIST_COMMENTS: Readonly<Record<keyof ModuleLists, string>> = {
  cloud_init_modules: 'Run by "cloud-init init".',
  cloud_config_modules: 'Run by "cloud-init modules --mode config".',
  cloud_final_modules: 'Run by "cloud-init modules --mode final".',
};

function renderModuleLists(lists: ModuleLists): string {
  const keys = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"] as const;
  return keys
    .map((key) => {
      const items = lists[key].map((name) => `  - ${name}\n`).join("");
      return `# ${LIST_COMMENTS[key]}\n${key}:\n${items}`;
    })
    .join("\n");
}

/** The log file first: /dev/log exists on AIX and usually leads nowhere. The console gets warnings only. */
const LOGGING_CFG = `# Where cloud-init logs, and where the output of the stages and of user scripts goes.
#
# Each entry of log_cfgs is tried until one can be opened: the file, then syslog.

_log:
  - &log_base |
    [loggers]
    keys=root,cloudinit

    [handlers]
    keys=consoleHandler,cloudLogHandler

    [formatters]
    keys=simpleFormatter,arg0Formatter

    [logger_root]
    level=DEBUG
    handlers=consoleHandler,cloudLogHandler

    [logger_cloudinit]
    level=DEBUG
    qualname=cloudinit
    handlers=
    propagate=1

    [handler_consoleHandler]
    class=StreamHandler
    level=WARNING
    formatter=arg0Formatter
    args=(sys.stderr,)

    [formatter_arg0Formatter]
    format=%(asctime)s - %(filename)s[%(levelname)s]: %(message)s

    [formatter_simpleFormatter]
    format=[CLOUDINIT] %(filename)s[%(levelname)s]: %(message)s
  - &log_file |
    [handler_cloudLogHandler]
    class=FileHandler
    level=DEBUG
    formatter=arg0Formatter
    args=('/var/log/cloud-init.log', 'a', 'UTF-8')
  - &log_syslog |
    [handler_cloudLogHandler]
    class=handlers.SysLogHandler
    level=DEBUG
    formatter=simpleFormatter
    args=("/dev/log", handlers.SysLogHandler.LOG_USER)

log_cfgs:
  - [*log_base, *log_file]
  - [*log_base, *log_syslog]

# Standard output and standard error of all stages.
output: {all: '| tee -a /var/log/cloud-init-output.log'}
`;
