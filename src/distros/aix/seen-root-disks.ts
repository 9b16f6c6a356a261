/**
 * The disks of rootvg, as a part of this run has seen them in lspv; none where nobody has asked. The
 * system was started from one of them, and that stays so until the machine ends.
 */
export interface SeenRootDisks {
  names: readonly string[];
}
