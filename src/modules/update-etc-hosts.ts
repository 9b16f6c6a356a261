import { Type } from "typebox";
import { withHostNames } from "../distros/posix/hosts-file.ts";
import { resolveNames } from "../instance/hostname.ts";
import { exists, readTextIfExists } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { isTrue } from "../text/boolean-option.ts";
import { formatProblem } from "../text/problem.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { findPrimaryAddress } from "./primary-address.ts";
import { renderTemplateFile } from "./template-file.ts";
import { hostsTemplate } from "./templates/hosts-templates.ts";

const HOSTS_PATH = "/etc/hosts";
const HOSTS_COPY_PATH = "/etc/hosts.cloud-init.orig";
const HOSTS_MODE = 0o644;

/** Keeps /etc/hosts (compat modules.md, update_etc_hosts). */
export const updateEtcHosts = defineModule({
  name: "update_etc_hosts",
  title: "/etc/hosts",
  description: [
    "With `manage_etc_hosts: true` (or `template`) the file is made at every boot from",
    "`hosts.FAMILY.tmpl` in templates_dir, `hosts.aix.tmpl` on AIX; a built-in text is used where there",
    "is none. The file as it was before the first time is kept as `/etc/hosts.cloud-init.orig`. On AIX",
    "the text has a line with the primary address and the names of the machine.",
    "",
    "With `manage_etc_hosts: localhost` the names are added to the line of 127.0.0.1 (on Debian of",
    "127.0.1.1), and everything else in the file stays. The module never touches the file otherwise.",
    "Source: upstream's module, IBM's page of the file.",
  ].join("\n"),
  aix: "`/etc/hosts`, the original kept once as `.cloud-init.orig`",
  linux: "the same",
  frequency: "always",
  schema: Type.Object({
    manage_etc_hosts: Type.Optional(
      Type.Union([Type.Boolean(), Type.String(), Type.Null()], {
        description: "`true` or `template`, `localhost`, or `false`. Default false.",
      }),
    ),
  }),
  activateByKeys: ["manage_etc_hosts"],
  examples: [
    "#cloud-config\nmanage_etc_hosts: true\n",
    "#cloud-config\nmanage_etc_hosts: localhost\n",
  ],
  async run(ctx, config) {
    const wanted = config.manage_etc_hosts;
    const word = typeof wanted === "string" ? wanted.trim().toLowerCase() : wanted;
    if (word !== "template" && word !== "localhost" && !isTrue(word)) {
      ctx.log.debug(
        `Configuration option 'manage_etc_hosts' is not set: ${HOSTS_PATH} is left as it is`,
      );
      return;
    }
    const names = resolveNames({ config: ctx.cloudConfig, instance: ctx.instance });
    // set_hostname failed for them once; every later boot would fail again.
    for (const problem of names.problems) {
      ctx.log.info(formatProblem(problem));
    }
    const { hostname, fqdn = hostname } = names;
    if (hostname === undefined || fqdn === undefined) {
      ctx.log.warn("Option 'manage_etc_hosts' was set, but no hostname was found");
      return;
    }
    if (word === "localhost") {
      addToLoopback(ctx, [...new Set([fqdn, hostname])]);
    } else {
      await writeFromTemplate(ctx, { hostname, fqdn });
    }
  },
});

async function writeFromTemplate(
  ctx: ModuleContext,
  { hostname, fqdn }: { readonly hostname: string; readonly fqdn: string },
): Promise<void> {
  const { family } = ctx.distro;
  const address = await findPrimaryAddress(ctx);
  const text = await renderTemplateFile(
    ctx,
    { name: `hosts.${family}`, builtIn: hostsTemplate(family) },
    {
      hostname,
      fqdn,
      names: [...new Set([fqdn, hostname])].join(" "),
      ...(address === undefined ? {} : { address }),
    },
  );
  if (text === undefined) {
    return;
  }
  const { fs } = ctx.sys;
  const current = readTextIfExists(fs, HOSTS_PATH);
  if (current !== undefined && current !== text && !exists(fs, HOSTS_COPY_PATH)) {
    fs.write(HOSTS_COPY_PATH, current, { mode: modeOf(ctx) });
  }
  writeHosts(ctx, text);
}

function addToLoopback(ctx: ModuleContext, names: readonly string[]): void {
  const { fs } = ctx.sys;
  const { family } = ctx.distro;
  const memory = `${ctx.paths.dataDir}/etc-hosts-names`;
  const previous = (readTextIfExists(fs, memory) ?? "").split(/\s+/u).filter((name) => name !== "");
  const current = readTextIfExists(fs, HOSTS_PATH) ?? "";
  const isDebian = family === "debian";
  const text = withHostNames(current, {
    address: isDebian ? "127.0.1.1" : "127.0.0.1",
    aliases: family === "aix" ? ["loopback", "localhost"] : isDebian ? [] : ["localhost"],
    names,
    outdated: previous,
  });
  if (text !== current) {
    writeHosts(ctx, text);
  }
  // Only what was added is ever taken away again.
  const before = new Set(namesIn(current));
  const own = names.filter((name) => !before.has(name) || previous.includes(name));
  writeIfDifferent(fs, memory, `${own.join(" ")}\n`, { mode: 0o644 });
}

function namesIn(text: string): readonly string[] {
  return text
    .split("\n")
    .flatMap((line) => line.replace(/#.*$/u, "").trim().split(/\s+/u).slice(1));
}

function writeHosts(ctx: ModuleContext, text: string): void {
  const isWritten = writeIfDifferent(ctx.sys.fs, HOSTS_PATH, text, { mode: modeOf(ctx) });
  ctx.log.debug(isWritten ? `Wrote ${HOSTS_PATH}` : `${HOSTS_PATH} is as it should be`);
}

function modeOf(ctx: ModuleContext): number {
  const stat = ctx.sys.fs.stat(HOSTS_PATH);
  return stat?.kind === "file" ? stat.mode : HOSTS_MODE;
}
