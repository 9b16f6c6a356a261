import { compareNatural } from "../../text/natural-order.ts";
import type { NetworkConfig } from "../../network/network-config.ts";
import {
  isOwnUnit,
  NETWORKD_DIRECTORY,
  renderNetworkd,
  type NetworkdState,
} from "../../network/renderers/networkd.ts";
import { parseMacAddress } from "../../network/mac-address.ts";
import { applyChanges } from "../../system/change.ts";
import { exists, isDirectory, readText, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { AdapterInfo, DistroContext, NetworkAdapter, NetworkOutcome } from "../distro.ts";
import { readLinuxDhcpServers } from "./dhcp-servers.ts";
import { readLinuxNetworkTables } from "./network-tables.ts";

const NETWORKCTL = "/usr/bin/networkctl";

/** The network of a Linux with systemd-networkd. */
export function createLinuxNetwork(ctx: DistroContext): NetworkAdapter {
  return {
    adapters: async () => readAdapters(ctx.sys),
    ensure: (config) => ensureNetworkd(ctx, config),
    dhcpServers: async () => readLinuxDhcpServers(ctx.sys.fs, ctx.sys.clock.now()),
    read: () => readLinuxNetworkTables(ctx.sys),
  };
}

const CLASS_DIRECTORY = "/sys/class/net";
/** ARPHRD_ETHER of if_arp.h. */
const ETHERNET_TYPE = "1";

/** Ethernet interfaces that are not made of others (bridges, bonds, VLANs), in the order of their names. */
function readAdapters(sys: System): readonly AdapterInfo[] {
  if (!isDirectory(sys.fs, CLASS_DIRECTORY)) {
    return [];
  }
  const read = (name: string, file: string): string =>
    readTextIfExists(sys.fs, `${CLASS_DIRECTORY}/${name}/${file}`)?.trim() ?? "";
  return sys.fs
    .list(CLASS_DIRECTORY)
    .filter(
      (name) => read(name, "type") === ETHERNET_TYPE && !/^DEVTYPE=/mu.test(read(name, "uevent")),
    )
    .sort(compareNatural)
    .map((name) => {
      const macAddress = parseMacAddress(read(name, "address"));
      return macAddress === undefined ? { name } : { name, macAddress };
    });
}

async function ensureNetworkd(ctx: DistroContext, config: NetworkConfig): Promise<NetworkOutcome> {
  const { sys } = ctx;
  const { steps, problems: unsupported } = renderNetworkd(config, readUnits(sys));
  const problems: Problem[] = [...unsupported, ...findMissingAdapters(sys, config)];
  let isChanged = false;
  for (const step of steps) {
    try {
      await applyChanges(sys, step.changes);
      isChanged = true;
    } catch (error) {
      problems.push({ message: `Cannot write "${step.subject}": ${errorMessage(error)}` });
    }
  }
  if (isChanged) {
    problems.push(...(await reload(ctx)));
  }
  return { changed: isChanged, problems };
}

/** The units that earlier runs wrote. */
export function ownNetworkUnits(sys: System): readonly string[] {
  const names = isDirectory(sys.fs, NETWORKD_DIRECTORY) ? sys.fs.list(NETWORKD_DIRECTORY) : [];
  return names.filter(isOwnUnit).map((name) => `${NETWORKD_DIRECTORY}/${name}`);
}

function readUnits(sys: System): NetworkdState {
  const paths = ownNetworkUnits(sys);
  return { units: new Map(paths.map((path) => [path, readText(sys.fs, path)])) };
}

/** A unit for a MAC address that is not there does nothing: that must not go unnoticed. */
function findMissingAdapters(sys: System, config: NetworkConfig): readonly Problem[] {
  const adapters = readAdapters(sys);
  const found = adapters.map(({ name, macAddress }) => `${name} (${macAddress ?? "no address"})`);
  return config.interfaces.flatMap(({ name, link, macAddress, addresses, line }) => {
    const isMissing =
      link.kind === "physical" &&
      addresses.length > 0 &&
      (macAddress === undefined
        ? !adapters.some((each) => each.name === name)
        : !adapters.some((each) => each.macAddress === macAddress));
    if (!isMissing || adapters.length === 0) {
      return [];
    }
    const mac = macAddress === undefined ? "" : ` with hardware address ${macAddress}`;
    const message = `Cannot find an adapter for "${name}"${mac}: this machine has ${found.join(", ")}`;
    return [line === undefined ? { message } : { message, line }];
  });
}

/** networkd reads its units when it starts; one that runs already has to be told. */
async function reload(ctx: DistroContext): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  if (!exists(sys.fs, "/run/systemd/system")) {
    log.debug("systemd does not run: its network units are read when it starts");
    return [];
  }
  const result = await sys.exec.run([NETWORKCTL, "reload"], { okExitCodes: "any" });
  if (result.exitCode === 0 || !exists(sys.fs, "/run/systemd/netif")) {
    return [];
  }
  const detail = result.stderr.trim().split("\n").at(-1) ?? "";
  return [
    {
      message: `Cannot make systemd-networkd read its units: "${NETWORKCTL} reload" ended with exit code ${result.exitCode}${detail === "" ? "" : `: ${detail}`}`,
    },
  ];
}
