/** The name of a part that has none: "part-001" (compat userdata.md §3 step 8). */
export function defaultFilename(number: number): string {
  return `part-${String(number).padStart(3, "0")}`;
}

/**
 * A part's name as a file name in a directory of ours: "/" becomes "_", anything but ASCII letters,
 * digits and `_-.()` goes (compat userdata.md §6.2). `fallback` where nothing usable is left.
 */
export function cleanFilename(name: string, fallback: string): string {
  const clean = name
    .replaceAll("/", "_")
    .replace(/[^A-Za-z0-9_\-.()]/gu, "")
    .slice(0, FILENAME_LENGTH_MAX);
  return clean === "" || clean === "." || clean === ".." ? fallback : clean;
}

/** NAME_MAX is 255 on JFS2 and ext4; what is longer is cut. A temporary file's ending must fit too. */
const FILENAME_LENGTH_MAX = 200;
