// Whether the machine is what the sample drive asked for.
import type { DeployedMachine } from "./deployed-machine.ts";
import { readStages } from "./stage-status.ts";

/** What is not as it should be after a boot; `output`: what the user's script said, undefined where it was not run. */
export function findFailures(
  machine: DeployedMachine,
  output: string | undefined,
): readonly string[] {
  const aix = machine.machine();
  const addresses = (name: string): readonly string[] =>
    aix.interfaces
      .filter((port) => port.name === name && port.isUp)
      .flatMap((port) => port.addresses.map((each) => `${each.address}/${each.prefixLength}`));
  const has = (file: string, text: string): boolean => machine.read(file)?.includes(text) === true;
  const expectations: readonly (readonly [string, boolean])[] = [
    ["host name aixdemo1", aix.hostname === "aixdemo1" && aix.nodeName === "aixdemo1"],
    ["en0 with 192.0.2.20/24", addresses("en0").includes("192.0.2.20/24")],
    ["en1 with 198.51.100.20/25", addresses("en1").includes("198.51.100.20/25")],
    ["default route by 192.0.2.1", aix.routes.some(isWantedRoute)],
    ["resolv.conf with 192.0.2.53", has("/etc/resolv.conf", "nameserver 192.0.2.53")],
    ["user deploy", has("/etc/passwd", "\ndeploy:")],
    [
      "group orders with deploy in it",
      /^orders:.*[:,]deploy$/mu.test(machine.read("/etc/group") ?? ""),
    ],
    ["the key of deploy", has("/home/deploy/.ssh/authorized_keys", "deploy@example.com")],
    ["orders.conf with mode 0640", machine.stat("/etc/orders/orders.conf")?.mode === 0o640],
    ["hello with mode 0755", machine.stat("/opt/orders/bin/hello")?.mode === 0o755],
    ["the injected file motd.site", has("/etc/motd.site", "Deployed by PowerVC")],
    ["the script's greeting", output === undefined || output === "hello from aixdemo1"],
    ["the script's file", output === undefined || has("/var/orders/node", "aixdemo1\n")],
  ];
  const missing = expectations.flatMap(([what, isThere]) => (isThere ? [] : [`missing: ${what}`]));
  return [...readStages(machine).flatMap(({ errors }) => errors), ...missing];
}

function isWantedRoute(route: {
  readonly prefixLength: number;
  readonly gateway: string;
}): boolean {
  return route.prefixLength === 0 && route.gateway === "192.0.2.1";
}
