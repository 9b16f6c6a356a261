import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type CpioEntry, writeCpio } from "./cpio.ts";

/** What a root file system is made of. */
export interface BootRootOptions {
  /** Unpacked Debian packages: the kernel with its modules, busybox, libraries, tools. */
  readonly debian: string;
  /** As in the names of library directories ("powerpc64le-linux-gnu"). */
  readonly triplet: string;
  /** The agent: what an image builder puts at /usr/bin/cloud-init. */
  readonly program: Uint8Array;
  /** Kernel modules in the order in which they are loaded. */
  readonly modules: readonly string[];
  /** Files whose content is wanted at the end, as `parseConsole` gives them. */
  readonly reported: readonly string[];
  /** Commands that are run after the stages: name → command line for sh. */
  readonly commands: Readonly<Record<string, string>>;
}

/**
 * An initramfs (cpio, not compressed) of a small Linux with sysvinit's layout: busybox as init, the
 * four stages by the links in rc2.d that `cloud-init install` makes at the first boot. Each step
 * reports its exit code and times on the console; then the machine switches itself off. There is no
 * module for ISO 9660, so that nothing can mount the drive.
 */
export function buildBootRoot(options: BootRootOptions): Uint8Array {
  const { debian, triplet, program, modules } = options;
  const script = (text: string): CpioEntry => ({ kind: "file", mode: 0o755, content: text });
  return writeCpio({
    ...librariesOf(debian, triplet),
    ...Object.fromEntries(TOOLS.flatMap((path) => toolOf(debian, path))),
    ...modulesOf(debian, modules),
    ...Object.fromEntries(
      MERGED.map((name) => [name, { kind: "link", target: `usr/${name}` } as const]),
    ),
    init: { kind: "link", target: "bin/busybox" },
    "usr/bin/cloud-init": { kind: "file", mode: 0o755, content: program },
    "etc/inittab": file("::sysinit:/etc/rc.boot\n::wait:/etc/rc 2\n::wait:/etc/rc.end\n"),
    "etc/rc.boot": script(bootScript(modules)),
    "etc/rc": script(LEVEL_SCRIPT),
    "etc/rc.end": script(endScript(options)),
    ...Object.fromEntries(EMPTY_DIRECTORIES.map((name) => [`${name}/.keep`, file("")])),
    "etc/os-release": file('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'),
    "etc/passwd": file("root:x:0:0:root:/root:/bin/sh\n"),
    "etc/group": file("root:x:0:\n"),
    "etc/shadow": { kind: "file", mode: 0o640, content: "root:*:20000:0:99999:7:::\n" },
    "etc/gshadow": { kind: "file", mode: 0o640, content: "root:*::\n" },
    "etc/hosts": file("127.0.0.1 localhost\n"),
  });
}

/** The kernel of the unpacked packages. */
export function kernelOf(debian: string): string {
  const name = readdirSync(join(debian, "boot")).find((found) => found.startsWith("vmlinu"));
  if (name === undefined) {
    throw new Error(`There is no kernel in "${debian}/boot"`);
  }
  return join(debian, "boot", name);
}

const MERGED = ["bin", "sbin", "lib", "lib64"] as const;
const EMPTY_DIRECTORIES: readonly string[] = [
  "dev",
  "etc/init.d",
  "etc/rc2.d",
  "etc/skel",
  "etc/ssh",
  "home",
  "proc",
  "root",
  "run",
  "sys",
  "tmp",
  "usr/sbin",
  "var/log",
  "var/tmp",
];
const TOOLS: readonly string[] = [
  "bin/busybox",
  "usr/bin/cksum",
  "usr/bin/passwd",
  "usr/bin/ssh-keygen",
  "usr/sbin/chpasswd",
  "usr/sbin/groupadd",
  "usr/sbin/useradd",
  "usr/sbin/usermod",
];

function file(content: string): CpioEntry {
  return { kind: "file", content };
}

function merged(path: string): string {
  return MERGED.some((name) => path.startsWith(`${name}/`)) ? `usr/${path}` : path;
}

/** The file, or the link: its entry under the name that it has where /lib is a link to /usr/lib. */
function toolOf(debian: string, path: string): readonly (readonly [string, CpioEntry])[] {
  const place = join(debian, path);
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true) {
    return [[merged(path), { kind: "link", target: readlinkSync(place) }]];
  }
  return stat?.isFile() === true
    ? [[merged(path), { kind: "file", mode: stat.mode & 0o777, content: readFileSync(place) }]]
    : [];
}

/** Shared libraries, and the loader that executables name. */
function librariesOf(debian: string, triplet: string): Readonly<Record<string, CpioEntry>> {
  const directories = [`lib/${triplet}`, `usr/lib/${triplet}`, "lib64"];
  return Object.fromEntries(
    directories
      .filter((directory) => lstatSync(join(debian, directory), { throwIfNoEntry: false }))
      .flatMap((directory) =>
        readdirSync(join(debian, directory))
          .filter((name) => /\.so(?:\.|$)/u.test(name))
          .flatMap((name) => toolOf(debian, `${directory}/${name}`)),
      ),
  );
}

function modulesOf(
  debian: string,
  modules: readonly string[],
): Readonly<Record<string, CpioEntry>> {
  const top = join(debian, "lib", "modules");
  const paths = readdirSync(top, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    modules.map((name) => {
      const path = paths.find((found) => found.endsWith(`/${name}.ko`));
      if (path === undefined) {
        throw new Error(`There is no kernel module "${name}" in "${top}"`);
      }
      return [
        `usr/lib/modules/${name}.ko`,
        { kind: "file", content: readFileSync(join(top, path)) },
      ];
    }),
  );
}

const HEAD = `#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
say() {
  echo
  echo "@@ $*"
}
# Runs a command, and reports its exit code and the uptime before and after.
measure() {
  name=$1
  shift
  read -r before rest < /proc/uptime
  "$@"
  code=$?
  read -r after rest < /proc/uptime
  say ran "$name" "$code" "$before" "$after"
}
`;

/** Waits for the drive for half a minute. */
function bootScript(modules: readonly string[]): string {
  return `${HEAD}/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
chmod 1777 /tmp /var/tmp
for module in ${modules.join(" ")}; do
  insmod "/lib/modules/$module.ko" || say fault insmod "$module"
done
tries=0
until [ -b /dev/sr0 ] || [ $tries = 300 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
ifconfig lo 127.0.0.1 up
say machine "$(uname -m)"
measure install /usr/bin/cloud-init install
`;
}

/** As sysvinit's /etc/init.d/rc does it. */
const LEVEL_SCRIPT = `${HEAD}for link in /etc/rc$1.d/S*; do
  measure "\${link##*/}" "$link" start
done
`;

function endScript({ commands, reported }: BootRootOptions): string {
  const runs = Object.entries(commands).map(
    ([name, command]) => `measure ${name} sh -c '${command.replaceAll("'", "'\\''")}'\n`,
  );
  return `${HEAD}${runs.join("")}for path in ${reported.join(" ")}; do
  [ -f "$path" ] && say file "$path" "$(stat -c %a:%U:%G "$path")" "$(base64 "$path" | tr -d '\\n')"
done
say end
sync
poweroff -f
`;
}
