import type { System } from "../../system/system.ts";

const RPM = "/usr/bin/rpm";

/** "cloud-init-0.7.5-4.1.ppc" where the database of RPM has the old package, else undefined. */
export async function findOldRpm(sys: System): Promise<string | undefined> {
  const { exitCode, stdout } = await sys.exec.query([RPM, "-q", "cloud-init"], {
    okExitCodes: "any",
  });
  const name = stdout.trim().split("\n")[0] ?? "";
  return exitCode === 0 && name !== "" ? name : undefined;
}

/** What its presence means, and the command that ends it. */
export function describeOldRpm(name: string): string {
  return `the database of RPM still has "${name}": updating or removing that package would take files of this program away, and removing it all state too; to have RPM forget it and leave every file: ${RPM} -e --justdb --noscripts cloud-init`;
}
