import { isRecord } from "../text/record.ts";
import { addRoute } from "./draft-route.ts";
import { givenAt, type Path } from "./given.ts";
import {
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** netplan's number of the routing table that every packet uses (rt_tables, "main"). */
const MAIN_TABLE = "254";

/** Adds one of `routes` of a device of version 2: `{to, via, metric, on-link}`. Routes that are for some packets only are problems. */
export function addV2Route(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  raw: unknown,
  path: Path,
): void {
  if (!isRecord(raw)) {
    reportProblem(draft, `Cannot use a route on ${iface.name}: expected a mapping`, { path });
    return;
  }
  const read = (key: string): Given => givenAt(raw[key], [...path, key]);
  const [destination, gateway, metric, type, table] = [
    read("to"),
    read("via"),
    read("metric"),
    read("type"),
    read("table"),
  ];
  const what = `Cannot use a route to ${quoteValue(destination.text)} on ${iface.name}`;
  if (type.text !== "" && type.text !== "unicast") {
    reportProblem(draft, `${what}: type ${quoteValue(type.text)} is not supported`, type.at);
  } else if (table.text !== "" && table.text !== MAIN_TABLE) {
    const message = `${what}: routing tables of one's own, here ${quoteValue(table.text)}, are not supported`;
    reportProblem(draft, message, table.at);
  } else if (!/[/]|^default$/u.test(destination.text)) {
    const message = `${what}: expected "default" or a network with its prefix length, such as 198.51.100.0/24`;
    reportProblem(draft, message, destination.at);
  } else {
    addRoute(draft, iface, {
      destination,
      gateway,
      ...(metric.text === "" ? {} : { metric }),
      ...(raw["on-link"] === true ? { isOnLink: true } : {}),
    });
  }
}
