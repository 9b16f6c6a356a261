/**
 * What `chef` writes as client.rb where templates_dir has no `chef_client.rb.tmpl` (compat config.md
 * §9.5): Cheetah; Ruby comes out. A setting that nobody gave and that has no default does not exist.
 */
export const CHEF_CLIENT_TEMPLATE = `## The source of chef's client.rb. Known here:
##   $server_url, $validation_name, $node_name, $environment             texts
##   $validation_key, $client_key, $json_attribs, $pid_file,
##   $file_cache_path, $file_backup_path, $encrypted_data_bag_secret     paths
##   $log_level, $ssl_verify_mode                                        Ruby symbols, with their colon
##   $log_location                                                       a path; or a word, which is
##   $log_device                                                         there too then: STDOUT
##   $chef_license, $generated_by                                        texts
##   $show_time                                                          true or false
# $generated_by
# Change the configuration or chef_client.rb.tmpl in cloud-init's directory of templates.
#if $varExists('log_level')
log_level              $log_level
#end if
#if $varExists('log_device')
log_location           $log_device
#elif $varExists('log_location')
log_location           "$log_location"
#end if
#if $varExists('ssl_verify_mode')
ssl_verify_mode        $ssl_verify_mode
#end if
#if $varExists('validation_name')
validation_client_name "$validation_name"
#end if
#if $varExists('validation_key')
validation_key         "$validation_key"
#end if
#if $varExists('client_key')
client_key             "$client_key"
#end if
#if $varExists('server_url')
chef_server_url        "$server_url"
#end if
#if $varExists('environment')
environment            "$environment"
#end if
#if $varExists('node_name')
node_name              "$node_name"
#end if
#if $varExists('json_attribs')
json_attribs           "$json_attribs"
#end if
#if $varExists('file_cache_path')
file_cache_path        "$file_cache_path"
#end if
#if $varExists('file_backup_path')
file_backup_path       "$file_backup_path"
#end if
#if $varExists('pid_file')
pid_file               "$pid_file"
#end if
#if $varExists('encrypted_data_bag_secret')
encrypted_data_bag_secret "$encrypted_data_bag_secret"
#end if
#if $varExists('chef_license')
chef_license           "$chef_license"
#end if
#if $show_time
Chef::Log::Formatter.show_time = true
#end if
`;
