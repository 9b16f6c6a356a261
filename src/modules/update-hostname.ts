import { isHostName } from "../instance/hostname.ts";
import { readTextIfExists } from "../system/files.ts";
import { formatProblem } from "../text/problem.ts";
import {
  HOSTNAME_ITEM_KEYS,
  hostnameSchema,
  readWantedName,
  type WantedName,
} from "./hostname-config.ts";
import { defineModule, type ModuleContext } from "./module.ts";

/** Keeps the deployed host name on every boot (compat modules.md, update_hostname; DECISIONS 17). */
export const updateHostname = defineModule({
  name: "update_hostname",
  title: "Host name on every boot",
  description: [
    "On AIX: while this module is listed, every boot puts the deployed name back; to keep a name that",
    "was changed later, take the module off the list or set `preserve_hostname: true`. On Linux a name",
    "that was changed since the last boot stays: `data/previous-hostname` holds the name set before,",
    "and only where the machine still has that one is a new name set.",
    "Source: upstream's module, IBM's page of its AIX port.",
  ].join("\n"),
  aix: "puts the deployed name back at each boot",
  linux: "the same, unless somebody changed it",
  frequency: "always",
  schema: hostnameSchema,
  itemKeys: HOSTNAME_ITEM_KEYS,
  examples: ["#cloud-config\nhostname: vm1\n", "#cloud-config\npreserve_hostname: true\n"],
  async run(ctx, config) {
    if (config.preserve_hostname === true) {
      ctx.log.debug("preserve_hostname is set: the host name is left as it is");
      return;
    }
    const deployed = readWantedName(ctx, config.prefer_fqdn_over_hostname);
    const wanted = readDnsName(ctx) ?? deployed.wanted;
    const { problems } = deployed;
    // set_hostname failed for them once; every later boot would fail again.
    for (const problem of problems) {
      ctx.log.info(formatProblem(problem));
    }
    if (wanted === undefined) {
      ctx.log.debug("Nobody gives a host name: it is left as it is");
      return;
    }
    const { hostname = wanted.name, fqdn = wanted.name } = wanted.names;
    try {
      const current = await ctx.distro.hostname.read();
      if (isToBeSet(ctx, wanted.name, current)) {
        ctx.log.info(`Host name is ${current ?? "not set"}: setting it to ${wanted.name}`);
        await ctx.distro.hostname.ensure(wanted.name, {
          createFile: config.create_hostname_file !== false,
        });
      }
    } catch (error) {
      ctx.fail(`Failed to update the hostname to ${fqdn} (${hostname})`, error);
    }
  },
});

/** What set_hostname_from_dns found for this instance is its deployed name. */
function readDnsName(ctx: ModuleContext): WantedName | undefined {
  const path = ctx.paths.instance(ctx.instance.id).dnsHostnameFile;
  const name = readTextIfExists(ctx.sys.fs, path)?.trim();
  return name === undefined || !isHostName(name)
    ? undefined
    : { name, names: { hostname: name, fqdn: name, problems: [], warnings: [] } };
}

/** Whether the name is to be changed; keeps `data/previous-hostname` right. */
function isToBeSet(ctx: ModuleContext, wanted: string, current: string | undefined): boolean {
  const path = ctx.paths.previousHostnameFile;
  const previous = readTextIfExists(ctx.sys.fs, path)?.trim();
  const isKept =
    ctx.distro.family !== "aix" &&
    current !== undefined &&
    current !== wanted &&
    previous !== undefined &&
    previous !== "" &&
    current !== previous;
  if (isKept) {
    ctx.log.info(
      `Host name is ${current}, and was ${previous} before: it is left as its administrator wants it`,
    );
    return false;
  }
  if (previous !== wanted) {
    ctx.sys.fs.write(path, `${wanted}\n`, { mode: 0o644 });
  }
  // Without a name from before, a Linux keeps the one that it has.
  const isOwn = ctx.distro.family === "aix" || current === undefined || current === previous;
  return current !== wanted && isOwn;
}
