/**
 * What `resolv_conf` writes where templates_dir has no `resolv.conf.tmpl` (compat config.md §9.5):
 * Cheetah. A name that nobody gave does not exist; `$flags` and `$options` exist together.
 */
export const RESOLV_CONF_TEMPLATE = `## The source of /etc/resolv.conf while "manage_resolv_conf: true" is set. Known here:
##   $nameservers, $searchdomains, $sortlist    lists
##   $domain                                    text
##   $flags, $options                           options without and with a value
# Made by cloud-init from resolv.conf.tmpl, once for each instance.
# The settings are the keys of resolv_conf in the configuration.

#if $varExists('nameservers')
#for $server in $nameservers
nameserver $server
#end for
#end if
#if $varExists('searchdomains')
search #slurp
#for $name in $searchdomains
$name #slurp
#end for

#end if
#if $varExists('domain')
domain $domain
#end if
#if $varExists('sortlist')
sortlist #slurp
#for $network in $sortlist
$network #slurp
#end for

#end if
#if $varExists('options')
options #slurp
#for $flag in $flags
$flag #slurp
#end for
#for $key, $value in $options.items()
$key:$value #slurp
#end for

#end if
`;
