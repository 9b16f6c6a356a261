import { Buffer } from "node:buffer";
import { isServerAddress } from "../../network/dhcp-lease.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DatasourceContext } from "../datasource.ts";

/** Who may be the virtual router, and what says so. */
export interface RouterCandidates {
  readonly addresses: readonly string[];
  /** "the name \"data-server\"", for the log. */
  readonly how: string;
}

/** The name that CloudStack's own DNS gives the router. */
const ROUTER_NAME = "data-server";
const RESOLVE_TIMEOUT_MS = 10_000;

/**
 * Finds the virtual router (compat datasources-clouds.md §5.1): the name `data-server`, else the
 * DHCP server, else, where nothing speaks against guessing, the default gateway. Undefined: none.
 */
export async function findVirtualRouter(
  ctx: DatasourceContext,
  { mayGuess }: { readonly mayGuess: boolean },
): Promise<RouterCandidates | undefined> {
  const named = await resolveRouter(ctx);
  if (named.length > 0) {
    return { addresses: named, how: `the name "${ROUTER_NAME}"` };
  }
  // An older lease may be of another network.
  const [server] =
    (await attempt(ctx, "DHCP servers", async () => ctx.distro.network.dhcpServers?.())) ?? [];
  if (server !== undefined) {
    return { addresses: [server.address], how: `"${server.source}"` };
  }
  if (!mayGuess) {
    return undefined;
  }
  const tables = await attempt(ctx, "routes", () => ctx.distro.network.read());
  const gateway = tables?.routes.find(
    (route) =>
      route.family === 4 &&
      /^(?:0\.0\.0\.0|default)$/u.test(route.destination) &&
      isServerAddress(route.gateway),
  )?.gateway;
  return gateway === undefined ? undefined : { addresses: [gateway], how: "the default gateway" };
}

/** None where any other name has the same address: then a wildcard of the DNS answered. */
async function resolveRouter(ctx: DatasourceContext): Promise<readonly string[]> {
  const resolve = async (name: string): Promise<readonly string[]> =>
    (await attempt(ctx, `the name "${name}"`, async () =>
      ctx.distro.resolver.findAddresses?.(name, RESOLVE_TIMEOUT_MS),
    )) ?? [];
  const addresses = (await resolve(ROUTER_NAME)).filter(isServerAddress);
  if (addresses.length === 0) {
    return [];
  }
  const nobody = `no-${Buffer.from(ctx.sys.random.bytes(8)).toString("hex")}`;
  const wildcard = new Set(await resolve(nobody));
  if (addresses.some((address) => wildcard.has(address))) {
    ctx.log.debug(`The name "${ROUTER_NAME}" does not count: the DNS gives every name its address`);
    return [];
  }
  return addresses.slice(0, 1);
}

async function attempt<T>(
  ctx: DatasourceContext,
  what: string,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    ctx.log.debug(`Cannot find out ${what}: ${errorMessage(error)}`);
    return undefined;
  }
}
