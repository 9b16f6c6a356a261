import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { exists, readTextIfExists } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { defineModule, type ModuleContext } from "./module.ts";

const REPOSITORIES = "/etc/zypp/repos.d";
const CONFIG_PATH = "/etc/zypp/zypp.conf";
const FILE_MODE = 0o644;
const PRIVATE_MODE = 0o600;
/** Where zypper looks for all else: a wrong one leaves it blind. */
const FIXED_KEYS: ReadonlySet<string> = new Set(["configdir", "reposdir", "servicesdir"]);

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Repositories of SUSE (upstream's zypper_add_repo; zypper(8), zypp.conf(5)). */
export const zypperAddRepo = defineModule({
  name: "zypper_add_repo",
  title: "Repositories of zypper",
  description: [
    "Writes `/etc/zypp/repos.d/ID.repo` for each entry of `zypper.repos`, which needs `id` and",
    "`baseurl`; all other keys are handed on. A file that is there already stays as it is. The keys of",
    "`zypper.config` are set in `/etc/zypp/zypp.conf`, all but the directories. A file with a password",
    "in its address is for root alone. On SUSE only. Source: upstream's module, zypper(8).",
  ].join("\n"),
  aix: "nothing: there is no zypper; `yum_repos` is for the AIX Toolbox's repositories",
  linux: "SUSE: files in `/etc/zypp/repos.d`, keys in `/etc/zypp/zypp.conf`",
  frequency: "always",
  activateByKeys: ["zypper"],
  distros: ["suse"],
  schema: Type.Object({
    zypper: Type.Optional(
      Type.Object(
        {
          repos: Type.Optional(
            Type.Array(Type.Record(Type.String(), scalar), {
              description: "Repositories: id, baseurl, name, enabled, autorefresh, gpgcheck, ….",
            }),
          ),
          config: Type.Optional(
            Type.Record(Type.String(), scalar, { description: "Keys of zypp.conf." }),
          ),
        },
        { description: "What zypper is given." },
      ),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "zypper:",
      "  repos:",
      "    - id: own-tools",
      "      name: Tools of our own",
      "      baseurl: https://packages.example.com/suse",
      "      enabled: 1",
      "      autorefresh: 1",
      "  config:",
      "    download.use_deltarpm: true",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    for (const repository of config.zypper?.repos ?? []) {
      try {
        addRepository(ctx, repository);
      } catch (error) {
        fail(ctx, "repos", `Cannot add a repository: ${errorMessage(error)}`);
      }
    }
    const settings: unknown = config.zypper?.config;
    if (isMapping(settings)) {
      setKeys(ctx, settings);
    }
  },
});

function fail(ctx: ModuleContext, key: string, message: string): void {
  ctx.fail({ message, path: ["zypper", key], ...ctx.locate(["zypper", key]) });
}

function addRepository(ctx: ModuleContext, settings: Readonly<Record<string, unknown>>): void {
  const { id, baseurl } = settings;
  if (typeof id !== "string" || typeof baseurl !== "string" || baseurl.trim() === "") {
    const missing = typeof id === "string" ? "baseurl" : "id";
    const name = typeof id === "string" ? ` "${id}"` : "";
    fail(ctx, "repos", `Repository${name}: "${missing}" is missing; it is left out`);
    return;
  }
  const name = id.trim().replaceAll(/\s+/gu, "-");
  if (!/^[A-Za-z0-9_][A-Za-z0-9._:-]*$/u.test(name)) {
    fail(ctx, "repos", `"${id}" is no name for a repository: letters, digits and . _ : - make one`);
    return;
  }
  const path = `${REPOSITORIES}/${name}.repo`;
  if (exists(ctx.sys.fs, path)) {
    ctx.log.info(`Skipping repo ${id}, file ${path} already exists!`);
    return;
  }
  const lines = [`[${name}]`];
  for (const [key, value] of Object.entries(settings)) {
    const text = textOf(value);
    if (key === "id") {
      continue;
    }
    if (!/^[A-Za-z0-9_-]+$/u.test(key) || text === undefined) {
      fail(ctx, "repos", `Repository "${id}": "${key}" is left out: expected one line of text`);
      continue;
    }
    lines.push(`${key}=${text}`);
  }
  const content = `${lines.join("\n")}\n`;
  const isPrivate = /:\/\/[^/\s]*@/u.test(content) || /^\w*password=/imu.test(content);
  ctx.sys.fs.write(path, content, { mode: isPrivate ? PRIVATE_MODE : FILE_MODE });
}

function setKeys(ctx: ModuleContext, settings: Readonly<Record<string, unknown>>): void {
  const { fs } = ctx.sys;
  let text = readTextIfExists(fs, CONFIG_PATH);
  if (text === undefined) {
    fail(ctx, "config", `Cannot set keys of zypper: there is no file "${CONFIG_PATH}"`);
    return;
  }
  for (const [key, value] of Object.entries(settings)) {
    const wanted = textOf(value);
    if (FIXED_KEYS.has(key.toLowerCase())) {
      ctx.log.warn(`zypper.config: "${key}" is not set: it says where zypper's own files are`);
    } else if (!/^[A-Za-z0-9_.-]+$/u.test(key) || wanted === undefined) {
      fail(
        ctx,
        "config",
        `zypper.config: "${key}" is left out: expected one line, got ${describeKind(value)}`,
      );
    } else {
      text = withKey(text, key, wanted);
    }
  }
  writeIfDifferent(fs, CONFIG_PATH, text, { mode: fs.stat(CONFIG_PATH)?.mode ?? FILE_MODE });
}

/** In place of the line that sets it, else at the end: the file has one section, [main]. */
function withKey(text: string, key: string, value: string): string {
  const pattern = new RegExp(
    String.raw`^[ \t]*${key.replaceAll(".", String.raw`\.`)}[ \t]*=[^\n]*$`,
    "mu",
  );
  const line = `${key} = ${value}`;
  if (pattern.test(text)) {
    return text.replace(pattern, () => line);
  }
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "boolean") {
    return value ? "1" : "0";
  }
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && !/\p{Cc}/u.test(text.trim()) ? text.trim() : undefined;
}
