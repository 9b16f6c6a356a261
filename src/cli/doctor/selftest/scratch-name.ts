/** Not on a file system in memory, if there is another: what is tried is what a boot writes to. */
export const SCRATCH_PARENTS = ["/var/tmp", "/tmp"];

/** As its last part is made of 64 random bits, nobody can have put anything there before. */
export const SCRATCH_NAME = "cloud-init-selftest-";
export const SCRATCH_BYTES = 8;

/** Whether it is a name that the self-test gives. */
export function isScratchName(name: string): boolean {
  return (
    name.startsWith(SCRATCH_NAME) &&
    new RegExp(`^[0-9a-f]{${SCRATCH_BYTES * 2}}$`, "u").test(name.slice(SCRATCH_NAME.length))
  );
}
