/** Directories where AIX keeps its own commands, and the Toolbox its RPMs' ones. */
const AIX_PATH = "/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin:/opt/freeware/bin";
const LINUX_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** What a user's script may rely on having from the machine, where the agent was started with it. */
const USER_VARIABLES = ["LANG", "TZ"];

/**
 * The whole environment of a child, apart from what one command adds. The agent's own environment
 * does not get through: neither the variables that steer its runtime (BUN_*, NODE_*, LIBPATH) nor a
 * user's PATH. Our own commands speak English, since their output is read.
 */
export function commandEnvironment(
  process: {
    readonly platform: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
  owner: "agent" | "user",
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: process.platform === "aix" ? AIX_PATH : LINUX_PATH,
    HOME: "/",
  };
  if (process.platform === "aix") {
    environment["ODMDIR"] = "/etc/objrepos";
  }
  if (owner === "agent") {
    return { ...environment, LANG: "C", LC_ALL: "C" };
  }
  for (const name of USER_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined && value !== "") {
      environment[name] = value;
    }
  }
  return environment;
}
