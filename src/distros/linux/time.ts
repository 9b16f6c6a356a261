import { exists, isDirectory } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { SettingOutcome } from "../locale-adapter.ts";
import { asBytes, editFile } from "../posix/edit-file.ts";
import { keepOriginal } from "../posix/keep-original.ts";
import { editNtpConf } from "../posix/ntp-conf.ts";
import type { TimeAdapter, TimeWish } from "../time-adapter.ts";

const SYSTEMCTL = "/usr/bin/systemctl";
const SERVICE = "/usr/sbin/service";
const SYSTEMD_MARK = "/run/systemd/system";

/** A program that sets the clock, as the distributions have it. */
interface TimeClient {
  readonly name: string;
  readonly programs: readonly string[];
  /** The first that is there, else the first of all. */
  readonly files: readonly string[];
  readonly services: readonly string[];
  /** What its file can say. */
  readonly canPeer: boolean;
  readonly canAllow: boolean;
  render(old: string, wish: TimeWish): string;
}

/** In the order of upstream's choice for Debian and Red Hat: what is installed first. */
const CLIENTS: readonly TimeClient[] = [
  {
    name: "chrony",
    programs: ["/usr/sbin/chronyd"],
    files: ["/etc/chrony/chrony.conf", "/etc/chrony.conf"],
    services: ["chrony", "chronyd"],
    canPeer: true,
    canAllow: true,
    render: renderChrony,
  },
  {
    name: "ntp",
    programs: ["/usr/sbin/ntpd"],
    files: ["/etc/ntpsec/ntp.conf", "/etc/ntp.conf"],
    services: ["ntpsec", "ntp", "ntpd"],
    canPeer: true,
    canAllow: false,
    render: (old, wish) => editNtpConf(old, wish, "pool"),
  },
  {
    name: "systemd-timesyncd",
    programs: ["/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"],
    files: ["/etc/systemd/timesyncd.conf.d/cloud-init.conf"],
    services: ["systemd-timesyncd"],
    canPeer: false,
    canAllow: false,
    render: renderTimesyncd,
  },
];

/** Of templates in templates_dir, as distributions bring them. */
const TEMPLATES: Readonly<Record<string, string>> = {
  chrony: "chrony.conf",
  ntp: "ntp.conf",
  "systemd-timesyncd": "timesyncd.conf",
};
const PROGRAM_DIRECTORIES = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/lib/systemd", "/lib/systemd"];
const ALIASES: Readonly<Record<string, string>> = { ntpd: "ntp", ntpsec: "ntp", chronyd: "chrony" };

/** chrony, ntpd (or ntpsec) and systemd-timesyncd of Debian and Red Hat systems. */
export function createLinuxTime(ctx: DistroContext, distro: string): TimeAdapter {
  const { sys } = ctx;

  async function ensureTimeServers(wish: TimeWish): Promise<SettingOutcome> {
    const client = chooseClient(wish);
    const file =
      wish.configFile ??
      client.files.find((path) => exists(sys.fs, path)) ??
      client.files[0] ??
      "/etc/ntp.conf";
    const hasServers = wish.servers.length + wish.pools.length + wish.peers.length > 0;
    const template = TEMPLATES[client.name];
    const content = await wish.readContent?.(
      template === undefined ? [] : [`${template}.${distro}`, template],
    );
    const render = (old: string): string =>
      content === undefined ? (hasServers ? client.render(old, wish) : old) : asBytes(content);
    keepOriginal(sys.fs, file, ".dist", render);
    const undo = editFile(sys.fs, file, render);
    const changed = undo !== undefined;
    let isStarted = false;
    try {
      isStarted = await ensureService(wish.service ?? client.services, changed);
    } catch (error) {
      // With the new file in place the next run would find nothing to do.
      undo?.();
      throw error;
    }
    const names = [...wish.pools, ...wish.servers, ...wish.peers];
    const value = names.length === 0 ? client.name : `${client.name} with ${names.join(", ")}`;
    const problems = content === undefined ? findUnsaid(client, wish) : [];
    return { changed: changed || isStarted, value, problems };
  }

  function chooseClient(wish: TimeWish): TimeClient {
    const isThere = ({ programs }: TimeClient): boolean =>
      (wish.program === undefined ? programs : pathsOf(wish.program)).some((path) =>
        exists(sys.fs, path),
      );
    const wanted = ALIASES[wish.client] ?? wish.client;
    const known = CLIENTS.filter(({ name }) => wanted === "auto" || name === wanted);
    const candidates = known.length > 0 ? known : describeOwnClient(wish);
    const found = candidates.find(isThere);
    if (found !== undefined) {
      return found;
    }
    const looked = candidates.flatMap(({ programs }) => programs).join(", ");
    const packages = wish.packages ?? [wanted === "auto" ? "chrony" : wanted];
    throw new Error(
      candidates.length === 0
        ? `there is no time client "${wish.client}": expected auto, chrony, ntp or systemd-timesyncd, or a client of your own with confpath, check_exe, service_name and template in config`
        : `${wanted === "auto" ? "no time client is" : `time client "${wish.client}" is not`} installed (looked for ${wish.program ?? looked}): put "${packages.join('", "')}" into packages, or into the image`,
    );
  }

  /** Enabled, and running with the configuration as it is now; true where something had to be done. */
  async function ensureService(
    names: string | readonly string[],
    isChanged: boolean,
  ): Promise<boolean> {
    const candidates = typeof names === "string" ? [names] : names;
    if (!isDirectory(sys.fs, SYSTEMD_MARK)) {
      return restartScript(candidates, isChanged);
    }
    for (const name of candidates) {
      const unit = `${name}.service`;
      const { stdout } = await sys.exec.query(
        [SYSTEMCTL, "show", "--property=LoadState,ActiveState,UnitFileState", unit],
        { okExitCodes: "any" },
      );
      const lines = stdout.split("\n");
      if (!lines.includes("LoadState=loaded")) {
        continue;
      }
      const isEnabled = lines.some((line) => /^UnitFileState=(?:enabled|static|alias)/u.test(line));
      const isActive = lines.includes("ActiveState=active");
      if (!isEnabled) {
        await sys.exec.run([SYSTEMCTL, "enable", unit]);
      }
      if (isChanged || !isActive) {
        // Without --no-block a unit ordered after ours would wait for us, and we for it.
        await sys.exec.run([SYSTEMCTL, "--no-block", "restart", unit]);
      }
      return !isEnabled || !isActive;
    }
    throw new Error(`there is no service ${candidates.join(" or ")}`);
  }

  async function restartScript(names: readonly string[], isChanged: boolean): Promise<boolean> {
    const name = names.find((candidate) => exists(sys.fs, `/etc/init.d/${candidate}`));
    if (name === undefined) {
      ctx.log.debug(`There is no service ${names.join(" or ")} to restart`);
      return false;
    }
    if (isChanged) {
      await sys.exec.run([SERVICE, name, "restart"]);
    }
    return false;
  }

  return { ensureTimeServers };
}

