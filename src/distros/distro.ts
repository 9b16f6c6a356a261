import type { PathRoots } from "../instance/paths.ts";
import type { SystemFacts } from "../instance/system-facts.ts";
import type { NetworkConfig } from "../network/network-config.ts";
import type { NetworkTables } from "../network/tables.ts";
import type { Logger } from "../report/logger.ts";
import type { FileTree } from "../system/file-tree.ts";
import type { System } from "../system/system.ts";
import type { Problem } from "../text/problem.ts";
import type { DhcpServer } from "./dhcp-server.ts";
import type { NamedServiceAdapter } from "./named-service-adapter.ts";
import type { DiagnosisAdapter } from "./diagnosis-adapter.ts";
import type { DiskAdapter } from "./disk-adapter.ts";
import type { CleanAdapter } from "./clean-adapter.ts";
import type { DoctorAdapter } from "./doctor-adapter.ts";
import type { SelfTestAdapter } from "./self-test-adapter.ts";
import type { SealAdapter } from "./seal-adapter.ts";
import type { PackageAdapter } from "./package-adapter.ts";
import type { LogForwardingAdapter } from "./log-forwarding-adapter.ts";
import type { TimeAdapter } from "./time-adapter.ts";
import type { TrustAdapter } from "./trust-adapter.ts";
import type { LocaleAdapter } from "./locale-adapter.ts";
import type { PowerAdapter } from "./power-adapter.ts";
import type { VolumeAdapter } from "./volume-adapter.ts";
import type { GrowthAdapter } from "./growth-adapter.ts";

/**
 * How one operating system does things: a record of adapters, composed, never inherited. A method
 * named `ensure…` queries first and changes only what differs; a second call changes nothing.
 */
export interface Distro {
  /** As `system_info.distro`: "aix", "debian". */
  readonly name: string;
  /** For templates and lists: "aix", "debian", "redhat". */
  readonly family: string;
  /** `system_info.default_user` where the configuration has none; never merged into one it has. */
  readonly defaultUser?: Readonly<Record<string, unknown>>;
  /** Which machine this is (DECISIONS 7), or undefined where nothing tells. */
  readMachineId(): Promise<string | undefined>;
  /** Seconds since boot, from wherever this system tells them; undefined where nothing does. */
  readUptimeSeconds(): Promise<number | undefined>;
  /** What the firmware says, by the keyword of dmidecode(8) -s ("system-uuid"), "" where it says nothing. Undefined: no such keyword. */
  readFirmware?(keyword: string): Promise<string | undefined>;
  /** What VMware's hypervisor hands over under `guestinfo.<key>`; undefined where there is nothing. Absent: never anything. */
  readGuestInfo?(key: string): Promise<string | undefined>;
  /** Names and levels of the system, for instance-data. */
  readSystemFacts?(): Promise<SystemFacts>;
  readonly hostname: HostnameAdapter;
  readonly resolver: ResolverAdapter;
  readonly users: UserAdapter;
  readonly network: NetworkAdapter;
  readonly services: ServiceAdapter;
  readonly storage: StorageAdapter;
  /** Absent where nothing is known of its time client. */
  readonly time?: TimeAdapter;
  /** Absent where nothing is known of its certificates. */
  readonly trust?: TrustAdapter;
  /** How log lines go to other machines where there is no rsyslogd. Absent: only rsyslogd does that. */
  readonly logForwarding?: LogForwardingAdapter;
  /** Absent where nothing is known of its software. */
  readonly packages?: PackageAdapter;
  readonly locale: LocaleAdapter;
  /** What partitions on IBM Power have; absent where nothing of it can be there. */
  readonly power?: PowerAdapter;
  /** Absent where nothing is known of its file systems. */
  readonly volumes?: VolumeAdapter;
  /** Absent where nothing is known of what earlier instances leave. */
  readonly clean?: CleanAdapter;
  /** What a captured image must not carry along; loaded when it is asked for. */
  readonly seal?: () => Promise<SealAdapter>;
  /** What can be wrong with it before a boot; its code is loaded for `doctor` only. */
  loadDoctor?(): Promise<DoctorAdapter>;
  /** What a boot asks of it; its code is loaded for `doctor --selftest` only. */
  loadSelfTest?(): Promise<SelfTestAdapter>;
  /** Absent where nothing is known of how to ask the system. */
  readonly diagnosis?: DiagnosisAdapter;
  /** Absent where nothing is known of what can grow. */
  readonly growth?: GrowthAdapter;
  /** Absent where nothing is known of its disks. */
  readonly disks?: DiskAdapter;
}

