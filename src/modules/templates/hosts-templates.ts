/**
 * What `update_etc_hosts` writes where templates_dir has no `hosts.FAMILY.tmpl`: Cheetah text by
 * family (`Distro.family`). The name and its address come in as `$names` and `$address`; there is no
 * `$address` where none is known.
 */
export function hostsTemplate(family: string): string {
  return (Object.hasOwn(TEMPLATES, family) ? TEMPLATES[family] : undefined) ?? LINUX;
}

const OWN_LINE = `#if $varExists('address')
$address $names
#end if
`;

/** Loopback lines as AIX ships them (aix/commands.md §3.2). */
export const AIX_HOSTS_TEMPLATE = `## The source of /etc/hosts while "manage_etc_hosts: true" is set. Known here:
##   $hostname, $fqdn    the names of this machine
##   $names              both, each once
##   $address            the primary address, where there is one
# Made by cloud-init from hosts.aix.tmpl, again at every boot: change the template,
# /opt/freeware/etc/cloud/templates/hosts.aix.tmpl, or take manage_etc_hosts away.
127.0.0.1 loopback localhost
::1 loopback localhost
${OWN_LINE}`;

function linuxHeader(family: string): string {
  return `# Made by cloud-init from hosts.${family}.tmpl, again at every boot: change the template,
# /etc/cloud/templates/hosts.${family}.tmpl, or take manage_etc_hosts away.
`;
}

const MULTICAST = `ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;

/** Debian's own name is 127.0.1.1, so that "localhost" stays the name of 127.0.0.1 (Debian reference §5.1.1). */
const DEBIAN = `${linuxHeader("debian")}127.0.0.1 localhost
127.0.1.1 $names
::1 localhost ip6-localhost ip6-loopback
${MULTICAST}`;

const REDHAT = `${linuxHeader("redhat")}127.0.0.1 $names
127.0.0.1 localhost localhost.localdomain localhost4 localhost4.localdomain4
::1 $names
::1 localhost localhost.localdomain localhost6 localhost6.localdomain6
`;

const SUSE = `${linuxHeader("suse")}127.0.0.1 $names
127.0.0.1 localhost
::1 localhost ipv6-localhost ipv6-loopback
${MULTICAST}`;

const LINUX = `${linuxHeader("linux")}127.0.0.1 $names
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
${MULTICAST}`;

const TEMPLATES: Readonly<Record<string, string>> = {
  aix: AIX_HOSTS_TEMPLATE,
  debian: DEBIAN,
  redhat: REDHAT,
  suse: SUSE,
};
