import type { Problem } from "../text/problem.ts";

/** What becomes of route metrics and `use-dns` of DHCP (netplan's `dhcp4-overrides`), for messages. */
export const OVERRIDES_UNUSED =
  "route metrics and name servers of DHCP are as its client sets them";

/** Clouds put adapters in order by metrics of their DHCP routes, and take name servers from the first one. */
export function severalDhcpProblem(count: number, source: string): Problem {
  return {
    message: `DHCP on ${count} adapters: which one comes first is not set (${OVERRIDES_UNUSED})`,
    source,
    severity: "warning",
  };
}
