import { checkLinks } from "./draft-link.ts";
import { isOnLink } from "./draft-route.ts";
import type { InterfaceConfig, NetworkConfig, ParsedNetwork } from "./network-config.ts";
import { type InterfaceDraft, type NetworkDraft, reportProblem } from "./network-draft.ts";

/** What could be used of the source, and what not. A loopback without addresses says nothing and is left out. */
export function finishDraft(draft: NetworkDraft): ParsedNetwork {
  checkLinks(draft);
  const interfaces: InterfaceConfig[] = [];
  for (const iface of draft.interfaces.values()) {
    const isSaid = iface.link.kind !== "loopback" || iface.addresses.length > 0;
    if (isSaid && iface.isLeftOut !== true) {
      interfaces.push(finishInterface(draft, iface));
    }
  }
  const config: NetworkConfig = {
    interfaces,
    nameservers: [...draft.nameservers],
    searchDomains: [...draft.searchDomains],
  };
  const { problems, notes } = draft;
  return notes.length === 0 ? { config, problems } : { config, problems, notes };
}

function finishInterface(draft: NetworkDraft, iface: InterfaceDraft): InterfaceConfig {
  const { line, macAddress, mtuBytes, namePattern, dhcp4Overrides, dhcp6Overrides } = iface;
  const routes = iface.routes.filter((route) => {
    const isUsable = route.isOnLink === true || isOnLink(iface, route.config);
    if (!isUsable) {
      const { gateway } = route.config;
      const message = `Gateway "${gateway}" of ${iface.name} is in none of the interface's networks (${listNetworks(iface)}): its route is left out`;
      reportProblem(draft, message, route.at);
    }
    return isUsable;
  });
  return {
    name: iface.name,
    ...(namePattern === undefined ? {} : { namePattern }),
    link: iface.link,
    ...(macAddress === undefined ? {} : { macAddress }),
    ...(mtuBytes === undefined ? {} : { mtuBytes }),
    dhcp4: iface.dhcp4,
    dhcp6: iface.dhcp6,
    slaac: iface.slaac,
    ...(dhcp4Overrides === undefined ? {} : { dhcp4Overrides }),
    ...(dhcp6Overrides === undefined ? {} : { dhcp6Overrides }),
    addresses: iface.addresses,
    routes: routes.map((route) => route.config),
    nameservers: [...iface.nameservers],
    searchDomains: [...iface.searchDomains],
    ...(line === undefined ? {} : { line }),
  };
}

function listNetworks(iface: InterfaceDraft): string {
  const networks = iface.addresses.map((each) => `${each.address}/${each.prefixLength}`);
  return networks.length === 0 ? "it has no address" : networks.slice(0, 4).join(", ");
}
