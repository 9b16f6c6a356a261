import { Buffer } from "node:buffer";
import { parseFstab } from "../../src/distros/linux/fstab.ts";
import {
  createScriptedSystem,
  type ScriptedAnswer,
  type ScriptedSystem,
} from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";

/** A Linux whose mount, swapon, mkswap, fallocate and dd work on files in memory. */
export interface FakeFstabTools extends ScriptedSystem {
  /** Of the commands that change something, in order. */
  changing(): readonly string[];
  fstab(): string;
  /** A machine that has just booted: nothing of /etc/fstab is mounted any more. */
  reboot(): void;
}

export interface FakeFstabOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly isSystemd?: boolean;
  /** Of the root file system. Default "ext4". */
  readonly rootType?: string;
  readonly freeKb?: number;
  readonly memoryKb?: number;
  /** By program: it fails with this message. */
  readonly failing?: Readonly<Record<string, string>>;
}

/** What the image has in /etc/fstab: nothing of it may change. */
export const IMAGE_FSTAB =
  "# \xFC image\nUUID=1\t/ ext4  defaults 0 1\n/dev/vdz /opt ext4 ro 0 2\n";

const CHANGING =
  /^\/usr\/s?bin\/(?:mount|swapon|mkswap|fallocate|dd|chattr|systemctl daemon-reload)/u;

export function createFakeFstabTools(options: FakeFstabOptions = {}): FakeFstabTools {
  const rootMount = `/dev/vda1 / ${options.rootType ?? "ext4"} rw 0 0\n`;
  const swapHead = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  const failing = options.failing ?? {};
  const unlessFailing =
    (name: string, work: (argv: readonly string[]) => ScriptedAnswer) =>
    (argv: readonly string[]): ScriptedAnswer =>
      failing[name] === undefined ? work(argv) : { exitCode: 32, stderr: `${failing[name]}\n` };
  const append = (path: string, line: string): void => {
    system.fs.write(path, `${readText(system.fs, path)}${line}\n`);
  };
  const swapOn = (file: string): void => {
    if (!readText(system.fs, "/proc/swaps").includes(`${file} `)) {
      append("/proc/swaps", `${file} file 1 0 -2`);
    }
  };
  const fstabEntries = () => parseFstab(readText(system.fs, "/etc/fstab"));
  const scripted = createScriptedSystem({
    files: {
      "/etc/fstab": Buffer.from(IMAGE_FSTAB, "latin1"),
      "/proc/self/mounts": rootMount,
      "/proc/swaps": swapHead,
      "/proc/meminfo": `MemTotal:       ${options.memoryKb ?? 2_097_152} kB\nMemFree: 5 kB\n`,
      "/proc/sys/kernel/osrelease": "6.1.0-9-amd64\n",
      ...Object.fromEntries(["vda1", "vdb", "vdc", "vdc1", "vdd"].map((n) => [`/dev/${n}`, ""])),
      ...(options.isSystemd === false
        ? {}
        : { "/run/systemd/system/.keep": "", "/usr/bin/systemctl": "" }),
      ...options.files,
    },
    commands: {
      "/usr/bin/mount": unlessFailing("mount", () => {
        const mounted = parseFstab(readText(system.fs, "/proc/self/mounts"));
        for (const { device, mountPoint, type, options: words } of fstabEntries()) {
          const isThere = device.startsWith("/dev/")
            ? system.fs.stat(device) !== undefined
            : !device.startsWith("LABEL=");
          const isNew = !mounted.some((mount) => mount.mountPoint === mountPoint);
          if (type !== "swap" && isThere && isNew && !words.includes("noauto")) {
            const place = mountPoint.replaceAll(" ", "\\040");
            append("/proc/self/mounts", `${device} ${place} ${type} rw 0 0`);
          }
        }
        return "";
      }),
      "/usr/sbin/swapon": unlessFailing("swapon", ([, file = ""]) => {
        const files = file === "-a" ? fstabEntries().filter(({ type }) => type === "swap") : [];
        for (const device of file === "-a" ? files.map((entry) => entry.device) : [file]) {
          swapOn(device);
        }
        return "";
      }),
      "/usr/sbin/mkswap": unlessFailing("mkswap", ([, file = ""]) => {
        const bytes = system.fs.readBytes(file).slice();
        bytes.set(Buffer.from("SWAPSPACE2"), 4086);
        system.fs.write(file, bytes, { mode: system.fs.stat(file)?.mode ?? 0 });
        return "";
      }),
      "/usr/bin/fallocate": unlessFailing("fallocate", ([, , length, file = ""]) => {
        system.fs.write(file, new Uint8Array(Number(length)), { mode: modeOf(file) });
        return "";
      }),
      "/usr/bin/dd": unlessFailing("dd", ([, , target = "", , count = ""]) => {
        const file = target.replace("of=", "");
        const bytes = new Uint8Array(Number(count.replace("count=", "")) * 2 ** 20);
        system.fs.write(file, bytes, { mode: modeOf(file) });
        return "";
      }),
      "/usr/bin/chattr": "",
      "/usr/bin/systemctl": unlessFailing("systemctl", () => ""),
      "/usr/bin/df": `Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda1  100 10 ${options.freeKb ?? 1_048_576}      24% /\n`,
    },
  });
  const { system } = scripted;
  const modeOf = (file: string): number => system.fs.stat(file)?.mode ?? 0o644;
  return {
    ...scripted,
    changing: () =>
      scripted.commands.map((argv) => argv.join(" ")).filter((line) => CHANGING.test(line)),
    fstab: () => Buffer.from(system.fs.readBytes("/etc/fstab")).toString("latin1"),
    reboot() {
      system.fs.write("/proc/self/mounts", rootMount);
      system.fs.write("/proc/swaps", swapHead);
    },
  };
}
