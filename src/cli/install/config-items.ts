import { posix } from "node:path";
import type { Platform } from "../../config/builtin-config.ts";
import { defaultConfigFiles } from "../../config/default-cloud-cfg.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { AIX_HOSTS_TEMPLATE } from "../../modules/templates/hosts-templates.ts";
import { RESOLV_CONF_TEMPLATE } from "../../modules/templates/resolv-conf-template.ts";
import type { InstallItem } from "./install-item.ts";

/** A first configuration, the user's from then on, and the directories beside it. */
export function configItems(paths: PathRoots, platform: Platform): readonly InstallItem[] {
  const dir = posix.dirname(paths.configFile);
  const files = [...defaultConfigFiles(platform), { name: "cloud.cfg.d/README", content: README }];
  return [
    ...files.map(({ name, content }): InstallItem => ({
      kind: "file",
      path: `${dir}/${name}`,
      content,
      mode: 0o644,
      isUsers: true,
    })),
    { kind: "directory", path: paths.templatesDir },
    ...templateItems(paths, platform),
    { kind: "directory", path: paths.cloudDir },
    ...(paths.modulesDir === undefined
      ? []
      : [{ kind: "directory", path: paths.modulesDir } as const]),
  ];
}

/** To be edited: what is built in has the same text. A Linux has its distribution's own, or none. */
function templateItems(paths: PathRoots, platform: Platform): readonly InstallItem[] {
  const templates =
    platform === "aix"
      ? { "hosts.aix.tmpl": AIX_HOSTS_TEMPLATE, "resolv.conf.tmpl": RESOLV_CONF_TEMPLATE }
      : {};
  return Object.entries(templates).map(([name, content]) => ({
    kind: "file",
    path: `${paths.templatesDir}/${name}`,
    content,
    mode: 0o644,
    isUsers: true,
  }));
}

const README = `Files in this directory whose names end in ".cfg" are read after cloud.cfg, in the
order of their names; what a later one says wins. Other files, like this one, are not read.
`;
