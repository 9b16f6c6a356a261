import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { isDirectory } from "../system/files.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatRfc2822 } from "../text/rfc2822.ts";
import { defineModule, type ModuleContext } from "./module.ts";

/** The AIX Toolbox's dnf reads the first, its yum the second (aix/commands.md §10 [U]). */
const AIX_DIRECTORIES = ["/opt/freeware/etc/yum/repos.d", "/opt/freeware/etc/dnf/repos.d"];
const LINUX_DIRECTORY = "/etc/yum.repos.d";
const SOURCES = ["baseurl", "metalink", "mirrorlist"];
/** A repository's file may hold a password in its address. */
const FILE_MODE = 0o644;
const PRIVATE_FILE_MODE = 0o600;

/** Repositories of RPM packages (compat modules.md, yum_add_repo). */
export const yumAddRepo = defineModule({
  name: "yum_add_repo",
  title: "Repositories of RPM packages",
  description: [
    "Writes a `.repo` file for each entry of `yum_repos`; one that is there already stays as it is.",
    "Each needs one of `baseurl`, `metalink` and `mirrorlist`; all other keys are handed on as they",
    "are written (yum.conf(5), dnf.conf(5)). A file with a password in it is readable by root alone.",
    "",
    "On AIX: below /opt/freeware/etc, where dnf or yum of the AIX Toolbox looks. On Linux:",
    "/etc/yum.repos.d. Source: upstream's yum_add_repo.",
  ].join("\n"),
  aix: "files in `/opt/freeware/etc/yum/repos.d` of the AIX Toolbox's dnf",
  linux: "files in `/etc/yum.repos.d`",
  frequency: "once-per-instance",
  activateByKeys: ["yum_repos"],
  itemKeys: ["yum_repos"],
  schema: Type.Object({
    yum_repo_dir: Type.Optional(
      Type.String({ description: "Where the files go. Default: where the system looks." }),
    ),
    yum_repos: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Record(
          Type.String(),
          Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())]),
        ),
        { description: "Repositories by their ids." },
      ),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "yum_repos:",
      "  own-tools:",
      "    name: Tools of our own",
      "    baseurl: https://example.com/aix/ppc",
      "    enabled: true",
      "    gpgcheck: true",
      "    gpgkey: https://example.com/aix/key.asc",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const written = ctx.cloudConfig["yum_repos"];
    if (written === undefined || written === null) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, no 'yum_repos' in configuration`);
      return;
    }
    if (!isMapping(written)) {
      fail(ctx, [], `expected a mapping of repositories, got ${describeKind(written)}`);
      return;
    }
    const directory = config.yum_repo_dir ?? chooseDirectory(ctx);
    if (!directory.startsWith("/")) {
      ctx.fail({
        message: `yum_repo_dir: expected an absolute path, got "${directory}"`,
        path: ["yum_repo_dir"],
      });
      return;
    }
    for (const [id, settings] of Object.entries(written)) {
      try {
        addRepository(ctx, directory, id, settings);
      } catch (error) {
        fail(ctx, [id], `Cannot write the repository "${id}": ${errorMessage(error)}`);
      }
    }
  },
});

function fail(ctx: ModuleContext, path: readonly string[], message: string): void {
  ctx.fail({ message, path: ["yum_repos", ...path], ...ctx.locate(["yum_repos", ...path]) });
}

function chooseDirectory(ctx: ModuleContext): string {
  if (ctx.distro.name !== "aix") {
    return LINUX_DIRECTORY;
  }
  const [first = LINUX_DIRECTORY] = AIX_DIRECTORIES;
  return AIX_DIRECTORIES.find((path) => isDirectory(ctx.sys.fs, path)) ?? first;
}

function addRepository(ctx: ModuleContext, directory: string, id: string, settings: unknown): void {
  const name = id.trim().replaceAll(/\s+/gu, "-");
  if (!/^[A-Za-z0-9._:-]+$/u.test(name) || name.startsWith(".")) {
    fail(ctx, [id], `"${id}" is no name for a repository: letters, digits and . _ : - make one`);
    return;
  }
  if (!isMapping(settings)) {
    fail(ctx, [id], `Repository "${id}": expected a mapping, got ${describeKind(settings)}`);
    return;
  }
  const path = `${directory.replace(/\/+$/u, "")}/${name}.repo`;
  if (ctx.sys.fs.stat(path) !== undefined) {
    ctx.log.info(`Skipping repo ${id}, file ${path} already exists!`);
    return;
  }
  if (!SOURCES.some((key) => isUsable(settings[key]))) {
    ctx.log.warn(
      `Repository ${id} does not contain a usable one of the required configuration entries: ${SOURCES.join(", ")}; it is left out`,
    );
    return;
  }
  const lines = [`# Created by cloud-init on ${formatRfc2822(ctx.sys.clock.now())}`, `[${name}]`];
  for (const [key, value] of Object.entries(settings)) {
    const text = formatValue(value);
    // Another section could be written into it.
    if (!/^[A-Za-z0-9_-]+$/u.test(key) || text === undefined) {
      fail(
        ctx,
        [id, key],
        `Repository "${id}": "${key}" is left out: expected text, a number, a truth value or a list of texts, none with a line end, got ${describeKind(value)}`,
      );
      continue;
    }
    lines.push(`${key} = ${text}`);
  }
  const content = `${lines.join("\n")}\n`;
  const isPrivate = /:\/\/[^/\s]*@/u.test(content) || /^\s*\w*password\s*=/mu.test(content);
  ctx.sys.fs.write(path, content, { mode: isPrivate ? PRIVATE_FILE_MODE : FILE_MODE });
}

/** dnf refuses to do anything where a repository has no address. */
function isUsable(value: unknown): boolean {
  return (formatValue(value) ?? "").trim() !== "" && typeof value !== "boolean";
}

/** A list goes over several lines, each but the first indented (configparser's continuation). */
function formatValue(value: unknown): string | undefined {
  if (typeof value === "boolean") {
    return value ? "1" : "0";
  }
  if (typeof value === "number") {
    return String(value);
  }
  // YAML's "|" leaves a line end behind the text.
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = items.map((item) => (typeof item === "string" ? item.trim() : item));
  const isGood = texts.every(
    (text): text is string => typeof text === "string" && !/\p{Cc}/u.test(text),
  );
  return isGood && texts.length > 0 ? texts.join("\n    ") : undefined;
}
