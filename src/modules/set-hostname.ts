import { formatJson } from "../text/format-json.ts";
import { HOSTNAME_ITEM_KEYS, hostnameSchema, readWantedName } from "./hostname-config.ts";
import { defineModule } from "./module.ts";

/** Gives the machine its host name on the first boot (compat modules.md, set_hostname). */
export const setHostname = defineModule({
  name: "set_hostname",
  title: "Host name",
  description: [
    "Sets the host name once for each instance. `fqdn` and `hostname` of the configuration come",
    "before the name that the datasource gives; a `hostname` with a dot counts as the full name. The",
    "machine gets the short name, or the full one with `prefer_fqdn_over_hostname: true`. On AIX the",
    "name is kept in the ODM (`chdev -l inet0 -a hostname=…`), and the node name (`uname -n`) is its",
    "first part; on Linux it is kept in `/etc/hostname`. `/etc/hosts` is not touched.",
    "Source: upstream's module, IBM's pages of hostname, uname and chdev.",
  ].join("\n"),
  aix: "`chdev -l inet0 -a hostname=…`, `uname -S`",
  linux: "`/etc/hostname`, `hostname`",
  frequency: "once-per-instance",
  schema: hostnameSchema,
  itemKeys: HOSTNAME_ITEM_KEYS,
  examples: [
    "#cloud-config\nfqdn: vm1.example.com\n",
    "#cloud-config\nhostname: vm1\nfqdn: vm1.example.com\nprefer_fqdn_over_hostname: true\n",
    "#cloud-config\npreserve_hostname: true\n",
  ],
  async run(ctx, config) {
    if (config.preserve_hostname === true) {
      ctx.log.debug("preserve_hostname is set: the host name is left as it is");
      return;
    }
    const { wanted, problems } = readWantedName(ctx, config.prefer_fqdn_over_hostname);
    for (const problem of problems) {
      ctx.fail(problem);
    }
    if (wanted === undefined) {
      ctx.log.debug("Nobody gives a host name: it is left as it is");
      return;
    }
    for (const warning of wanted.names.warnings) {
      ctx.log.warn(warning);
    }
    const { hostname = wanted.name, fqdn = wanted.name } = wanted.names;
    try {
      ctx.log.debug(`Setting the hostname to ${fqdn} (${hostname})`);
      const isChanged = await ctx.distro.hostname.ensure(wanted.name, {
        createFile: config.create_hostname_file !== false,
      });
      ctx.log.info(`Host name is ${wanted.name}${isChanged ? "" : ", as it was"}`);
    } catch (error) {
      ctx.fail(`Failed to set the hostname to ${fqdn} (${hostname})`, error);
      return;
    }
    // Where cloud-init keeps the names that it set last.
    const path = `${ctx.paths.dataDir}/set-hostname`;
    ctx.sys.fs.write(path, formatJson({ hostname, fqdn }), { mode: 0o644 });
  },
});
