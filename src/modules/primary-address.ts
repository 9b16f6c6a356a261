import type { NetworkState } from "../distros/distro.ts";
import {
  type IpAddress,
  isHostAddress,
  isLinkLocal6,
  parseAddress,
} from "../network/ip-address.ts";
import type { NetworkConfig } from "../network/network-config.ts";
import { parseNetworkConfig } from "../network/parse-network-config.ts";
import { readJsonIfExists } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/**
 * The address that stands for this machine in /etc/hosts: of the interface with the default route,
 * IPv4 before IPv6. What was configured in this boot counts, since a plan sees nothing else of it;
 * later the machine's own state does, because an administrator may have changed it. Undefined where
 * no address is known.
 */
export async function findPrimaryAddress(ctx: ModuleContext): Promise<string | undefined> {
  const configured = primaryOfConfig(readAppliedConfig(ctx) ?? ctx.instance.network?.config);
  if (configured !== undefined && (await isOfThisBoot(ctx))) {
    return configured;
  }
  try {
    return primaryOfState(await ctx.distro.network.read()) ?? configured;
  } catch (error) {
    ctx.log.debug(`Cannot read the addresses of this machine: ${errorMessage(error)}`);
    return configured;
  }
}

/** What init-local kept of the network that it applied. */
function readAppliedConfig(ctx: ModuleContext): NetworkConfig | undefined {
  const { networkConfigFile } = ctx.paths.instance(ctx.instance.id);
  try {
    const settings = parseNetworkConfig(
      readJsonIfExists(ctx.sys.fs, networkConfigFile),
      networkConfigFile,
    );
    return settings.kind === "settings" ? settings.config : undefined;
  } catch (error) {
    ctx.log.debug(errorMessage(error));
    return undefined;
  }
}

/** Times of boots are not told to the second. Taking this boot for a later one does no harm: the address is live by now. */
const CLOCK_MARGIN_MS = 30_000;

async function isOfThisBoot(ctx: ModuleContext): Promise<boolean> {
  const stat = ctx.sys.fs.stat(ctx.paths.instance(ctx.instance.id).networkConfigFile);
  const uptime = await ctx.distro.readUptimeSeconds();
  if (stat === undefined || uptime === undefined) {
    return true;
  }
  const bootMs = ctx.sys.clock.now().getTime() - uptime * 1000;
  return stat.modifiedMs >= bootMs - CLOCK_MARGIN_MS;
}

/** Undefined where a server gives the address: nobody knows it then. */
function primaryOfConfig(config: NetworkConfig | undefined): string | undefined {
  const interfaces = (config?.interfaces ?? []).filter(({ link }) => link.kind !== "loopback");
  for (const family of [4, 6] as const) {
    const isDynamic = interfaces.some((iface) =>
      family === 4 ? iface.dhcp4 : iface.dhcp6 !== "no" || iface.slaac,
    );
    const own = interfaces.filter((iface) => iface.addresses.some((each) => isUsual(each, family)));
    const withRoute = own.find((iface) =>
      iface.routes.some((route) => route.family === family && route.prefixLength === 0),
    );
    const chosen = withRoute ?? (isDynamic ? undefined : own[0]);
    const address = chosen?.addresses.find((each) => isUsual(each, family));
    if (address !== undefined || isDynamic) {
      return address?.address;
    }
  }
  return undefined;
}

function isUsual(each: { readonly address: string }, family: 4 | 6): boolean {
  const address = parseAddress(each.address);
  return address?.family === family && isUsable(address);
}

function isUsable(address: IpAddress): boolean {
  return isHostAddress(address) && !isLinkLocal6(address);
}

function primaryOfState({ devices, routes }: NetworkState): string | undefined {
  for (const family of [4, 6] as const) {
    const usable = devices.flatMap(({ name, isUp, address }) => {
      const text = plainAddress(address);
      return isUp && text !== undefined && isUsual({ address: text }, family)
        ? [{ name, text }]
        : [];
    });
    const device = routes.find((route) => route.family === family && isDefault(route.destination));
    const found = usable.find(({ name }) => name === device?.device) ?? usable[0];
    if (found !== undefined) {
      return found.text;
    }
  }
  return undefined;
}

function isDefault(destination: string): boolean {
  return /^(?:default|0\.0\.0\.0(?:\/0)?|::(?:\/0)?)$/u.test(destination);
}

/** An address of a device table without prefix and zone; undefined for ".". */
export function plainAddress(text: string): string | undefined {
  const address = text.split(/[/%]/u, 1)[0] ?? "";
  return parseAddress(address) === undefined ? undefined : address;
}
