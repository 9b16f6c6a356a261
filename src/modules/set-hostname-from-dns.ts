import { Type } from "typebox";
import type { NetworkState } from "../distros/distro.ts";
import { isHostName } from "../instance/hostname.ts";
import { isHostAddress, isLinkLocal6, parseAddress } from "../network/ip-address.ts";
import { formatJson } from "../text/format-json.ts";
import { HOSTNAME_ITEM_KEYS, hostnameSchema, readWantedName } from "./hostname-config.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { plainAddress } from "./primary-address.ts";

/** For one address, and for all together. */
const LOOKUP_TIMEOUT_MS = 10_000;
const LOOKUPS_TIMEOUT_MS = 30_000;

/** Gives the machine the name that DNS has for its address (compat modules.md, set_hostname_from_dns). */
export const setHostnameFromDns = defineModule({
  name: "set_hostname_from_dns",
  title: "Host name by reverse lookup",
  description: [
    "Looks up the name of an interface's address, IPv4 before IPv6, and makes it the host name; listed",
    "instead of `set_hostname`. Where no name is found in half a minute, the deployed name is set.",
    "`update_hostname` then keeps this name as the deployed one. `eth0` means `en0` on AIX.",
    "Source: IBM's port.",
  ].join("\n"),
  aix: "the name that reverse lookup gives the address of `en0`",
  linux: "of `eth0`",
  frequency: "once-per-instance",
  schema: Type.Object({
    ...hostnameSchema.properties,
    set_hostname_from_interface: Type.Optional(
      Type.String({
        description: "The interface whose address is looked up. Default `en0` on AIX, else `eth0`.",
      }),
    ),
    set_dns_shortname: Type.Optional(
      Type.Boolean({
        description: "Set the name without its domain. Default false.",
      }),
    ),
  }),
  itemKeys: HOSTNAME_ITEM_KEYS,
  examples: ["#cloud-config\nset_hostname_from_interface: en1\nset_dns_shortname: true\n"],
  async run(ctx, config) {
    if (config.preserve_hostname === true) {
      ctx.log.debug("preserve_hostname is set: the host name is left as it is");
      return;
    }
    const found = await findName(ctx, config.set_hostname_from_interface);
    const name = found ?? readFallback(ctx, config.prefer_fqdn_over_hostname);
    if (name === undefined) {
      ctx.log.debug("Nobody gives a host name: it is left as it is");
      return;
    }
    const hostname = name.split(".", 1)[0] ?? name;
    const isShort = found !== undefined && config.set_dns_shortname === true;
    const wanted = isShort ? hostname : name;
    try {
      const isChanged = await ctx.distro.hostname.ensure(wanted, {
        createFile: config.create_hostname_file !== false,
      });
      ctx.log.info(`Host name is ${wanted}${isChanged ? "" : ", as it was"}`);
    } catch (error) {
      ctx.fail(`Failed to set the hostname to ${name} (${hostname})`, error);
      return;
    }
    const { fs } = ctx.sys;
    fs.write(`${ctx.paths.dataDir}/set-hostname`, formatJson({ hostname, fqdn: name }), {
      mode: 0o644,
    });
    if (found !== undefined) {
      fs.write(ctx.paths.instance(ctx.instance.id).dnsHostnameFile, `${wanted}\n`, { mode: 0o644 });
    }
  },
});

/** What set_hostname would set. */
function readFallback(ctx: ModuleContext, prefersFqdn: boolean | undefined): string | undefined {
  const { wanted, problems } = readWantedName(ctx, prefersFqdn);
  for (const problem of problems) {
    ctx.fail(problem);
  }
  if (wanted !== undefined) {
    ctx.log.info(`Fall back to setting hostname on VM as ${wanted.names.fqdn ?? wanted.name}`);
  }
  return wanted?.name;
}

async function findName(
  ctx: ModuleContext,
  configured: string | undefined,
): Promise<string | undefined> {
  const name = interfaceName(ctx, configured?.trim() ?? "");
  let devices: NetworkState["devices"];
  try {
    ({ devices } = await ctx.distro.network.read());
  } catch (error) {
    ctx.fail("Cannot read the addresses of this machine: its name is not looked up", error);
    return undefined;
  }
  if (!devices.some((device) => device.name === name)) {
    const names = [...new Set(devices.map((device) => `'${device.name}'`))].join(", ");
    ctx.log.warn(
      `Interface ${name} was not found on the system. Interfaces found on system: [${names}]`,
    );
    return undefined;
  }
  const addresses = devices.flatMap((device) => (device.name === name ? [device.address] : []));
  return lookUp(ctx, sortAddresses(addresses));
}

async function lookUp(
  ctx: ModuleContext,
  addresses: readonly string[],
): Promise<string | undefined> {
  const deadline = ctx.sys.clock.monotonicMs() + LOOKUPS_TIMEOUT_MS;
  for (const address of addresses) {
    const left = deadline - ctx.sys.clock.monotonicMs();
    if (left <= 0) {
      ctx.log.warn(
        `No name server answers in ${LOOKUPS_TIMEOUT_MS / 1000} seconds: no further address is looked up`,
      );
      return undefined;
    }
    const found = await ctx.distro.resolver.findName(address, Math.min(left, LOOKUP_TIMEOUT_MS));
    if (found !== undefined && isHostName(found)) {
      return found;
    }
    ctx.log.warn(`No hostname found for IP address ${address}`);
  }
  return undefined;
}

/** "eth1" and "ent1" are AIX's en1. */
function interfaceName(ctx: ModuleContext, configured: string): string {
  const isAix = ctx.distro.family === "aix";
  const name = configured === "" ? "eth0" : configured;
  const number = isAix ? /^(?:eth|ent|en)(\d{1,4})$/iu.exec(name)?.[1] : undefined;
  return number === undefined ? name : `en${Number(number)}`;
}

/** IPv4 first; link-local addresses have no name. */
function sortAddresses(texts: readonly string[]): readonly string[] {
  const usable = texts.flatMap((text) => {
    const plain = plainAddress(text);
    const address = plain === undefined ? undefined : parseAddress(plain);
    return plain !== undefined &&
      address !== undefined &&
      isHostAddress(address) &&
      !isLinkLocal6(address) &&
      // RFC 3927; of a Power Virtual Server, the address that only its metadata service sees.
      !plain.startsWith("169.254.")
      ? [{ plain, family: address.family }]
      : [];
  });
  const ofFamily = (family: 4 | 6): readonly string[] =>
    usable.flatMap((each) => (each.family === family ? [each.plain] : []));
  return [...ofFamily(4), ...ofFamily(6)];
}
