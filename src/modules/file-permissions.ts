/** The mode that `permissions` asks for, and what is to be said about it. */
export interface FilePermissions {
  readonly mode: number;
  readonly warning?: string;
}

const MODE_DEFAULT = 0o644;
const MODE_MAX = 0o7777;

/**
 * `permissions` of a file (compat config.md §9.4): text is octal, a number is taken as it is, since
 * YAML reads `0644` as octal by itself. What cannot be read gives the default 0644 and a warning.
 */
export function parsePermissions(value: string | number | undefined | null): FilePermissions {
  if (value === undefined || value === null || value === "") {
    return { mode: MODE_DEFAULT };
  }
  const mode = typeof value === "number" ? value : parseOctal(value);
  if (mode === undefined || !Number.isInteger(mode) || mode < 0 || mode > MODE_MAX) {
    const warning = `Undecodable permissions ${JSON.stringify(value)}, returning default ${formatMode(MODE_DEFAULT)}`;
    return { mode: MODE_DEFAULT, warning };
  }
  if (typeof value === "number" && looksForgotten(value)) {
    const warning = `Permissions ${value} without a leading 0 are decimal and mean ${formatMode(value)}: write "0${value}" if that is meant`;
    return { mode, warning };
  }
  return { mode };
}

/** "0644". */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function parseOctal(text: string): number | undefined {
  const digits = /^(?:0o)?([0-7]{1,6})$/iu.exec(text.trim())?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** 600, 644 or 755 written bare: decimal values that no one means, with the sticky bit or more in them. */
function looksForgotten(value: number): boolean {
  return value > 0o777 && value <= 777 && /^[0-7]{3}$/u.test(String(value));
}
