import { isHostName } from "../../instance/hostname.ts";
import { findOnlineDomain } from "../posix/reset-rmc.ts";
import { silentContext } from "../posix/silent-context.ts";
import {
  countNames,
  orNothing,
  understanding,
  unreadLines,
  wholeAnswer,
} from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";
import { createAixHostname } from "./hostname.ts";
import { findInstalledLocales } from "./locale.ts";
import { parseInittabLine, readInittabLines } from "./named-services.ts";
import { createAixPackages } from "./packages.ts";
import { createAixResolver } from "./resolver.ts";
import { readSubsystemState } from "./services.ts";
import { readAixSystemFacts } from "./system-facts.ts";
import { readBootRecordSeconds, readInitAgeSeconds } from "./uptime.ts";
import { findRegistryUser } from "./users.ts";

/** Names, clocks, users, subsystems, software. */
export function aixSystemQuestions(): readonly SelfTestQuestion[] {
  return [
    level,
    initAge,
    bootRecord,
    hostname,
    users,
    subsystems,
    inittab,
    filesets,
    locales,
    localhost,
    peerDomain,
  ];
}

const level: SelfTestQuestion = {
  name: "level",
  title: "level and names of the system",
  points: ["0"],
  async ask(sys) {
    // The runtime's own answer costs a boot no command; here the command is what is looked at.
    const { readUname: _unused, ...info } = sys.process;
    const { uname, dist } = await readAixSystemFacts({ ...sys, process: info });
    const [, release] = dist;
    const isRead = uname[0] === "AIX" && /^\d+\.\d+$/u.test(release);
    return understanding(`AIX ${release}`, isRead ? [] : [uname.join(" ")]);
  },
};

const initAge: SelfTestQuestion = {
  name: "init-age",
  title: "time since boot, by the age of process 1",
  ask: async (sys, answers) => secondsOf(await readInitAgeSeconds(sys), answers),
};

const bootRecord: SelfTestQuestion = {
  name: "boot-record",
  title: "time since boot, by the boot record",
  ask: async (sys, answers) => secondsOf(await readBootRecordSeconds(sys), answers),
};

function secondsOf(
  seconds: number | undefined,
  answers: Parameters<SelfTestQuestion["ask"]>[1],
): ReturnType<typeof understanding> {
  return seconds === undefined
    ? understanding("no time since boot", wholeAnswer(answers))
    : understanding(`up for ${Math.floor(seconds)} s`);
}

const hostname: SelfTestQuestion = {
  name: "hostname",
  title: "the running host name",
  async ask(sys) {
    // Here, too, the command is what is looked at.
    const { readHostname: _unused, ...info } = sys.process;
    const name = await createAixHostname(silentContext({ ...sys, process: info })).read();
    return name !== undefined && isHostName(name)
      ? understanding(name)
      : understanding("no host name", [name ?? "(no line)"]);
  },
};

/** A user that every AIX has; what /etc/passwd says of it needs no command. */
const SYSTEM_USER = "root";
const NO_SUCH = "no_such_one";

const users: SelfTestQuestion = {
  name: "users",
  title: "users of all registries, and one that is not there",
  points: ["10"],
  async ask(sys, answers) {
    const found = await findRegistryUser(sys, SYSTEM_USER);
    const unread = found?.uid === 0 ? [] : wholeAnswer(answers);
    const nobody = await findRegistryUser(sys, NO_SUCH);
    return understanding(
      found === undefined
        ? `no ${SYSTEM_USER}`
        : `${SYSTEM_USER} is uid ${found.uid}, home ${found.home}`,
      nobody === undefined ? unread : [...unread, ...wholeAnswer(answers)],
    );
  },
};

const SUBSYSTEMS = ["sshd", "syslogd", "dhcpcd", "xntpd", "ctrmc"];
/** lssrc command, IBM AIX documentation: the states that it can tell. */
const STATES = new Set(["active", "inoperative", "warned inop", "warned", "stopping"]);

