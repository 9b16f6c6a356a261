import { isHostName } from "../../instance/hostname.ts";
import { exists, readTextIfExists } from "../../system/files.ts";
import { silentContext } from "../posix/silent-context.ts";
import { countNames, understanding, unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { SelfTestAdapter, SelfTestQuestion } from "../self-test-adapter.ts";
import { familyOf } from "./defaults.ts";
import { parseDf, readRooms } from "./doctor.ts";
import { createLinuxHostname } from "./hostname.ts";
import { isLocaleInstalled } from "./locale.ts";
import { readLinuxMachineId } from "./machine-id.ts";
import { readMountTable } from "./mount-table.ts";
import { parseRows, readLinuxNetworkTables } from "./network-tables.ts";
import { createLinuxPackages } from "./packages.ts";
import { createLinuxResolver } from "./resolver.ts";
import { linuxBlockQuestions } from "./self-test-block.ts";
import { findLinuxService } from "./services.ts";
import { readLinuxUptimeSeconds } from "./uptime.ts";
import { findServiceUser } from "./users.ts";

/** What a boot asks of a Linux. */
export function createLinuxSelfTest(name: string): SelfTestAdapter {
  return {
    questions: [
      uptime,
      hostname,
      machineId,
      users,
      service,
      packagesOf(name),
      locales,
      localhost,
      network,
      mounts,
      room,
      ...linuxBlockQuestions(),
    ],
  };
}

const uptime: SelfTestQuestion = {
  name: "uptime",
  title: "time since boot",
  ask(sys) {
    const seconds = readLinuxUptimeSeconds(sys);
    return seconds === undefined
      ? understanding("no time since boot", [
          readTextIfExists(sys.fs, "/proc/uptime") ?? "(no file)",
        ])
      : understanding(`up for ${Math.floor(seconds)} s`);
  },
};

const hostname: SelfTestQuestion = {
  name: "hostname",
  title: "the running host name",
  async ask(sys) {
    const name = await createLinuxHostname(silentContext(sys)).read();
    return name !== undefined && isHostName(name)
      ? understanding(name)
      : understanding("no host name", [name ?? "(nothing)"]);
  },
};

const machineId: SelfTestQuestion = {
  name: "machine-id",
  title: "which machine this is",
  ask(sys) {
    const id = readLinuxMachineId(sys);
    return id === undefined
      ? understanding("nothing tells", ["(no partition UUID, product UUID or machine-id)"])
      : understanding(id);
  },
};

/** A user that every system has; what /etc/passwd says of it needs no command. */
const SYSTEM_USER = "root";

const users: SelfTestQuestion = {
  name: "users",
  title: "users of all services, and one that is not there",
  async ask(sys, answers) {
    const found = await findServiceUser({ sys }, SYSTEM_USER);
    const unread = found?.uid === 0 ? [] : wholeAnswer(answers);
    const nobody = await findServiceUser({ sys }, "no_such_one");
    return understanding(
      found === undefined ? `no ${SYSTEM_USER}` : `${SYSTEM_USER} has home ${found.home}`,
      nobody === undefined ? unread : [...unread, ...wholeAnswer(answers)],
    );
  },
};

/** Properties of a unit, one a line (systemctl(1), "show"). */
const PROPERTY = /^[A-Za-z]+=/u;

const service: SelfTestQuestion = {
  name: "services",
  title: "the services for SSH, time and logs",
  isOptional: true,
  async ask(sys, answers) {
    const told: string[] = [];
    const unread: string[] = [];
    for (const purpose of ["ssh", "ntp", "syslog"] as const) {
      const found = await findLinuxService(sys, purpose);
      if (found !== undefined) {
        told.push(`${found.name} ${found.isRunning ? "runs" : "is stopped"}`);
      }
      if (answers.at(-1)?.argv[1] === "show") {
        unread.push(...unreadLines(answers, (line) => PROPERTY.test(line)));
        if (!/^LoadState=/mu.test(answers.at(-1)?.stdout ?? "")) {
          unread.push(...wholeAnswer(answers));
        }
      }
    }
    return understanding(told.length === 0 ? "none of them is there" : told.join(", "), unread);
  },
};

/** Packages that no system of the family is without. */
const BASE_PACKAGES = { debian: "dpkg", other: "rpm" } as const;

function packagesOf(name: string): SelfTestQuestion {
  const base = familyOf(name) === "debian" ? BASE_PACKAGES.debian : BASE_PACKAGES.other;
  return {
    name: "packages",
    title: "whether packages are installed",
    isOptional: true,
    async ask(sys, answers) {
      const packages = createLinuxPackages(silentContext(sys));
      if (packages.name === undefined) {
        return { kind: "absent", what: "package manager" };
      }
      const missing = await packages.findMissing([{ name: base }, { name: "no-such-package" }]);
      const isRead = missing.length === 1 && missing[0]?.name === "no-such-package";
      return understanding(
        `${base} is ${missing.some((each) => each.name === base) ? "not " : ""}installed, by ${packages.name}`,
        isRead
          ? []
          : [`(missing: ${missing.map((each) => each.name).join(", ")})`, ...wholeAnswer(answers)],
      );
    },
  };
}

const locales: SelfTestQuestion = {
  name: "locales",
  title: "installed locales",
  isOptional: true,
  async ask(sys, answers) {
    const isRead = await isLocaleInstalled(sys, "POSIX");
    return understanding(
      countNames((answers.at(-1)?.stdout ?? "").trim().split("\n"), "locale"),
      isRead ? [] : wholeAnswer(answers),
    );
  },
};

const LOOKUP_TIMEOUT_MS = 10_000;

const localhost: SelfTestQuestion = {
  name: "name-lookup",
  title: 'addresses of "localhost"',
  isOptional: true,
  async ask(sys, answers) {
    const resolver = createLinuxResolver(silentContext(sys));
    const found = (await resolver.findAddresses?.("localhost", LOOKUP_TIMEOUT_MS)) ?? [];
    const isRead = found.some((address) => address === "::1" || address.startsWith("127."));
    return understanding(found.join(", "), isRead ? [] : wholeAnswer(answers));
  },
};

const network: SelfTestQuestion = {
  name: "network",
  title: "interfaces, addresses and routes of the kernel",
  async ask(sys, answers) {
    const { devices, routes } = await readLinuxNetworkTables(sys);
    const names = new Set(devices.map(({ name }) => name));
    // "[]", "[ ]" and nothing at all are no rows either.
    const unread = answers.filter(
      ({ stdout }) => /[^\s[\]]/u.test(stdout) && parseRows(stdout).length === 0,
    );
    const isWrong = names.size === 0 || names.has("") || routes.some(({ device }) => device === "");
    return understanding(
      `${countNames(names, "interface")}, ${routes.length} routes`,
      (isWrong && unread.length === 0 ? answers : unread).flatMap((answer) =>
        wholeAnswer([answer]),
      ),
    );
  },
};

const mounts: SelfTestQuestion = {
  name: "mounts",
  title: "mounted file systems",
  ask(sys) {
    const found = readMountTable(sys);
    const isRead = found.some(({ mountPoint, type }) => mountPoint === "/" && type !== "");
    return understanding(
      countNames(
        found.map(({ mountPoint }) => mountPoint),
        "file system",
      ),
      isRead || !exists(sys.fs, "/proc/self/mounts") ? [] : ["(no root in /proc/self/mounts)"],
    );
  },
};

const room: SelfTestQuestion = {
  name: "room",
  title: "room in the file systems",
  async ask(sys, answers) {
    const found = await readRooms(sys);
    const unread = unreadLines(
      answers,
      (line) => /^\s*Avail\b/u.test(line) || parseDf(line).length === 1,
    );
    return understanding(
      [
        ...new Set(
          found.map(
            ({ mountPoint, freeKib }) => `${mountPoint} ${Math.floor(freeKib / 1024)} MiB free`,
          ),
        ),
      ].join(", "),
      found.length === 0 ? wholeAnswer(answers) : unread,
    );
  },
};
