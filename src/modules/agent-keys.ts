import { Type } from "typebox";
import { DATASOURCE_SETTINGS } from "../config/datasource-settings.ts";
import { TIME_LIMIT_NAMES } from "../config/time-limits.ts";
import { parseDurationMs } from "../text/duration.ts";
import { EXPECTED } from "../schema/schema-node.ts";

/** A name, or a list of a name with its frequency and arguments, or a mapping (compat config.md §5). */
function moduleList(stage: string) {
  const entry = Type.Union([
    Type.String(),
    Type.Array(Type.Unknown()),
    Type.Record(Type.String(), Type.Unknown()),
  ]);
  return Type.Optional(
    Type.Union([Type.Array(entry), Type.Null()], { description: `Modules that ${stage} runs.` }),
  );
}

/** `"> file"`, `">> file"`, `"| command"`, one for both streams or one for each (compat core.md §3.3). */
const outputTarget = Type.Union([
  Type.String(),
  Type.Array(Type.String()),
  Type.Object({
    output: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
  }),
  Type.Null(),
]);

const duration = Type.Refine(
  Type.Unknown({ [EXPECTED]: "a duration such as 30s, 5m or 1h30m" }),
  (value) =>
    value === null || value === false || value === "none" || parseDurationMs(value) !== undefined,
);

/** An entry of `reporting` (compat core.md §3.4). */
const reportHandler = Type.Object({
  type: text("log, print or webhook."),
  level: text("Of a log: DEBUG (default) or INFO."),
  endpoint: text("Of a webhook: where each event is sent as JSON, http or https."),
  consumer_key: text("Of a webhook: OAuth 1.0."),
  consumer_secret: text("Of a webhook: OAuth 1.0."),
  token_key: text("Of a webhook: OAuth 1.0."),
  token_secret: text("Of a webhook: OAuth 1.0."),
  timeout: Type.Optional(
    Type.Union([Type.Number(), Type.String()], {
      description: "Of a webhook: seconds for one attempt. Default 5, at most 10.",
    }),
  ),
  retries: Type.Optional(
    Type.Union([Type.Integer(), Type.String()], {
      description: "Of a webhook: attempts after the first. Default 2, at most 10.",
    }),
  ),
});

function flag(description: string) {
  return Type.Optional(Type.Boolean({ description }));
}

function text(description: string) {
  return Type.Optional(Type.String({ description }));
}

function anything(description: string) {
  return Type.Optional(Type.Unknown({ description }));
}

/** Values are looked at by the datasource, with its own words. */
function settingsOf(keys: Readonly<Record<string, string>>) {
  return Type.Object(
    Object.fromEntries(
      Object.entries(keys).map(([key, description]) => [key, anything(description)]),
    ),
  );
}

/** The top-level keys that the agent itself reads, beside those of its modules (compat config.md, core.md §3). */
export const agentKeys = Type.Object({
  allow_userdata: flag("Whether user-data is used at all. Default true."),
  cloud_config_modules: moduleList("modules --mode config"),
  cloud_final_modules: moduleList("modules --mode final"),
  cloud_init_modules: moduleList("init"),
  datasource: Type.Optional(
    Type.Union(
      [
        Type.Object(
          Object.fromEntries(
            Object.entries(DATASOURCE_SETTINGS).map(([name, keys]) => [
              name,
              Type.Optional(Type.Union([settingsOf(keys), Type.Null()])),
            ]),
          ),
        ),
        Type.Null(),
      ],
      { description: "Settings of the datasources, by name." },
    ),
  ),
  datasource_list: Type.Optional(
    Type.Union([Type.Array(Type.String()), Type.String()], {
      description: "Where to look for the machine's data, in order.",
    }),
  ),
  def_log_dir: text("Directory of the logs."),
  def_log_file: text("The log. Default /var/log/cloud-init.log."),
  "launch-index": anything("Which of several instances launched together this part is for."),
  log_basic: flag("Log to standard error where no log can be opened. Default true."),
  log_cfgs: Type.Optional(
    Type.Array(Type.Union([Type.String(), Type.Array(Type.String())]), {
      description: "Logging configurations; the first that can be opened is used.",
    }),
  ),
  logcfg: text("One logging configuration."),
  manual_cache_clean: flag("Keep the instance even where another one is found. Default false."),
  merge_how: anything("How this document is merged with those before it."),
  merge_type: anything("As merge_how."),
  output: Type.Optional(
    Type.Union(
      [
        Type.Object({
          all: Type.Optional(outputTarget),
          init: Type.Optional(outputTarget),
          config: Type.Optional(outputTarget),
          final: Type.Optional(outputTarget),
        }),
        Type.Null(),
      ],
      { description: "Where the output of the stages goes." },
    ),
  ),
  reporting: Type.Optional(
    Type.Union(
      [
        Type.Record(Type.String(), Type.Union([reportHandler, Type.Boolean(), Type.Null()])),
        Type.Null(),
      ],
      {
        description:
          "Who hears of the events of a boot: handlers by name; false switches one off, as `logging`.",
      },
    ),
  ),
  syslog_fix_perms: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()], {
      description:
        "Owner of the log: user:group, or a list of which the first that exists is used.",
    }),
  ),
  system_info: Type.Optional(
    Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
      description: "The system: distro, paths, default_user. Only in cloud.cfg.",
    }),
  ),
  timeouts: Type.Optional(
    Type.Union(
      [
        Type.Object(
          Object.fromEntries(TIME_LIMIT_NAMES.map((name) => [name, Type.Optional(duration)])),
        ),
        Type.Null(),
      ],
      {
        description:
          "How long code of the user's may run, such as {runcmd: 30m, scripts: 1h}. Ours.",
      },
    ),
  ),
  unverified_modules: Type.Optional(
    Type.Array(Type.String(), { description: "Modules to run on a system that they are not for." }),
  ),
  user_data_size_limit: Type.Optional(
    Type.Union([Type.String(), Type.Integer()], {
      description:
        "How large user-data may be when it is unpacked. Default 64M. Ours, in cloud.cfg.",
    }),
  ),
  vendor_data2: Type.Optional(
    Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
      description: "As vendor_data, for the second vendor-data.",
    }),
  ),
});
