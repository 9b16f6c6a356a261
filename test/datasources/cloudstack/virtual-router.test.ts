import { describe, expect, test } from "bun:test";
import { findVirtualRouter } from "../../../src/datasources/cloudstack/virtual-router.ts";
import type { NetworkFacts } from "../../support/datasource-contract.ts";
import { createLoopbackContext } from "../../support/loopback-context.ts";

function find(network: NetworkFacts, mayGuess = true): ReturnType<typeof findVirtualRouter> {
  return findVirtualRouter(createLoopbackContext({ network }).ctx, { mayGuess });
}

const LEASES = [
  { address: "192.0.2.2", source: "/var/lib/dhcp/b.leases" },
  { address: "192.0.2.5", source: "/var/lib/dhcp/a.leases" },
  { address: "192.0.2.2", source: "/var/lib/dhcp/c.leases" },
];

describe("findVirtualRouter", () => {
  test("takes the name data-server before all else", async () => {
    const names = { "data-server": ["192.0.2.1", "192.0.2.9"] };
    expect(await find({ names, dhcpServers: LEASES, gateway: "192.0.2.3" })).toEqual({
      addresses: ["192.0.2.1"],
      how: 'the name "data-server"',
    });
  });

  test("does not believe a DNS that knows every name", async () => {
    // Asked of the scripted random bytes, a name of no machine.
    const wildcard = new Proxy<Record<string, readonly string[]>>(
      {},
      {
        get: () => ["192.0.2.99"],
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: [] }),
      },
    );
    const found = await find({ names: wildcard, dhcpServers: LEASES });
    expect(found?.addresses).toEqual(["192.0.2.2"]);
  });

  test("does not take a loopback address for a router", async () => {
    expect(await find({ names: { "data-server": ["127.0.0.1", "::1"] } })).toBeUndefined();
  });

  test("takes the likeliest DHCP server alone: an older lease may be of another network", async () => {
    expect(await find({ dhcpServers: LEASES, gateway: "192.0.2.3" })).toEqual({
      addresses: ["192.0.2.2"],
      how: '"/var/lib/dhcp/b.leases"',
    });
  });

  test("guesses the default gateway last, and only where that is allowed", async () => {
    expect(await find({ gateway: "192.0.2.3" })).toEqual({
      addresses: ["192.0.2.3"],
      how: "the default gateway",
    });
    expect(await find({ gateway: "192.0.2.3" }, false)).toBeUndefined();
    expect(await find({ gateway: "0.0.0.0" })).toBeUndefined();
  });

  test("goes on where a question cannot be answered", async () => {
    const { ctx, log } = createLoopbackContext({ network: { gateway: "192.0.2.3" } });
    const fail = async (): Promise<never> => {
      throw new Error("no such command");
    };
    const network = { ...ctx.distro.network, dhcpServers: fail, read: ctx.distro.network.read };
    const distro = { ...ctx.distro, network, resolver: { findName: fail, findAddresses: fail } };
    const found = await findVirtualRouter({ ...ctx, distro }, { mayGuess: true });
    expect(found?.how).toBe("the default gateway");
    expect(log.lines).toContain('DEBUG: Cannot find out the name "data-server": no such command');
  });
});
