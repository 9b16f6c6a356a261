import { type CloudConfig, isMapping } from "../config/cloud-config.ts";
import type { Finding } from "./finding.ts";

type Path = readonly (string | number)[];

/** What is written for Linux and means something else, or nothing, on AIX. Each hint says what to write. */
export function findAixHints(config: CloudConfig): readonly Finding[] {
  return [
    ...fileHints(config["write_files"]),
    ...userHints(config["users"]),
    ...groupHints(config["groups"], ["groups"]),
    ...commandHints(config["runcmd"], "runcmd"),
    ...commandHints(config["bootcmd"], "bootcmd"),
    ...swapHints(config["swap"]),
    ...diskHints(config["disk_setup"]),
    ...fileSystemHints(config["fs_setup"]),
  ];
}

function hint(path: Path, message: string): Finding {
  return { level: "hint", path, message };
}

const GROUP_HINT =
  'AIX has no group "root" and none called "wheel": the group "system" is used for both';
const BASH_HINT =
  "AIX has no /bin/bash: /usr/bin/ksh is always there, the Toolbox's bash is /opt/freeware/bin/bash";
const HASH_HINT =
  'AIX does not know this form of hash: give one made on AIX ("{ssha512}…" from /etc/security/passwd)';
const SUDO_HINT =
  "On AIX sudo comes from the Toolbox: it reads the sudoers.d beside its own sudoers file, which may be /opt/freeware/etc/sudoers; `sudo:` of a user finds the right one";

function isForeignGroup(name: unknown): boolean {
  return name === "root" || name === "wheel";
}

function fileHints(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, entry] of Array.isArray(value) ? value.entries() : []) {
    if (!isMapping(entry)) {
      continue;
    }
    const at = ["write_files", index];
    const { owner, path, content } = entry;
    if (typeof owner === "string" && isForeignGroup(owner.split(":")[1])) {
      findings.push(hint([...at, "owner"], GROUP_HINT));
    }
    if (typeof path === "string" && path.startsWith("/etc/sudoers.d/")) {
      findings.push(hint([...at, "path"], SUDO_HINT));
    }
    if (typeof content === "string" && BASH_SCRIPT.test(content)) {
      findings.push(hint([...at, "content"], BASH_HINT));
    }
  }
  return findings;
}

const BASH_SCRIPT = /^#!\s*(?:\/usr)?\/bin\/bash(?:\s|$)/u;
const BASH_SHELL = /^(?:\/usr)?\/bin\/bash$/u;
/** crypt(5) of Linux: SHA-256, SHA-512, MD5, bcrypt, yescrypt. */
const LINUX_HASH = /^\$(?:1|2[abxy]|5|6|7|y|gy)\$/u;

function userHints(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, user] of Array.isArray(value) ? value.entries() : []) {
    if (!isMapping(user)) {
      continue;
    }
    const at = ["users", index];
    for (const [key, setting] of Object.entries(user)) {
      const name = key.replaceAll("-", "_");
      if (name === "shell" && typeof setting === "string" && BASH_SHELL.test(setting)) {
        findings.push(hint([...at, key], BASH_HINT));
      } else if (
        (name === "passwd" || name === "hashed_passwd") &&
        typeof setting === "string" &&
        LINUX_HASH.test(setting)
      ) {
        findings.push(hint([...at, key], HASH_HINT));
      } else if (name === "groups" || name === "primary_group") {
        findings.push(...groupHints(setting, [...at, key]));
      }
    }
  }
  return findings;
}

function groupHints(value: unknown, path: Path): readonly Finding[] {
  const names = Array.isArray(value)
    ? value
    : typeof value === "string"
      ? value.split(",").map((name) => name.trim())
      : isMapping(value)
        ? Object.keys(value)
        : [];
  return names.some(isForeignGroup) ? [hint(path, GROUP_HINT)] : [];
}

/** Programs of Linux that people call in scripts, and what AIX has instead. */
const PROGRAMS: Readonly<Record<string, string>> = {
  systemctl: "startsrc -s, stopsrc -s and lssrc -s",
  service: "startsrc -s, stopsrc -s and lssrc -s",
  apt: "dnf of the Toolbox, or installp",
  "apt-get": "dnf of the Toolbox, or installp",
  ip: "ifconfig, chdev and netstat",
  swapon: "swapon of paging spaces that mkps made",
  hostnamectl: "`hostname:` of this file",
  timedatectl: "`timezone:` of this file, or chtz",
  adduser: "mkuser",
};

function commandHints(value: unknown, key: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, item] of Array.isArray(value) ? value.entries() : []) {
    const words = commandWords(item);
    const at = [key, index];
    const program = (words[0] ?? "").replace(/^(?:\/usr)?\/s?bin\//u, "");
    if (words.some((word) => BASH_SHELL.test(word))) {
      findings.push(hint(at, BASH_HINT));
    } else if (program === "sudo" || words[0] === "/usr/bin/sudo") {
      findings.push(hint(at, "These commands run as root already: sudo is not needed"));
    } else if (Object.hasOwn(PROGRAMS, program)) {
      findings.push(hint(at, `AIX has no ${program}: there is ${PROGRAMS[program] ?? ""}`));
    }
  }
  return findings;
}

function commandWords(item: unknown): readonly string[] {
  if (Array.isArray(item)) {
    return item.filter((word) => typeof word === "string");
  }
  return typeof item === "string" ? item.trim().split(/\s+/u).slice(0, 3) : [];
}

function swapHints(value: unknown): readonly Finding[] {
  if (!isMapping(value) || value["filename"] === undefined) {
    return [];
  }
  const message =
    'AIX pages to logical volumes, not to files: leave "filename" out, "size" makes the paging space of rootvg (or of "volume_group") so large, by chps or mkps';
  return [hint(["swap"], message)];
}

const LINUX_DEVICE =
  /^(?:(?:\/dev\/)?(?:(?:sd|vd|xvd)[a-z]+\d*|nvme\d.*)|\/dev\/(?:disk|mapper)\/.*|(?:ephemeral|swap)\d*(?:\.\d+)?|(?:PART)?(?:LABEL|UUID)=.*)$/u;

function diskHints(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, settings] of Object.entries(isMapping(value) ? value : {})) {
    const at = ["disk_setup", name];
    if (LINUX_DEVICE.test(name)) {
      const message = `"${name}" is a device's name on Linux: AIX's disks are called "hdisk1", or by the PVID that lspv shows`;
      findings.push(hint(at, message));
    }
    const keys = isMapping(settings) ? Object.keys(settings) : [];
    const key = keys.find((each) => each === "table_type" || each === "layout");
    if (key !== undefined) {
      const message =
        'AIX has no partitions: "volume_group" makes the disk part of one, and "fs_setup" makes logical volumes in it';
      findings.push(hint([...at, key], message));
    }
  }
  return findings;
}

function fileSystemHints(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, entry] of Array.isArray(value) ? value.entries() : []) {
    const { device, filesystem } = isMapping(entry) ? entry : {};
    const at = ["fs_setup", index];
    if (typeof device === "string" && (LINUX_DEVICE.test(device) || /hdisk\d+$/u.test(device))) {
      const message = `"${device}" holds no file system on AIX: say the logical volume to be made, "/dev/datalv", with "volume_group" and "size"`;
      findings.push(hint([...at, "device"], message));
    }
    if (typeof filesystem === "string" && !/^(?:jfs2|auto)$/u.test(filesystem)) {
      findings.push(hint([...at, "filesystem"], `AIX makes jfs2, not "${filesystem}"`));
    }
  }
  return findings;
}
