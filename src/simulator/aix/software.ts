import { readFileOrEmpty } from "./account-files.ts";
import type { CommandContext } from "./command.ts";

/** Where the simulated machine keeps what is installed: "rpm NAME VERSION" or "fileset NAME LEVEL" a line. */
const SOFTWARE_FILE = "/var/adm/sw/simulated";
const BASE: readonly string[] = [
  "fileset bos.rte 7.3.0.0",
  "fileset bos.net.tcp.client 7.3.0.0",
  "fileset rpm.rte 4.18.1.2000",
  "fileset rsct.core.rmc 3.3.2.0",
  "rpm dnf 4.2.17",
  "rpm bash 5.2.15",
];

export interface Software {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
}

/** What is installed, the base system first. */
export function listSoftware({ fs }: CommandContext): readonly Software[] {
  const own = readFileOrEmpty(fs, SOFTWARE_FILE).split("\n");
  return [...BASE, ...own].flatMap((line): readonly Software[] => {
    const [kind, name, version] = line.split(" ");
    return kind === undefined || name === undefined || version === undefined
      ? []
      : [{ kind, name, version }];
  });
}

/** Notes that something is installed now. */
export function addSoftware(ctx: CommandContext, software: Software): void {
  const { kind, name, version } = software;
  ctx.fs.append(SOFTWARE_FILE, `${kind} ${name} ${version}\n`);
}

/** "name" or "name-version", of RPM packages. */
export function findRpm(ctx: CommandContext, wanted: string): Software | undefined {
  return listSoftware(ctx).find(
    ({ kind, name, version }) =>
      kind === "rpm" && (name === wanted || `${name}-${version}` === wanted),
  );
}
