import { Type } from "typebox";
import { defineModule, type ModuleContext } from "./module.ts";

/** The link-local address at which clouds answer questions about the machine. */
const METADATA_ADDRESS = "169.254.169.254";
const NETSTAT = "/usr/bin/netstat";
const ROUTE = "/usr/sbin/route";
const IP_PATHS = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"];

/** Keeps programs of this machine from the cloud's metadata (compat modules.md, disable_ec2_metadata). */
export const disableEc2Metadata = defineModule({
  name: "disable_ec2_metadata",
  title: "No route to the cloud's metadata",
  description: [
    `With \`disable_ec2_metadata: true\` nothing on the machine reaches ${METADATA_ADDRESS} any`,
    "more: a rejecting route to it is set at each boot, since it is lost at each.",
    "",
    "On AIX: `route add -host … 127.0.0.1 -reject` where the route is not there. On Linux:",
    "`ip route add prohibit …`, or `route add -host … reject` where there is no iproute2.",
    "Source: upstream's disable_ec2_metadata; AIX's route command reference.",
  ].join("\n"),
  aix: "`route add -host 169.254.169.254 127.0.0.1 -reject`",
  linux: "`ip route add prohibit 169.254.169.254`",
  frequency: "always",
  activateByKeys: ["disable_ec2_metadata"],
  schema: Type.Object({
    disable_ec2_metadata: Type.Optional(
      Type.Boolean({ description: `Reject what goes to ${METADATA_ADDRESS}. Default false.` }),
    ),
  }),
  examples: ["#cloud-config\ndisable_ec2_metadata: true\n"],
  async run(ctx, config) {
    if (config.disable_ec2_metadata !== true) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, disabling the ec2 route not enabled`);
      return;
    }
    await (ctx.distro.name === "aix" ? rejectOnAix(ctx) : rejectOnLinux(ctx));
  },
});

async function rejectOnAix(ctx: ModuleContext): Promise<void> {
  const { exec } = ctx.sys;
  const isThere = async (): Promise<boolean> => {
    const { stdout } = await exec.query([NETSTAT, "-rn"], { okExitCodes: "any" });
    return stdout.split("\n").some((line) => isRejecting(line.trim().split(/\s+/u)));
  };
  if (await isThere()) {
    return;
  }
  // Exit 1 also says that the route is in the table: what counts is the table. [U] the flags that show it.
  const { exitCode, stderr } = await exec.run(
    [ROUTE, "add", "-host", METADATA_ADDRESS, "127.0.0.1", "-reject"],
    { okExitCodes: "any" },
  );
  const isInTable = /entry already exists|already in table/iu.test(stderr);
  if (exitCode !== 0 && !isInTable && !(await isThere())) {
    ctx.fail({
      message: `Cannot reject the route to ${METADATA_ADDRESS}: "${ROUTE} add" ended with exit code ${exitCode}${stderr.trim() === "" ? "" : `: ${stderr.trim().slice(0, 200)}`}`,
      path: ["disable_ec2_metadata"],
    });
  }
}

/** A row of netstat: destination, gateway, flags. */
function isRejecting([destination, gateway, flags = ""]: readonly string[]): boolean {
  return destination === METADATA_ADDRESS && (gateway === "127.0.0.1" || flags.includes("R"));
}

async function rejectOnLinux(ctx: ModuleContext): Promise<void> {
  const { exec, fs } = ctx.sys;
  const ip = IP_PATHS.find((path) => fs.stat(path) !== undefined);
  if (ip !== undefined) {
    const { stdout } = await exec.query([ip, "route", "show", "type", "prohibit"], {
      okExitCodes: "any",
    });
    if (!stdout.split("\n").some((line) => line.split(/\s+/u).includes(METADATA_ADDRESS))) {
      await exec.run([ip, "route", "add", "prohibit", METADATA_ADDRESS]);
    }
    return;
  }
  const route = ["/sbin/route", "/usr/sbin/route"].find((path) => fs.stat(path) !== undefined);
  if (route === undefined) {
    ctx.fail({
      message: `Cannot reject the route to ${METADATA_ADDRESS}: neither "ip" nor "route" is installed`,
      path: ["disable_ec2_metadata"],
    });
    return;
  }
  await exec.run([route, "add", "-host", METADATA_ADDRESS, "reject"]);
}
