/** The software of a machine, by the package manager that it has. */
export interface PackageAdapter {
  /** What manages packages here, for messages: "dnf", "apt-get". Undefined where there is nothing. */
  readonly name: string | undefined;
  /** Fetches what the repositories have. Throws where that fails. */
  updateLists(): Promise<void>;
  /** Brings every package to its newest version. */
  upgradeAll(): Promise<void>;
  /** Those of `packages` that are not there in the wanted version. */
  findMissing(packages: readonly PackageWish[]): Promise<readonly PackageWish[]>;
  /** Installs all at once; throws where one of them could not be installed. */
  install(packages: readonly PackageWish[]): Promise<void>;
  /** Whether what was installed wants the machine to restart; undefined where nothing tells. */
  needsRestart(): Promise<boolean | undefined>;
}

/** A package by name, or a file of one by its absolute path. */
export interface PackageWish {
  readonly name: string;
  readonly version?: string;
  /** A manager of AIX's own: filesets out of a directory or device. Absent: the usual one. */
  readonly filesetSource?: string;
}
