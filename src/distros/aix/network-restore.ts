import type { AixNetworkState } from "../../network/renderers/aix.ts";
import { DHCPC6_CNF_PATH, DHCPCD_INI_PATH } from "../../network/renderers/aix-daemons.ts";
import { chdev, isLinkLocal, isReachable } from "../../network/renderers/aix-interface-state.ts";
import { RC_TCPIP_PATH } from "../../network/renderers/rc-tcpip.ts";
import {
  commandChange,
  editChange,
  type NetworkStep,
  writeChange,
} from "../../network/renderers/renderer.ts";
import { RESOLV_CONF_PATH } from "../../network/renderers/resolv-conf.ts";
import type { Change } from "../../system/change.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { type KnownNetwork, readNetworkAgain } from "./network-repair.ts";
import type { NetworkRun } from "./network-run.ts";
import { readKernelInterfaces, readStored } from "./network-state.ts";
import type { KernelInterface } from "./parse-ifconfig.ts";

type Attributes = ReadonlyMap<string, readonly string[]>;

/** What of an interface is put back, in this order: an address needs its mask, and a state comes last. */
const SINGLE_VALUES = ["netaddr", "netmask", "netaddr6", "prefixlen", "mtu", "state"];
const SEVERAL_VALUES = ["alias4", "alias6"];

/**
 * Where commands have failed, nothing of the wanted network is up, and one of its interfaces worked
 * before: puts interfaces, routes and files back as they were, and says so. Somebody can log in
 * again then, and look.
 */
export async function restoreIfLost(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
  before: AixNetworkState,
): Promise<readonly Problem[]> {
  const names = new Set([...before.interfaces.keys(), ...known.links.members.keys()]);
  const former = known.kernel.interfaces.filter((each) => names.has(each.name) && hasWorked(each));
  const isWanted = known.config.interfaces.some(isReachable);
  if (!isWanted || former.length === 0 || (await isAnythingUp(ctx, known, before))) {
    return [];
  }
  const list = former.map(({ name, addresses }) => {
    const texts = addresses.map(({ address }) => address).filter((text) => !isLinkLocal(text));
    return `${name} with ${texts.join(", ")}`;
  });
  ctx.log.warn(`Nothing of the wanted network came up: putting ${list.join("; ")} back`);
  const failures = await restore(ctx, run, known, before);
  const kernel = await readKernelInterfaces(ctx.sys);
  const lost = former.filter(
    ({ name }) => !kernel.some((each) => each.name === name && hasWorked(each)),
  );
  const outcome =
    lost.length === 0
      ? `the former network is restored (${list.join("; ")})`
      : `the former network could not be restored either: log in at the console and look at ${lost.map(({ name }) => name).join(", ")}`;
  return [
    ...failures.map((message) => ({ message })),
    {
      message: `Nothing of the wanted network came up, ${outcome}; put its settings right, then run "cloud-init single -n network --frequency always"`,
    },
  ];
}

function hasWorked({ isUp, addresses }: KernelInterface): boolean {
  return isUp && addresses.some(({ address }) => !isLinkLocal(address));
}

/** An interface that asks a server counts as up: the answer may only be late. */
async function isAnythingUp(
  ctx: DistroContext,
  { config }: KnownNetwork,
  before: AixNetworkState,
): Promise<boolean> {
  const kernel = await readKernelInterfaces(ctx.sys);
  return config.interfaces.some(({ name, addresses, dhcp4, dhcp6, slaac }) => {
    const live = before.interfaces.has(name)
      ? kernel.find((each) => each.name === name && each.isUp)
      : undefined;
    return (
      live !== undefined &&
      (dhcp4 ||
        slaac ||
        dhcp6 !== "no" ||
        addresses.some((wanted) =>
          live.addresses.some(({ address }) => address === wanted.address),
        ))
    );
  });
}

async function restore(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
  before: AixNetworkState,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const apply = async (step: NetworkStep): Promise<void> => {
    if (step.changes.length > 0) {
      failures.push(...(await run.apply(step)));
    }
  };
  // What was made goes first: it holds the adapters of the interfaces that come back.
  for (const adapter of [...known.links.made].reverse()) {
    const name = `en${adapter.slice("ent".length)}`;
    const detach = chdev(name, ["state=detach"]);
    await apply({ subject: adapter, changes: [detach, commandChange([RMDEV, "-dl", adapter])] });
  }
  const made = new Set(known.links.made.map((adapter) => `en${adapter.slice("ent".length)}`));
  const formerly = new Map<string, Attributes>([
    ...[...before.interfaces].map(([name, state]) => [name, state.attributes] as const),
    ...known.links.members,
  ]);
  for (const [name, attributes] of formerly) {
    const now = made.has(name) ? undefined : await readStored(ctx, name);
    if (now !== undefined) {
      await apply({ subject: name, changes: renderFormer(name, attributes, now) });
    }
  }
  await apply({ subject: "inet0", changes: await renderFormerRoutes(ctx, known, before) });
  await apply({ subject: "files", changes: renderFormerFiles(ctx, before) });
  await apply({ subject: "daemons", changes: await renderFormerDaemons(ctx, known, before) });
  return failures;
}

