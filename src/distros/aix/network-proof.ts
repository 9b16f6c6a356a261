import type { InterfaceConfig } from "../../network/network-config.ts";
import { chooseAixRoutes } from "../../network/renderers/aix-routes.ts";
import type { NetworkStep } from "../../network/renderers/renderer.ts";
import type { System } from "../../system/system.ts";
import { checkRoutes } from "./network-checks.ts";
import type { KnownNetwork } from "./network-repair.ts";
import { findOwnNetwork, type NetstatRoute } from "./parse-netstat.ts";

/** The routing table, read once after the last route is set, as a witness for the addresses too. */
export interface RouteProof {
  /** Whether it can show what this step has done to `iface`. */
  isFor(step: NetworkStep, iface: InterfaceConfig): boolean;
  /** Which routes the kernel does not have; undefined where it has all. */
  check(): Promise<string | undefined>;
  /** Whether it has shown `iface` with all of its addresses. */
  shows(iface: InterfaceConfig): boolean;
}

/**
 * An interface that was not attached had no route of its own: the kernel makes that of its network
 * when it gives it the address, and marks it up (IBM's page of ifconfig). Where the routes are looked
 * at anyway, each such interface is spared a question. Whatever is not shown is to be asked for.
 */
export function createRouteProof(
  sys: System,
  { config, kernel }: KnownNetwork,
  steps: readonly NetworkStep[],
): RouteProof {
  let seen: readonly NetstatRoute[] = [];
  const isRead = steps.some(
    ({ subject, changes }) => subject === "inet0" && changes.at(-1)?.kind === "command",
  );
  return {
    isFor({ changes, alternatives }, { name, addresses, dhcp4, dhcp6, slaac }) {
      const isStatic4 = addresses.length > 0 && addresses.every(({ family }) => family === 4);
      return (
        isRead &&
        isStatic4 &&
        !dhcp4 &&
        dhcp6 === "no" &&
        !slaac &&
        !kernel.interfaces.some((each) => each.name === name) &&
        (alternatives === undefined || alternatives.size === 0) &&
        changes.every(
          (change) =>
            change.kind === "command" && !change.argv.some((word) => word.startsWith("mtu=")),
        )
      );
    },
    check: () =>
      checkRoutes(sys, chooseAixRoutes(config), (routes) => {
        seen = routes;
      }),
    shows: ({ name, addresses }) =>
      addresses.every(
        ({ address, prefixLength }) =>
          findOwnNetwork(seen, name, address)?.prefixLength === prefixLength,
      ),
  };
}