/** What a distro is made of; nothing is asked of the machine when it is created. */
export interface DistroContext {
  readonly sys: System;
  readonly log: Logger;
  /** `system_info` of the configuration. */
  readonly systemInfo: Readonly<Record<string, unknown>>;
}

/** What holds on an operating system before any configuration is read. */
export interface DistroDefaults {
  readonly name: string;
  readonly family: string;
  readonly paths: PathRoots;
  /** The file's name of `default_user` (root on AIX) and its settings. */
  readonly systemInfo: Readonly<Record<string, unknown>>;
  /** "root:system" on AIX, "root:root" elsewhere. */
  readonly rootOwner: string;
  /** Built-in configuration below cloud.cfg: datasource_list, module lists and so on. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface HostnameAdapter {
  /** The running name, as set (short or full). */
  read(): Promise<string | undefined>;
  /**
   * Running and kept over reboots. True if something had to change. `createFile: false`: a file
   * that keeps the name is only written where it is there already.
   */
  ensure(name: string, options?: { readonly createFile?: boolean }): Promise<boolean>;
}

export interface ResolverAdapter {
  /** The name that reverse lookup gives an address, the full one if there is one; undefined where there is none or no answer came in time. */
  findName(address: string, timeoutMs: number): Promise<string | undefined>;
  /** The addresses of a name, IPv4 first; none where it has none or no answer came in time. Absent: names are not looked up. */
  findAddresses?(name: string, timeoutMs: number): Promise<readonly string[]>;
}

export interface UserAdapter {
  find(name: string): Promise<FoundUser | undefined>;
  /** Creates the user or completes an existing one; never takes anything away. */
  ensureUser(user: UserSpec): Promise<void>;
  /** Finishes what `ensureUser` began for a new user when the machine went down. Absent: such a user stays as it is. */
  finishUser?(user: UserSpec): Promise<void>;
  ensureGroup(name: string, members: readonly string[]): Promise<void>;
  /** A hash that is there already is not set again; `unlocks`: it is where it is locked. */
  setPassword(
    name: string,
    password: string,
    form: "plain" | "hashed",
    options?: { readonly unlocks?: boolean },
  ): Promise<void>;
  /** The user has to change the password at the next login. */
  ensurePasswordExpired(name: string): Promise<void>;
  /** The password only: keys keep working. */
  ensurePasswordLocked(name: string): Promise<void>;
  /** Undoes locks of the password and of the account; false where the user has no password to unlock. */
  ensureUnlocked(name: string): Promise<boolean>;
  /** The whole account, keys included (DECISIONS 12: `lock_account`). */
  ensureAccountLocked(name: string): Promise<void>;
  /** One rule line each, kept in one sudoers.d file. */
  ensureSudoRules(name: string, rules: readonly string[]): Promise<void>;
  /** Whole rules about this user, one line each, in doas.conf(5). Absent: the system has no doas. */
  ensureDoasRules?(name: string, rules: readonly string[]): Promise<void>;
  /** Adds keys to the user's authorized_keys; refuses links and foreign owners on the way. */
  ensureAuthorizedKeys(name: string, keys: readonly string[], options?: string): Promise<void>;
}

export interface FoundUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

