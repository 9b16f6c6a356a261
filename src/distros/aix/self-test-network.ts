import { parseStoredRoutes } from "../../network/renderers/aix-stored-routes.ts";
import { countNames, understanding, unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";
import { readAixAdapterSlots } from "./adapter-slots.ts";
import { readAixAdapters } from "./adapters.ts";
import { parseInterfaceMacs, readKernelInterfaces, readKernelRoutes } from "./network-state.ts";
import { readAixNetworkTables } from "./network-tables.ts";
import { readAttributes } from "./odm.ts";
import { parseIfconfig } from "./parse-ifconfig.ts";
import { type NetstatRoute, parseNetstatRoutes } from "./parse-netstat.ts";
import { listUnderstood, missingFrom } from "./self-test-listed.ts";

/** Adapters, interfaces and routes, as the device database and the kernel have them. */
export function aixNetworkQuestions(): readonly SelfTestQuestion[] {
  return [adapters, slots, storedSettings, storedRoutes, interfaces, links, routes];
}

const adapters: SelfTestQuestion = {
  name: "adapters",
  title: "Ethernet adapters and their MAC addresses",
  points: ["5"],
  async ask(sys, answers) {
    const { unread } = await listUnderstood(sys, answers, "adapter");
    const { adapters: found } = await readAixAdapters(sys);
    const without = found.filter(({ macAddress }) => macAddress === undefined);
    const told = found.map(({ adapter, macAddress }) => `${adapter} ${macAddress ?? "?"}`);
    return understanding(
      countNames(told, "adapter"),
      without.length === 0
        ? unread
        : [
            ...unread,
            `(no MAC address of ${without.map(({ adapter }) => adapter).join(", ")})`,
            ...wholeAnswer(answers),
          ],
    );
  },
};

/** Only virtual adapters have slots; each of those has one. A long description goes on in a further line. */
const slots: SelfTestQuestion = {
  name: "adapter-slots",
  title: "virtual slots of the Ethernet adapters",
  points: ["5"],
  async ask(sys, answers) {
    const found = await readAixAdapterSlots(sys);
    const told = [...found].map(([name, slot]) => `${name} C${slot}`);
    const unread = unreadLines(answers, (line) =>
      /\(l-lan\)/u.test(line)
        ? [...found.keys()].some((name) => isOf(line, name))
        : /^\s*ent\d+(?:\s|$)|^\s{8,}/u.test(line),
    );
    const { adapters: there } = await readAixAdapters(sys);
    const virtual = there.filter(({ isVirtual }) => isVirtual).map(({ name }) => name);
    return understanding(countNames(told, "slot"), [
      ...unread,
      ...missingFrom("lscfg", found.keys(), virtual),
    ]);
  },
};

/** Whether a row of lscfg is about the adapter of an interface: "ent0" for "en0". */
function isOf(line: string, name: string): boolean {
  return line.trim().split(/\s+/u)[0] === name.replace(/^en/u, "ent");
}

/** What the renderer holds against what is wanted (aix/commands.md §3.1). */
const SETTINGS = ["netaddr", "netmask", "state", "mtu", "netaddr6", "prefixlen"];

const storedSettings: SelfTestQuestion = {
  name: "interface-settings",
  title: "settings of the interfaces in the device database",
  points: ["3", "4"],
  async ask(sys, answers) {
    const told: string[] = [];
    const listed = await listUnderstood(sys, answers, "if");
    const names = listed.devices.map(({ name }) => name);
    const unread = [...listed.unread];
    for (const name of names.filter((each) => /^en\d+$/u.test(each))) {
      const attributes = await readAttributes(sys, name);
      const missing = SETTINGS.filter((each) => attributes?.has(each) !== true);
      const state = attributes?.get("state")?.[0] ?? "";
      if (missing.length > 0 || !/^(?:up|down|detach)$/u.test(state)) {
        unread.push(
          missing.length > 0
            ? `(${name}: no ${missing.join(", ")})`
            : `(${name}: state "${state}")`,
          ...wholeAnswer(answers),
        );
      }
      told.push(`${name} ${state} ${attributes?.get("netaddr")?.[0] ?? ""}`.trim());
    }
    // Others, such as the tunnel sit0, the kernel has alone.
    const attached = (await readKernelInterfaces(sys))
      .map(({ name }) => name)
      .filter((name) => /^(?:en|lo)\d+$/u.test(name));
    unread.push(...missingFrom("the device database", names, attached));
    return understanding(countNames(told, "interface"), unread);
  },
};

const storedRoutes: SelfTestQuestion = {
  name: "stored-routes",
  title: "host name and routes that inet0 keeps",
  points: ["2", "4"],
  async ask(sys, answers) {
    const inet0 = await readAttributes(sys, "inet0");
    const [texts, texts6] = ["route", "rout6"].map((attribute) =>
      (inet0?.get(attribute) ?? []).filter((text) => text !== ""),
    );
    const stored = { storedRoutes: texts ?? [], storedRoutes6: texts6 ?? [] };
    const read = parseStoredRoutes(stored);
    const known = new Set([...read[4], ...read[6]].map(({ text }) => text));
    const unread = [...stored.storedRoutes, ...stored.storedRoutes6].filter(
      (text) => !known.has(text),
    );
    return understanding(
      countNames(
        [...read[4], ...read[6]].map(({ destination, gateway }) => `${destination} by ${gateway}`),
        "route",
      ),
      inet0?.has("hostname") === true && inet0.has("route") ? unread : wholeAnswer(answers),
    );
  },
};

const interfaces: SelfTestQuestion = {
  name: "interfaces",
  title: "interfaces and addresses of the kernel",
  points: ["3"],
  async ask(sys, answers) {
    const found = await readKernelInterfaces(sys);
    const names = new Set(found.map(({ name }) => name));
    const unread = unreadLines(answers, (line) => {
      const name = /^(\S+?):/u.exec(line)?.[1];
      // Options below them (tcp_sendspace …) are not read.
      return name === undefined
        ? /^\s+(?!\s|inet6?\s)/u.test(line) || hasAddress(line)
        : names.has(name);
    });
    return understanding(
      countNames(names, "interface"),
      found.length === 0 ? wholeAnswer(answers) : unread,
    );
  },
};

/** Whether the line of an address is read. */
function hasAddress(line: string): boolean {
  return parseIfconfig(`en0: flags=1<UP>\n${line}`).some(({ addresses }) => addresses.length === 1);
}

const links: SelfTestQuestion = {
  name: "links",
  title: "MAC addresses and packet sizes that the kernel has",
  points: ["5"],
  async ask(sys, answers) {
    const { devices } = await readAixNetworkTables(sys);
    const own = answers.filter(({ argv }) => argv.includes("-in"));
    const unread = unreadLines(own, (line) => {
      const isLink = /^en\d+\*?\s+\S+\s+link/u.test(line);
      return !isLink || parseInterfaceMacs(line).length === 1;
    });
    const macs = devices.filter(({ macAddress }) => macAddress !== "");
    const isNothing = devices.some(({ name }) => name.startsWith("en")) && macs.length === 0;
    return understanding(
      countNames(new Set(macs.map(({ name, macAddress }) => `${name} ${macAddress}`)), "interface"),
      isNothing ? wholeAnswer(own) : unread,
    );
  },
};

/** The parser takes columns by their place: what is no flag or no interface there is not understood. */
function isPlausible({ flags, device }: NetstatRoute): boolean {
  return /^[A-Z][A-Za-z0-9]*$/u.test(flags) && /^[a-z]+\d+$/u.test(device);
}

const FAMILY = /^Route tree for Protocol Family/iu;

const routes: SelfTestQuestion = {
  name: "routes",
  title: "the routing tables",
  points: ["2", "4"],
  async ask(sys, answers) {
    const found = await readKernelRoutes(sys);
    let family = "";
    const unread = unreadLines(answers, (line) => {
      if (FAMILY.test(line)) {
        family = line;
        return /Family (?:2|24)\b/u.test(line);
      }
      const isHeading = /^(?:Routing tables|Destination\s+Gateway)/u.test(line);
      return isHeading || parseNetstatRoutes(`${family}\n${line}`).some(isPlausible);
    });
    const defaults = found.filter(({ prefixLength }) => prefixLength === 0);
    return understanding(
      `${found.length} routes, by default ${defaults.map(({ gateway, device }) => `${gateway} on ${device}`).join(", ") || "none"}`,
      found.length === 0 ? wholeAnswer(answers) : unread,
    );
  },
};
