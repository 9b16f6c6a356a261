import { type Static, Type } from "typebox";
import { EXPECTED, SINGLE } from "../schema/schema-node.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));
const flag = (description: string) =>
  Type.Optional(Type.Union([Type.Boolean(), Type.String()], { description }));
const version = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Number()], { description }));

/** The keys below `chef` (compat modules.md, chef). */
export const CHEF_SCHEMA = Type.Object(
  {
    server_url: text("Address of the Chef server. Needed."),
    validation_name: text("Name of the validation client. Needed until the machine has its key."),
    validation_cert: text(
      "The validation key as PEM text, or `system`: the file is there already.",
    ),
    validation_key: text(
      "Where the validation key is kept, default /etc/chef/validation.pem; or the key itself, as the AIX port had it.",
    ),
    client_key: text("Where the machine's own key is. Default /etc/chef/client.pem."),
    directories: Type.Optional(
      Type.Array(Type.String(), {
        [SINGLE]: true,
        description: "Directories to make. Default: those of the paths below.",
      }),
    ),
    config_path: text("The file that the settings go to. Default /etc/chef/client.rb."),
    environment: text("Default _default."),
    node_name: text("Default: the instance-id."),
    run_list: Type.Optional(
      Type.Array(Type.String(), {
        [SINGLE]: true,
        description: "Recipes and roles of the first run.",
      }),
    ),
    initial_attributes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Attributes of the first run, kept in a file for root alone.",
      }),
    ),
    firstboot_path: Type.Optional(
      Type.Union([Type.Boolean(), Type.String()], {
        description:
          "Where the first run's JSON goes, false: nowhere. Default /etc/chef/firstboot.json.",
      }),
    ),
    install_type: text("packages, gems or omnibus. Default packages."),
    force_install: flag("Install even where chef-client is there. Default false."),
    omnibus_url: text("Address of the omnibus install script."),
    omnibus_url_retries: Type.Optional(
      Type.Union([Type.Integer(), Type.String()], {
        [EXPECTED]: "a whole number",
        description: "Tries after the first to fetch that script. Default 5.",
      }),
    ),
    omnibus_version: version("Version that the omnibus script installs. Default: the newest."),
    version: version("Version of the gem. Default: the newest."),
    ruby_version: version("Debian's Ruby packages by version, for gems."),
    exec: flag("Run chef-client at the end. Default false, for gems true."),
    exec_arguments: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.Union([Type.String(), Type.Number()]))], {
        description: "Arguments of chef-client. Default -d -i 1800 -s 20.",
      }),
    ),
    delete_validation_post_exec: flag(
      "Remove the validation key once chef-client ran. Default false.",
    ),
    chef_license: text("Accepts Chef's licence: accept, accept-silent or accept-no-persist."),
    encrypted_data_bag_secret: text("Path of the file with the secret of data bags."),
    ssl_verify_mode: text(
      "Default :verify_none, as it always was; :verify_peer checks the server.",
    ),
    log_level: text("Default :info."),
    log_location: text("A file, STDOUT or STDERR. Default /var/log/chef/client.log."),
    json_attribs: text("Attributes that chef-client reads. Default: firstboot_path."),
    file_cache_path: text("Default /var/cache/chef."),
    file_backup_path: text("Default /var/backups/chef."),
    pid_file: text("Default /var/run/chef/client.pid."),
    show_time: flag("Write times into the log. Default true."),
  },
  { description: "How the machine becomes a node of a Chef server." },
);

/** `chef` of a configuration, parsed. */
export type ChefConfig = Static<typeof CHEF_SCHEMA>;