const subsystems: SelfTestQuestion = {
  name: "subsystems",
  title: "states of subsystems, and of one that is not there",
  points: ["4.1"],
  async ask(sys, answers) {
    const told: string[] = [];
    const unread: string[] = [];
    for (const name of SUBSYSTEMS) {
      const state = await readSubsystemState(sys, name);
      if (state !== undefined) {
        told.push(`${name} ${state}`);
      }
      // "0513-085 The sshd Subsystem is not on file." goes to standard output on some levels.
      const isUnknown = state === undefined && isNotOnFile(answers.at(-1));
      if (!isUnknown && (state === undefined || !STATES.has(state))) {
        unread.push(...orNothing(unreadLines(answers, (line) => /^Subsystem\s+Group/u.test(line))));
      }
    }
    if ((await readSubsystemState(sys, NO_SUCH)) !== undefined) {
      unread.push(...wholeAnswer(answers));
    }
    return understanding(told.length === 0 ? "none of them is known" : told.join(", "), unread);
  },
};

function isNotOnFile(
  answer:
    | { readonly exitCode: number; readonly stdout: string; readonly stderr: string }
    | undefined,
): boolean {
  return answer !== undefined && `${answer.stdout}\n${answer.stderr}`.includes("0513-085");
}

const inittab: SelfTestQuestion = {
  name: "inittab",
  title: "entries of inittab",
  points: ["7"],
  async ask(sys, answers) {
    const entries = (await readInittabLines(sys)).flatMap((line) => parseInittabLine(line) ?? []);
    // A line that begins with a colon is a comment, an identifier has up to 14 characters (inittab file, IBM AIX documentation).
    const unread = unreadLines(
      answers,
      (line) =>
        line.startsWith(":") || /^\S{1,14}$/u.test(parseInittabLine(line)?.identifier ?? ""),
    );
    return understanding(
      countNames(
        entries.map(({ identifier }) => identifier),
        "entry",
        "entries",
      ),
      entries.length === 0 ? orNothing(unread) : unread,
    );
  },
};

/** Filesets that are on every AIX. */
const BASE_FILESET = "bos.rte";

const filesets: SelfTestQuestion = {
  name: "filesets",
  title: "whether filesets are installed",
  points: ["0"],
  async ask(sys, answers) {
    const packages = createAixPackages(silentContext(sys));
    const wishOf = (name: string) => ({ name, filesetSource: "/" });
    const isThere = (await packages.findMissing([wishOf(BASE_FILESET)])).length === 0;
    const unread = isThere ? [] : wholeAnswer(answers);
    const missing = await packages.findMissing([wishOf(`${BASE_FILESET}.${NO_SUCH}`)]);
    return understanding(
      isThere ? `${BASE_FILESET} is installed` : `${BASE_FILESET} is not installed`,
      missing.length === 1 ? unread : [...unread, ...wholeAnswer(answers)],
    );
  },
};

const locales: SelfTestQuestion = {
  name: "locales",
  title: "installed locales",
  points: ["9"],
  async ask(sys, answers) {
    const names = [...(await findInstalledLocales(sys))];
    const unread = unreadLines(answers, (line) => /^[A-Za-z][\w.@-]*$/u.test(line.trim()));
    const hasPortable = names.includes("C") || names.includes("POSIX");
    return understanding(
      countNames(names, "locale"),
      hasPortable ? unread : [...unread, '(neither "C" nor "POSIX")'],
    );
  },
};

const LOOKUP_TIMEOUT_MS = 10_000;

const localhost: SelfTestQuestion = {
  name: "name-lookup",
  title: 'addresses of "localhost"',
  points: ["13"],
  isOptional: true,
  async ask(sys, answers) {
    const found = await createAixResolver(silentContext(sys)).findAddresses?.(
      "localhost",
      LOOKUP_TIMEOUT_MS,
    );
    const isRead = found?.some((address) => address === "::1" || address.startsWith("127."));
    return understanding((found ?? []).join(", "), isRead === true ? [] : wholeAnswer(answers));
  },
};

const peerDomain: SelfTestQuestion = {
  name: "peer-domain",
  title: "peer domains of RSCT",
  points: ["12"],
  isOptional: true,
  async ask(sys, answers) {
    const domain = await findOnlineDomain(sys);
    if (answers.length === 0) {
      return { kind: "absent", what: "lsrpdomain" };
    }
    // A heading, then name, state and further columns.
    const unread = unreadLines(answers, (line) =>
      /^Name\s+OpState|^\S+\s+(?:On|Off|Pending )line\b|^\S+\s+Pending/iu.test(line),
    );
    return understanding(domain === undefined ? "none is online" : `${domain} is online`, unread);
  },
};