export interface UserSpec {
  readonly name: string;
  /** Always said, never left to the tool's default. */
  readonly home: string;
  readonly createHome: boolean;
  readonly groups: readonly string[];
  readonly primaryGroup?: string;
  readonly shell?: string;
  readonly gecos?: string;
  readonly uid?: number;
  readonly system: boolean;
  /** ISO date YYYY-MM-DD. */
  readonly expireDate?: string;
  readonly inactiveDays?: number;
  readonly noUserGroup?: boolean;
  /** Leaves lastlog and faillog alone (Linux). */
  readonly noLogInit?: boolean;
  /** Linux. */
  readonly selinuxUser?: string;
}

export interface NetworkAdapter {
  /** Physical adapters that are there now, in name order. `wanted`: MAC addresses; where one is missing, devices that were attached late are looked for first. */
  adapters(wanted?: readonly string[]): Promise<readonly AdapterInfo[]>;
  /** Virtual slots of adapters by the names of their IP interfaces. Absent: adapters are in none. */
  adapterSlots?(): Promise<ReadonlyMap<string, number>>;
  /** Makes the machine's network match, item by item: what cannot be done is a problem, the rest is done. */
  ensure(config: NetworkConfig): Promise<NetworkOutcome>;
  /** What `ensure` gives /etc/resolv.conf; undefined where it does not write it. Absent: it never does. */
  resolvConf?(config: NetworkConfig): string | undefined;
  /** Who gave this machine its addresses by DHCP, likeliest first. Absent: nothing tells. */
  dhcpServers?(): Promise<readonly DhcpServer[]>;
  /** Devices and routes as they are, for the ci-info tables. */
  read(): Promise<NetworkState>;
}

export interface AdapterInfo {
  /** The IP interface: "en0", "eth0". */
  readonly name: string;
  readonly macAddress?: string;
}

export interface NetworkOutcome {
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

/** As the ci-info tables show it. */
export type NetworkState = NetworkTables;

export type Service = "ssh" | "ntp" | "syslog";

export interface ServiceAdapter {
  ensureRunning(service: Service): Promise<void>;
  ensureStopped(service: Service): Promise<void>;
  restart(service: Service): Promise<void>;
  /** Services of software that was installed. Absent where nothing is known of them. */
  readonly named?: NamedServiceAdapter;
}

export interface StorageAdapter {
  /** ISO 9660 and FAT discs whose volume label is one of `labels` (any case), lowest device first; none is left mounted or open. */
  findDiscs(labels: WantedLabels): Promise<DiscSearch>;
  /** Drives that give no answer are waited for longer from now on where `isNeeded` says so, which is asked only then. Absent: they never are. */
  waitLonger?(isNeeded: () => Promise<boolean>): void;
  /** Optical drives as discs in UDF, which `findDiscs` does not read: reading one mounts it, and throws where there is no such disc. Absent: there are none. */
  listUdfDrives?(): readonly Disc[];
  /** The disc in the floppy drive; undefined where there is none. Absent: the system reads no floppies. */
  findFloppy?(): Promise<Disc | undefined>;
}

/**
 * "any": whatever the label is, also without one. Where more than optical drives are looked at, a FAT
 * file system that is not in one does not count: any disk may have one, and none is made for us.
 */
export type WantedLabels = readonly string[] | "any";

export interface DiscSearch {
  readonly discs: readonly Disc[];
  /** Devices that were there and could not be used: what, and why. */
  readonly problems: readonly Problem[];
  /** Every device that was looked at and what it holds, for messages: `cd0 (labelled "AIX")`. */
  readonly looked?: readonly string[];
}

export interface Disc {
  /** "cd0" on AIX, "/dev/sr0" elsewhere: as the datasource's description shows it. */
  readonly device: string;
  /** "" where the disc could only be mounted, which does not tell: `tree` must show what it is. */
  readonly label: string;
  /** Runs `use` on the disc's tree; unmounts or closes afterwards, whatever happens. */
  read<T>(use: (tree: FileTree) => T): Promise<T>;
}
