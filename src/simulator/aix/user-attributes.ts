/** Attributes of users that are kept in a stanza file: attribute → file. */
const USER_FILE = "/etc/security/user";
const LIMITS_FILE = "/etc/security/limits";

const USER_ATTRIBUTES = new Set([
  "account_locked",
  "admgroups",
  "admin",
  "auditclasses",
  "auth1",
  "auth2",
  "daemon",
  "default_roles",
  "dictionlist",
  "expires",
  "histexpire",
  "histsize",
  "login",
  "loginretries",
  "logintimes",
  "maxage",
  "maxexpired",
  "maxrepeats",
  "minage",
  "minalpha",
  "mindiff",
  "mindigit",
  "minlen",
  "minloweralpha",
  "minother",
  "minspecialchar",
  "minupperalpha",
  "pwdchecks",
  "pwdwarntime",
  "registry",
  "rlogin",
  "roles",
  "su",
  "sugroups",
  "SYSTEM",
  "tpath",
  "ttys",
  "umask",
]);

const LIMITS_ATTRIBUTES = new Set([
  "core",
  "core_hard",
  "cpu",
  "cpu_hard",
  "data",
  "data_hard",
  "fsize",
  "fsize_hard",
  "nofiles",
  "nofiles_hard",
  "nproc",
  "rss",
  "rss_hard",
  "stack",
  "stack_hard",
]);

/** Where chuser and lsuser keep an attribute; undefined for those of /etc/passwd and unknown ones. */
export function stanzaFileOf(attribute: string): string | undefined {
  return USER_ATTRIBUTES.has(attribute)
    ? USER_FILE
    : LIMITS_ATTRIBUTES.has(attribute)
      ? LIMITS_FILE
      : undefined;
}

const OTHER_FILES: Readonly<Record<string, ReadonlySet<string>>> = {
  "/etc/security/passwd": new Set(["password", "lastupdate", "flags"]),
  "/etc/security/lastlog": new Set([
    "time_last_login",
    "tty_last_login",
    "host_last_login",
    "unsuccessful_login_count",
    "time_last_unsuccessful_login",
    "tty_last_unsuccessful_login",
    "host_last_unsuccessful_login",
  ]),
  "/etc/security/login.cfg": new Set([
    "shells",
    "maxlogins",
    "logintimeout",
    "maxroles",
    "auth_type",
    "pwd_algorithm",
    "unix_passwd_compat",
    "mkhomeatlogin",
    "herald",
    "sak_enabled",
    "logintimes",
    "logindisable",
    "logininterval",
    "loginreenable",
    "logindelay",
    "efs_keystore_access",
  ]),
  "/etc/security/group": new Set(["admin", "adms", "projects"]),
  "/etc/security/environ": new Set(["usrenv", "sysenv"]),
};

/** Whether chsec and lssec know the attribute in that file. Undefined for a file they do not know. */
export function isSecurityAttribute(file: string, attribute: string): boolean | undefined {
  const path = securityPath(file);
  if (path === USER_FILE || path === LIMITS_FILE) {
    return stanzaFileOf(attribute) === path;
  }
  return Object.hasOwn(OTHER_FILES, path) ? OTHER_FILES[path]?.has(attribute) : undefined;
}

/** chsec takes "/etc/security/user" and plain "user". */
export function securityPath(file: string): string {
  return file.startsWith("/") ? file : `/etc/security/${file}`;
}
