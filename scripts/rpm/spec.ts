/** A file or link of the package; owner root:system. */
export interface PackagedPath {
  readonly path: string;
  /** Octal, for files; links have none. */
  readonly mode?: string;
  /** The administrator's: never written over. */
  readonly isConfig?: boolean;
}

/**
 * The spec file of the package for AIX (rpm's own documentation; runtime.md §H). It takes over from
 * IBM's package `cloud-init`: %posttrans runs when that one's files are gone, so that links and
 * boot scripts, which both have, are there in the end; its configuration and state are kept by %pre.
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
# When the old package goes, rpm puts its configuration aside as *.rpmsave, and its own script empties
# the state: instances, semaphores, scripts.
if [ "$1" -eq 1 ]; then
  for name in etc/cloud var/lib/cloud; do
    kept=/opt/freeware/$name.before-cloud-init-aix
    if [ -d /opt/freeware/$name ] && [ ! -d $kept ]; then
      mkdir -p $kept && chmod 700 $kept &&
        (cd /opt/freeware/$name && tar -cf - .) | (cd $kept && tar -xpf -) || :
    fi
  done
fi

%posttrans
for name in etc/cloud var/lib/cloud; do
  kept=/opt/freeware/$name.before-cloud-init-aix
  if [ -d $kept ]; then
    mkdir -p /opt/freeware/$name
    if (cd $kept && tar -cf - .) | (cd /opt/freeware/$name && tar -xpf -); then
      rm -rf $kept
    fi
  fi
done
/opt/freeware/bin/cloud-init install || :

%preun
if [ "$1" -eq 0 ]; then
  # Where a file was changed uninstall takes nothing: at least no boot may look for what is gone.
  /opt/freeware/bin/cloud-init uninstall || rm -f /etc/rc.d/rc2.d/S0[1-4]cloud-*
fi

%files
${paths.map(renderPath).join("\n")}
`;
}

function renderPath({ path, mode, isConfig }: PackagedPath): string {
  const attributes = mode === undefined ? "" : `%attr(${mode},root,system) `;
  return `${isConfig === true ? "%config(noreplace) " : ""}${attributes}${path}`;
}
