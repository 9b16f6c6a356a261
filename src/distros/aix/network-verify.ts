import { parseAlias6 } from "../../network/renderers/aix-ipv6.ts";
import { parseStoredRoutes } from "../../network/renderers/aix-stored-routes.ts";
import { findDaemonLine, RC_TCPIP_PATH } from "../../network/renderers/rc-tcpip.ts";
import { readTextIfExists } from "../../system/files.ts";
import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import { readKernelInterface, readKernelRoutes } from "./network-state.ts";
import { waitForSubsystem } from "./services.ts";

/** The kernel follows chdev at once. */
const POLL = { timeoutMs: 2_000, intervalMs: 100 } as const;

/** How the work of chrctcp, startsrc and stopsrc is seen to be done; undefined for other commands. */
export function verifyDaemonCommand(
  sys: System,
  argv: readonly string[],
): (() => Promise<string | undefined>) | undefined {
  const [program = "", ...args] = argv;
  const daemon = args.at(-1) ?? "";
  const isRunningNow = args[0] === "-S" || args[0] === "-s";
  const isStart = program.endsWith("/startsrc") || args.includes("-a");
  const isStop = program.endsWith("/stopsrc") || args.includes("-d");
  if (!/\/(?:chrctcp|startsrc|stopsrc)$/u.test(program) || isStart === isStop) {
    return undefined;
  }
  return async () => {
    const line = program.endsWith("/chrctcp") ? checkLine(sys, daemon, isStart) : undefined;
    return (
      line ??
      (isRunningNow
        ? await waitForSubsystem(sys, daemon, isStart ? "active" : "inoperative")
        : undefined)
    );
  };
}

function checkLine(sys: System, daemon: string, isOn: boolean): string | undefined {
  const line = findDaemonLine(readTextIfExists(sys.fs, RC_TCPIP_PATH) ?? "", daemon);
  if (line?.isOn === isOn || (line === undefined && !isOn)) {
    return undefined;
  }
  return line === undefined
    ? `"${RC_TCPIP_PATH}" has no line for ${daemon}`
    : `${daemon} is still switched ${line.isOn ? "on" : "off"} in "${RC_TCPIP_PATH}"`;
}

/** Whether the kernel has what a chdev of an alias or of an IPv6 route is to give it. */
export async function confirmChange(
  sys: System,
  argv: readonly string[],
): Promise<string | undefined> {
  const device = argv[2] ?? "";
  const [attribute = "", value = ""] = (argv.at(-1) ?? "").split("=", 2);
  const alias = attribute === "alias6" ? parseAlias6(value) : undefined;
  const [route] =
    attribute === "rout6" ? parseStoredRoutes({ storedRoutes: [], storedRoutes6: [value] })[6] : [];
  const isThere = async (): Promise<true | undefined> => {
    if (alias !== undefined) {
      const iface = await readKernelInterface(sys, device);
      return iface?.addresses.some(({ address }) => address === alias.address) ? true : undefined;
    }
    const routes = route === undefined ? [] : await readKernelRoutes(sys);
    const found = routes.some(
      (each) =>
        each.family === 6 &&
        each.destination === route?.destination &&
        each.prefixLength === route.prefixLength &&
        each.gateway === route.gateway,
    );
    return route === undefined || found ? true : undefined;
  };
  return (await pollUntil(sys, isThere, POLL)) === true
    ? undefined
    : `the kernel does not have "${value}"`;
}
