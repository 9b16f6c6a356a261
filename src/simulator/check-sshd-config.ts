import type { FileSystem } from "../system/system.ts";

const MAIN = "/etc/ssh/sshd_config";
const DROP_INS = "/etc/ssh/sshd_config.d";

/**
 * `sshd -t [-f file]`: what is wrong, as sshd says it, or undefined. Looks at the values of Port and
 * PasswordAuthentication, also in sshd_config.d where the file includes it; takes all else.
 */
export function checkSshdConfig(fs: FileSystem, args: readonly string[]): string | undefined {
  const [test, flag, path = MAIN, ...rest] = args;
  if (test !== "-t" || (flag !== undefined && flag !== "-f") || rest.length > 0) {
    return `unknown option -- ${args.join(" ")}`;
  }
  const main = textOf(fs, path);
  if (main === undefined) {
    return `${path}: No such file or directory`;
  }
  const isIncluding = /^\s*Include\s.*sshd_config\.d/imu.test(main);
  const names = isIncluding && fs.stat(DROP_INS) !== undefined ? fs.list(DROP_INS) : [];
  for (const file of [...names.map((name) => `${DROP_INS}/${name}`), path]) {
    for (const [index, line] of (textOf(fs, file) ?? "").split("\n").entries()) {
      const wrong = checkLine(line);
      if (wrong !== undefined) {
        return `${file} line ${index + 1}: ${wrong}`;
      }
    }
  }
  return undefined;
}

function checkLine(line: string): string | undefined {
  const [, keyword = "", value = ""] =
    /^\s*([A-Za-z]+)(?:\s*=\s*|\s+|$)"?([^\s"#]*)/u.exec(line) ?? [];
  switch (keyword.toLowerCase()) {
    case "passwordauthentication":
      return value === ""
        ? "missing argument."
        : /^(?:yes|no)$/iu.test(value)
          ? undefined
          : `unsupported option "${value}".`;
    case "port":
      return /^\d{1,5}$/u.test(value) ? undefined : "Badly formatted port number.";
    default:
      return undefined;
  }
}

function textOf(fs: FileSystem, path: string): string | undefined {
  const bytes = fs.readBytesIfExists(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
