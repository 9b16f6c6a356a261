/**
 * Switches for what differs between AIX levels, for what goes wrong, and for behaviour that nobody
 * has confirmed ([U] in the notes on AIX commands). Both positions of each must be survived.
 */
export interface AixFaults {
  /** So many device commands still fail with 0514-516, "lock service timed out". */
  odmLockCalls: number;
  /** Some levels print `Route tree`, others `Route Tree`. */
  routeTreeHeading: "Route tree" | "Route Tree";
  /** Absent: as the level does it. */
  whoFormat?: "iso" | "month";
  /** Attributes of sys0 that this level does not have: "clouddev", "partition_uuid", "os_uuid". */
  missingSysAttributes: string[];
  /** `chpasswd` ends with 1 and no message although it did its work (AIX 6.1). */
  chpasswdExitCode: number;
  /** `sshd -t` refuses whatever is in sshd_config. */
  sshdRefusesConfig: boolean;
  /** Opening a disc's device fails with EIO: it has to be mounted. */
  discsUnreadableRaw: boolean;
  /** A route that the kernel refuses is kept in the ODM all the same. */
  refusedRouteIsKept: boolean;
  /** How long an interface that a command has attached takes to be up: a slow adapter, a new EtherChannel. */
  interfaceTakesMs: number;
  /** Changing an address, or state=down, drops the routes through the interface. */
  addressChangeDropsRoutes: boolean;
  /** netaddr6 and rout6 of the ODM are not configured at boot. */
  ipv6LostAtBoot: boolean;
  /** How the length of an IPv6 alias is written: "/" or "," before it, or either. */
  alias6Separator: "slash" | "comma" | "both";
  /** Addresses that no interface takes: chgif fails, the ODM stays as it was. */
  refusedAddresses: string[];
  /** How long a subsystem takes to end after `stopsrc`. */
  stopTakesMs: number;
  /** So many calls of importvg still fail, and leave nothing. */
  importvgFailures: number;
  /** importvg defines a volume group some of whose disks are missing, and leaves it off ([U]). Else it leaves nothing. */
  importvgDefinesIncomplete: boolean;
  /** Devices that take no change: chdev ends with 0514-047. */
  refusedDevices: string[];
  /** So many calls of crfs still fail, and leave nothing. */
  crfsFailures: number;
  /** Disks that another machine has reserved: they cannot be read. */
  reservedDisks: string[];
  /** `chvg -g` raises the factor of a group where a disk has grown beyond it, as IBM documents. Else it refuses ([U]). */
  growthRaisesFactor: boolean;
  /** Volume groups of which `chvg -g` does not see that a disk has grown. */
  growthNotSeen: string[];
  /** By name: how many commands still find the volume group locked. */
  lockedVolumeGroups: Record<string, number>;
  /** `recfgct` ends well, but the node id is the old one. */
  recfgctKeepsNodeId: boolean;
  /** NFS servers that do not answer. */
  unreachableServers: string[];
}

/** A machine on which nothing goes wrong. */
export function createFaults(wanted: Partial<AixFaults> = {}): AixFaults {
  return {
    odmLockCalls: 0,
    routeTreeHeading: "Route tree",
    missingSysAttributes: [],
    chpasswdExitCode: 0,
    sshdRefusesConfig: false,
    discsUnreadableRaw: false,
    refusedRouteIsKept: true,
    interfaceTakesMs: 0,
    addressChangeDropsRoutes: false,
    ipv6LostAtBoot: false,
    alias6Separator: "both",
    refusedAddresses: [],
    stopTakesMs: 1_500,
    importvgFailures: 0,
    importvgDefinesIncomplete: false,
    refusedDevices: [],
    crfsFailures: 0,
    reservedDisks: [],
    growthRaisesFactor: false,
    growthNotSeen: [],
    lockedVolumeGroups: {},
    recfgctKeepsNodeId: false,
    unreachableServers: [],
    ...wanted,
  };
}