const RMDEV = "/usr/sbin/rmdev";

function renderFormer(name: string, former: Attributes, now: Attributes): readonly Change[] {
  const changes: Change[] = [];
  const values = (from: Attributes, attribute: string): readonly string[] =>
    (from.get(attribute) ?? []).filter((value) => value !== "");
  for (const attribute of SEVERAL_VALUES) {
    const [old, current] = [values(former, attribute), values(now, attribute)];
    changes.push(
      ...current
        .filter((value) => !old.includes(value))
        .map((value) => chdev(name, [`del${attribute}=${value}`])),
      ...old
        .filter((value) => !current.includes(value))
        .map((value) => chdev(name, [`${attribute}=${value}`])),
    );
  }
  const settings = SINGLE_VALUES.filter(
    (attribute) => former.has(attribute) && former.get(attribute)?.[0] !== now.get(attribute)?.[0],
  ).map((attribute) => `${attribute}=${former.get(attribute)?.[0] ?? ""}`);
  // Also where the ODM is as it was: the kernel gets it again.
  const isUp = former.get("state")?.[0] === "up" && !settings.some((s) => s.startsWith("state="));
  const all = isUp ? [...settings, "state=up"] : settings;
  return all.length === 0 ? changes : [...changes, chdev(name, all)];
}

async function renderFormerRoutes(
  ctx: DistroContext,
  known: KnownNetwork,
  before: AixNetworkState,
): Promise<readonly Change[]> {
  const now = await readNetworkAgain(ctx, known);
  return [
    ...diffRoutes("route", before.storedRoutes, now.storedRoutes),
    ...diffRoutes("rout6", before.storedRoutes6, now.storedRoutes6),
    ...known.kernel.routes
      .filter(
        (old) =>
          old.prefixLength === 0 &&
          old.family === 4 &&
          now.storedRoutes.some((text) => text.endsWith(`,${old.gateway}`)) &&
          before.storedRoutes.some((text) => text.endsWith(`,${old.gateway}`)) &&
          !now.kernelRoutes.some((each) => each.family === 4 && each.gateway === old.gateway),
      )
      .map(({ gateway }) => commandChange(["/usr/sbin/route", "add", "default", gateway])),
  ];
}

function diffRoutes(
  attribute: "route" | "rout6",
  former: readonly string[],
  now: readonly string[],
): readonly Change[] {
  const isGiven = (value: string): boolean => value !== "";
  return [
    ...now
      .filter((value) => isGiven(value) && !former.includes(value))
      .map((value) => chdev("inet0", [`del${attribute}=${value}`])),
    ...former
      .filter((value) => isGiven(value) && !now.includes(value))
      .map((value) => chdev("inet0", [`${attribute}=${value}`])),
  ];
}

function renderFormerFiles(ctx: DistroContext, before: AixNetworkState): readonly Change[] {
  const edited = [
    [RC_TCPIP_PATH, before.rcTcpip],
    [DHCPCD_INI_PATH, before.dhcpcdIni],
    [DHCPC6_CNF_PATH, before.dhcpc6Cnf],
  ] as const;
  const changes = edited.flatMap(([path, file]) =>
    file === undefined || readTextIfExists(ctx.sys.fs, path) === file.text
      ? []
      : [editChange(path, file.text, file)],
  );
  const { text } = before.resolvConf;
  return text === undefined || readTextIfExists(ctx.sys.fs, RESOLV_CONF_PATH) === text
    ? changes
    : [...changes, writeChange(RESOLV_CONF_PATH, text)];
}

async function renderFormerDaemons(
  ctx: DistroContext,
  known: KnownNetwork,
  before: AixNetworkState,
): Promise<readonly Change[]> {
  const now = await readNetworkAgain(ctx, known);
  const gone = [...before.active].filter((name) => !now.active.has(name));
  const added = [...now.active].filter((name) => !before.active.has(name));
  return [
    ...added.map((name) => commandChange(["/usr/bin/stopsrc", "-s", name])),
    ...gone.map((name) => commandChange(["/usr/bin/startsrc", "-s", name])),
  ];
}
