/**
 * A module's name as its semaphore and our table have it: "write-files", "cc_write_files" and
 * "write_files.py" are all "write_files" (compat config.md §4). Case counts. Names of IBM's older
 * packages lose their prefix: "ibm-reset-rmc" is "reset_rmc".
 */
export function canonicalModuleName(written: string): string {
  const name = written
    .trim()
    .replaceAll("-", "_")
    .replace(/\.py$/iu, "")
    .trim()
    .replace(/^cc_/u, "");
  return ALIASES.get(name) ?? name;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["ibm_reset_rmc", "reset_rmc"],
  ["ibm_restore_volume_groups", "restore_volume_groups"],
  ["ibm_set_multipath_hcheck_interval", "set_multipath_hcheck_interval"],
  ["ibm_update_bootlist", "update_bootlist"],
  ["ubuntu_advantage", "ubuntu_pro"],
]);
