import { isRecord } from "../text/record.ts";
import { addRoute } from "./draft-route.ts";
import { type Given, type InterfaceDraft, type NetworkDraft } from "./network-draft.ts";
import { quoteValue, reportProblem } from "./network-draft.ts";
import { givenAt, type Path } from "./given.ts";
import { parseAddress } from "./ip-address.ts";

/**
 * A route as JSON and YAML formats spell it: `network` or `destination`, `netmask` or `prefix`,
 * `gateway`, `metric`. `assumesMask`: a destination without any mask is a /24 or a /64, as version 1
 * has it; else it is a problem, because a single host and a network look alike.
 */
export function addGivenRoute(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  given: { readonly raw: unknown; readonly path: Path; readonly assumesMask?: boolean },
): void {
  const { raw, path, assumesMask = false } = given;
  if (!isRecord(raw)) {
    reportProblem(draft, `Cannot use a route on ${iface.name}: expected an object`, { path });
    return;
  }
  const read = (...keys: readonly string[]): Given => {
    const key = keys.find((each) => raw[each] !== undefined && raw[each] !== null) ?? keys[0] ?? "";
    return givenAt(raw[key], [...path, key]);
  };
  const destination = read("network", "destination");
  const metric = read("metric");
  let mask = read("netmask", "prefix");
  if (mask.text === "" && !/[/]|^default$/u.test(destination.text)) {
    const family = parseAddress(destination.text)?.family;
    const what = `a route to ${quoteValue(destination.text)} on ${iface.name}`;
    if (!assumesMask || family === undefined) {
      reportProblem(draft, `Cannot use ${what}: it has no netmask`, { path });
      return;
    }
    mask = { text: family === 4 ? "24" : "64", at: destination.at };
    const message = `There is no netmask for ${what}: /${mask.text} is assumed`;
    reportProblem(draft, message, destination.at, "warning");
  }
  addRoute(draft, iface, {
    destination,
    gateway: read("gateway"),
    ...(mask.text === "" ? {} : { mask }),
    ...(metric.text === "" ? {} : { metric }),
  });
}
