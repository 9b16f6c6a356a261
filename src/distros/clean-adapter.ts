/** What the system itself has of earlier instances, for `clean` and `seal`. */
export interface CleanAdapter {
  /** The files that `removeConfig` would remove or edit; only reads. */
  findConfig(kind: CleanConfigKind): readonly string[];
  /** Takes away what earlier runs wrote into the system's own configuration. Each answer names a file that was removed or edited. */
  removeConfig(kind: CleanConfigKind): readonly string[];
  /** The machine gets an id of its own at its next start. Names what was changed. */
  resetMachineId(): readonly string[];
  /** Restarts the machine at once. */
  restart(): Promise<void>;
}

/** `clean --configs KIND`. */
export type CleanConfigKind = "fstab" | "network" | "ssh_config";
