import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RC_SCRIPTS } from "../../src/cli/install/rc-scripts.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** A file or link of the package; owner root:system. */
export interface PackagedPath {
  readonly path: string;
  /** Octal, for files; links have none. */
  readonly mode?: string;
  /** The administrator's: never written over. */
  readonly isConfig?: boolean;
  /** "directory": it goes with the package if nothing else is in it. "ghost": not in the package, but goes with it. */
  readonly kind?: "directory" | "ghost";
}

/**
 * The spec file of the package for AIX (rpm's own documentation; runtime.md §H). It takes over from
 * IBM's package `cloud-init`: %posttrans runs when that one's files are gone, so that links and
 * boot scripts, which both have, are there in the end; its configuration and state are copied by %pre.
 */
export function renderSpec(options: {
  readonly version: string;
  readonly release: string;
  readonly paths: readonly PackagedPath[];
}): string {
  const { version, release, paths } = options;
  return `# Payload and digests as AIX's rpm reads them; nothing is stripped: a stripped program is another one.
%define _prefix /opt/freeware
%define _binary_payload w9.gzdio
%define _source_payload w9.gzdio
%define _binary_filedigest_algorithm 1
%define _source_filedigest_algorithm 1
%define debug_package %{nil}
%define __os_install_post %{nil}
%define _build_id_links none

Name: cloud-init-aix
Version: ${version}
Release: ${release}
Summary: Makes a freshly deployed machine its own
License: Apache-2.0
Group: System/Base
AutoReqProv: no
Provides: cloud-init = ${version}-${release}
Obsoletes: cloud-init < 24

%description
A drop-in replacement for cloud-init on AIX: reads the config drive at boot and sets up network, host
name, users, files and scripts. With its own runtime; needs no Python.

%pre
${script("pre")}
%posttrans
${script("posttrans")}
%preun
${script("preun")}
%postun
${script("postun")}
%files
${paths.map(renderPath).join("\n")}
`;
}

function renderPath({ path, mode, isConfig, kind }: PackagedPath): string {
  const directives = [
    kind === "directory" ? "%dir" : "",
    kind === "ghost" ? "%ghost" : "",
    isConfig === true ? "%config(noreplace)" : "",
    mode === undefined ? "" : `%attr(${mode},root,system)`,
  ];
  return [...directives.filter((one) => one !== ""), path].join(" ");
}

/** Of AIX's /bin/sh, which is a ksh88. */
function script(name: "pre" | "posttrans" | "preun" | "postun"): string {
  const links = RC_SCRIPTS.map(
    (one) => `/etc/rc.d/rc2.d/${one.linkName} /etc/rc.d/init.d/${one.name}`,
  );
  return readFileSync(join(HERE, `${name}.sh`), "utf8")
    .replace("@LINKS@", links.join("\n"))
    .replaceAll("%", "%%");
}
