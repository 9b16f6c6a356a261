/** One boot script: /etc/rc.d/init.d/NAME, run by a link in rc2.d on AIX. */
export interface RcScript {
  readonly name: "cloud-init-local" | "cloud-init" | "cloud-config" | "cloud-final";
  /** On AIX: "S01cloud-init-local". */
  readonly linkName: string;
  /** Words after $CLOUDINITARGS. */
  readonly command: string;
}

/** The four stages in the order of their links (compat core.md §1.2). */
export const RC_SCRIPTS: readonly RcScript[] = [
  { name: "cloud-init-local", linkName: "S01cloud-init-local", command: "init --local" },
  { name: "cloud-init", linkName: "S02cloud-init", command: "init" },
  { name: "cloud-config", linkName: "S03cloud-config", command: "modules --mode config" },
  { name: "cloud-final", linkName: "S04cloud-final", command: "modules --mode final" },
];

/** Where the script finds things; tests have their own. */
export interface RcScriptPlaces {
  readonly shell: string;
  readonly agent: string;
  readonly configFile: string;
  /** Sourced in this order where they are regular files. */
  readonly settingsFiles: readonly string[];
  /** Absent: AIX's. */
  readonly environment?: { readonly path: string; readonly odmDir?: string };
  /** Files of the administrator's; each of them switches the stages off. */
  readonly disabledFiles: readonly string[];
  /** Comment lines below the first one, without "# ". */
  readonly header?: readonly string[];
}

/** As on AIX. */
export const AIX_PLACES: RcScriptPlaces = {
  shell: "/usr/bin/ksh",
  agent: "/opt/freeware/bin/cloud-init",
  configFile: "/opt/freeware/etc/cloud/cloud.cfg",
  settingsFiles: ["/etc/sysconfig/cloud-init", "/etc/default/cloud-init"],
  disabledFiles: ["/etc/cloud/cloud-init.disabled", "/opt/freeware/etc/cloud/cloud-init.disabled"],
};

const AIX_ENVIRONMENT: Exclude<RcScriptPlaces["environment"], undefined> = {
  path: "/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin:/opt/freeware/bin",
  odmDir: "/etc/objrepos",
};

/**
 * Variables that would let the caller's environment run code in the agent's process, or slow it
 * down: the JavaScript runtimes read them before the agent's first line.
 */
export const UNSAFE_VARIABLES: readonly string[] = [
  "BUN_OPTIONS",
  "BUN_BE_BUN",
  "BUN_INSPECT",
  "BUN_INSPECT_PRELOAD",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_NOTIFY",
  "BUN_CONFIG_REGISTRY",
  "BUN_RUNTIME_TRANSPILER_CACHE_PATH",
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_EXTRA_CA_CERTS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "NODE_REPL_EXTERNAL_MODULE",
  "NODE_COMPILE_CACHE",
  "NODE_V8_COVERAGE",
  "NODE_DEBUG",
  "NODE_ICU_DATA",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "LDR_PRELOAD",
  "LDR_PRELOAD64",
  "LDR_CNTRL",
  "LIBPATH",
  "ENV",
  "BASH_ENV",
  "CDPATH",
];

/**
 * The script's text, for ksh88 and any POSIX shell. No function or variable is called `start` or
 * `stop`: ksh has an alias of that name. `printf` is a program on AIX, so that no `echo -n` is
 * needed.
 */
export function renderRcScript(script: RcScript, places: RcScriptPlaces = AIX_PLACES): string {
  const sourced = places.settingsFiles.map((file) => `if [ -f ${file} ]; then\n  . ${file}\nfi\n`);
  const { path, odmDir } = places.environment ?? AIX_ENVIRONMENT;
  const header = (places.header ?? []).map((line) => `# ${line}`.replace(/^# ###/u, "###"));
  const odm = odmDir === undefined ? "" : `ODMDIR=${odmDir}\n`;
  return `#!${[places.shell, ...header].join("\n")}
# ${script.name}: a boot stage of cloud-init. Written by "cloud-init install".
# Settings belong into ${places.settingsFiles.join(" or ")}.
# CLOUDINITARGS, set there, goes before the subcommand.

prog=${script.name}
agent=${places.agent}
conf=${places.configFile}

# What the caller's environment holds must not reach the agent's runtime.
unset ${wrapWords(UNSAFE_VARIABLES)}
PATH=${path}
LC_ALL=C
${odm}export PATH LC_ALL${odm === "" ? "" : " ODMDIR"}
umask 022
cd /

${sourced.join("")}
run_agent() {
${places.disabledFiles.map(renderDisabledTest).join("")}  if [ ! -x "$agent" ]; then
    printf 'Cannot start %s: "%s" is not an executable file\\n' "$prog" "$agent" >&2
    return 5
  fi
  if [ ! -f "$conf" ]; then
    printf 'Cannot start %s: there is no "%s"\\n' "$prog" "$conf" >&2
    return 6
  fi
  printf 'Starting %s: ' "$prog"
  # The words of CLOUDINITARGS are options, not file name patterns.
  set -f
  "$agent" $CLOUDINITARGS ${script.command} </dev/null
}

case "$1" in
  start|restart|try-restart|condrestart)
    run_agent
    exit $?
    ;;
  stop)
    printf 'Shutting down %s: ' "$prog"
    exit 7
    ;;
  reload|force-reload)
    exit 3
    ;;
  status)
    printf 'Checking for service %s:\\n' "$prog"
    exit 3
    ;;
  *)
    printf 'Usage: %s {start|stop|status|try-restart|condrestart|restart|force-reload|reload}\\n' "$0"
    exit 3
    ;;
esac
`;
}

/** As `status` sees it: a link counts, wherever it leads. */
function renderDisabledTest(file: string): string {
  return `  if [ -e ${file} ] || [ -h ${file} ]; then
    printf 'Not starting %s: disabled by "%s"\\n' "$prog" ${file}
    return 0
  fi
`;
}

const LINE_LENGTH_MAX = 90;

function wrapWords(words: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line.length + word.length > LINE_LENGTH_MAX) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(" \\\n  ");
}
