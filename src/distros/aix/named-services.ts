import { isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { NamedServiceAdapter } from "../named-service-adapter.ts";
import { UnknownServiceError } from "../unknown-service-error.ts";
import {
  isSubsystemKnown,
  isSubsystemUp,
  restartSubsystem,
  startSubsystem,
  stopSubsystem,
} from "./services.ts";

const STARTSRC = "/usr/bin/startsrc";
const LSITAB = "/usr/sbin/lsitab";
const MKITAB = "/usr/sbin/mkitab";
const RMITAB = "/usr/sbin/rmitab";
const BOOT_SCRIPTS = "/etc/rc.d/rc2.d";
/** inittab(4): an identifier has 14 characters at most. */
const IDENTIFIER_LENGTH_MAX = 14;

/**
 * Subsystems of the System Resource Controller by any name, and their start at boot: a line of
 * /etc/inittab (`lsitab`, `mkitab`), or a script of rc2.d that is there already. Source: IBM's
 * startsrc, mkitab and inittab references (aix/commands.md §4).
 */
export function createAixNamedServices(ctx: DistroContext): NamedServiceAdapter {
  const { sys } = ctx;

  async function choose(names: readonly string[]): Promise<string | undefined> {
    for (const name of names) {
      if (await isSubsystemKnown(sys, name)) {
        return name;
      }
    }
    return undefined;
  }

  return {
    async ensureEnabledAndRunning(names, options = {}) {
      const name = await choose(names);
      if (name === undefined) {
        await startUnknown(sys, names);
      }
      const subsystem = name ?? names[0] ?? "";
      let changed = name === undefined;
      if (name !== undefined && !(await isSubsystemUp(sys, name))) {
        await startSubsystem(sys, name);
        changed = true;
      } else if (name !== undefined && options.restarts === true) {
        await restartSubsystem(ctx, name);
        changed = true;
      }
      const boot = await readBootEntry(sys, subsystem);
      if (!boot.starts) {
        const entry = `${boot.freeIdentifier}:2:once:${STARTSRC} -s ${subsystem} > /dev/null 2>&1`;
        await sys.exec.run([MKITAB, entry]);
      }
      return changed || !boot.starts;
    },
    async ensureDisabledAndStopped(names) {
      const name = await choose(names);
      if (name === undefined) {
        return false;
      }
      let changed = false;
      const { own } = await readBootEntry(sys, name);
      if (own !== undefined) {
        await sys.exec.run([RMITAB, own]);
        changed = true;
      }
      if (await isSubsystemUp(sys, name)) {
        await stopSubsystem(sys, name);
        changed = true;
      }
      return changed;
    },
  };
}

/** In a plan, what makes it known has not been installed: there this is what would be done. */
async function startUnknown(sys: System, names: readonly string[]): Promise<void> {
  const [name = ""] = names;
  let isUnknown = false;
  await sys.exec.run([STARTSRC, "-s", name], {
    okExitCodes: "any",
    async verify() {
      isUnknown = !(await isSubsystemKnown(sys, name));
      return undefined;
    },
  });
  if (isUnknown) {
    throw new UnknownServiceError(
      `SRC knows no subsystem ${names.map((each) => `"${each}"`).join(" or ")}: define it with "mkssys -s ${name} -p PROGRAM -a ARGUMENTS -u 0 -S -n 15 -f 9", then "startsrc -s ${name}"`,
    );
  }
}

interface BootEntry {
  /** Whether something starts the subsystem at boot. */
  readonly starts: boolean;
  /** The identifier of a line that only runs startsrc for it. */
  readonly own?: string;
  readonly freeIdentifier: string;
}

async function readBootEntry(sys: System, subsystem: string): Promise<BootEntry> {
  const identifiers = new Set<string>();
  let own: string | undefined;
  let starts = hasBootScript(sys, subsystem);
  for (const line of await readInittabLines(sys)) {
    const entry = parseInittabLine(line);
    if (entry === undefined) {
      continue;
    }
    const { identifier, action, command } = entry;
    identifiers.add(identifier);
    if (action === "off") {
      continue;
    }
    const isStarted = command
      .split(/[\s;&|]+/u)
      .some((word, index, words) => word === subsystem && words[index - 1] === "-s");
    if (command.includes("startsrc") && isStarted) {
      own = identifier;
      starts = true;
    }
    starts ||= identifier === subsystem;
  }
  return {
    starts,
    ...(own === undefined ? {} : { own }),
    freeIdentifier: chooseIdentifier(subsystem, identifiers),
  };
}

/** The lines of inittab, as lsitab prints them. */
export async function readInittabLines(sys: System): Promise<readonly string[]> {
  const { stdout } = await sys.exec.query([LSITAB, "-a"], { okExitCodes: "any" });
  return stdout.split("\n");
}

/** "identifier:runlevel:action:command"; undefined for a line of another form. */
export function parseInittabLine(
  line: string,
): { readonly identifier: string; readonly action: string; readonly command: string } | undefined {
  const [, identifier, action = "", command = ""] =
    /^([^:]+):[^:]*:([^:]*):(.*)$/u.exec(line) ?? [];
  return identifier === undefined ? undefined : { identifier, action, command };
}

function hasBootScript(sys: System, subsystem: string): boolean {
  return (
    isDirectory(sys.fs, BOOT_SCRIPTS) &&
    sys.fs.list(BOOT_SCRIPTS).some((name) => name.replace(/^S\d*/u, "") === subsystem)
  );
}

function chooseIdentifier(subsystem: string, taken: ReadonlySet<string>): string {
  const base = subsystem.slice(0, IDENTIFIER_LENGTH_MAX);
  for (let number = 1; taken.has(base) && number < 10; number += 1) {
    const other = `${base.slice(0, IDENTIFIER_LENGTH_MAX - 1)}${number}`;
    if (!taken.has(other)) {
      return other;
    }
  }
  return base;
}
