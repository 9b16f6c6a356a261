import type { SystemFacts } from "../../instance/system-facts.ts";
import type { System } from "../../system/system.ts";

const UNAME = "/usr/bin/uname";

/**
 * Names and levels of the system, from uname(2) where the runtime asks it, which costs no command,
 * else from one call of uname(1), which prints in this order whatever the order of its flags. AIX
 * tells version and release apart as no other system: 7 and 3 for AIX 7.3.
 */
export async function readAixSystemFacts(sys: System): Promise<SystemFacts> {
  const uname = (await readOwn(sys)) ?? (await askCommand(sys));
  const [, , release, version] = uname;
  const level = version === "" || release === "" ? "" : `${version}.${release}`;
  return { uname, dist: ["aix", level, ""] };
}

/** Only of AIX itself: a runtime for another system tells that system's names. */
async function readOwn(sys: System): Promise<SystemFacts["uname"] | undefined> {
  const own = sys.process.platform === "aix" ? await sys.process.readUname?.() : undefined;
  if (own === undefined) {
    return undefined;
  }
  const { sysname, nodename, release, version, machine } = own;
  return [sysname, nodename, release.slice(release.indexOf(".") + 1), version, machine, "powerpc"];
}

async function askCommand(sys: System): Promise<SystemFacts["uname"]> {
  const { stdout } = await sys.exec.query([UNAME, "-snrvmp"]);
  const [name = "AIX", node = "", release = "", version = "", machine = "", processor = ""] = stdout
    .trim()
    .split(/\s+/u);
  return [name, node, release, version, machine, processor];
}