/** A name is looked for where such programs are. */
function pathsOf(program: string): readonly string[] {
  return program.startsWith("/")
    ? [program]
    : PROGRAM_DIRECTORIES.map((directory) => `${directory}/${program}`);
}

/** A client that we do not know, where `config` says all that is needed of it. */
function describeOwnClient(wish: TimeWish): readonly TimeClient[] {
  const { client, configFile, program, service } = wish;
  if (configFile === undefined || program === undefined || service === undefined) {
    return [];
  }
  return [
    {
      name: client,
      programs: [program],
      files: [configFile],
      services: [service],
      canPeer: false,
      canAllow: false,
      render() {
        throw new Error(`no template says how "${configFile}" is written: set config.template`);
      },
    },
  ];
}

function findUnsaid(client: TimeClient, wish: TimeWish): readonly Problem[] {
  const unsaid = [
    ...(wish.peers.length > 0 && !client.canPeer ? ["peers"] : []),
    ...(wish.allow.length > 0 && !client.canAllow ? ["allow"] : []),
  ];
  return unsaid.map((key) => ({
    message: `${key} has no effect with ${client.name}: use chrony, or config.template`,
    severity: "warning" as const,
  }));
}

const CHRONY_SERVERS = /^\s*(?:server|pool|peer)\b/u;
const CHRONY_ALL = /^\s*(?:server|pool|peer|allow)\b/u;
const CHRONY_DEFAULTS = ["driftfile /var/lib/chrony/chrony.drift", "makestep 1 3", "rtcsync"];

/** chrony.conf(5): lines that name other servers go, with `allow` those of other clients, all others stay. */
function renderChrony(old: string, wish: TimeWish): string {
  const ours = wish.allow.length > 0 ? CHRONY_ALL : CHRONY_SERVERS;
  const wanted = [
    ...wish.pools.map((name) => `pool ${name} iburst`),
    ...wish.servers.map((name) => `server ${name} iburst`),
    ...wish.peers.map((name) => `peer ${name}`),
    ...wish.allow.map((network) => `allow ${network}`),
  ];
  const lines = old === "" ? CHRONY_DEFAULTS : old.replace(/\n$/u, "").split("\n");
  const kept = lines.filter((line) => !ours.test(line));
  const first = lines.findIndex((line) => ours.test(line));
  const at = first === -1 ? kept.length : first;
  return [...kept.slice(0, at), ...wanted, ...kept.slice(at)].map((line) => `${line}\n`).join("");
}

/** timesyncd.conf(5); it has neither peers nor clients of its own. */
function renderTimesyncd(_: string, wish: TimeWish): string {
  return `# Written by cloud-init\n[Time]\nNTP=${[...wish.servers, ...wish.pools].join(" ")}\n`;
}
