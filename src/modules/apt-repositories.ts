import { isFile, readText } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { booleanOption } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { ensureAptKey, keyPath } from "./apt-keys.ts";
import type { AptConfig, AptSource } from "./apt-schema.ts";
import { findMissingSources, isDeb822 } from "./apt-sources-text.ts";
import { type AptVariables, failKey } from "./apt-system-sources.ts";
import { hasLogin, renderAptTemplate } from "./apt-template.ts";
import type { ModuleContext } from "./module.ts";

const DIRECTORY = "/etc/apt/sources.list.d";
const ADD_APT_REPOSITORY = "/usr/bin/add-apt-repository";
/** "ppa:team/name": a word, a colon and no address. */
const REPOSITORY_MATCH = String.raw`^[\w-]+:\w`;
const ADD_TIMEOUT_MS = 300_000;
const FILE_MODE = 0o644;
const PRIVATE_MODE = 0o600;

/** Adds the repositories of `sources`, each with its key first; one that cannot be used does not keep the others away. */
export async function ensureRepositories(
  ctx: ModuleContext,
  config: AptConfig,
  variables: AptVariables,
): Promise<void> {
  const match = readMatch(ctx, config.add_apt_repo_match);
  for (const [name, entry] of Object.entries(config.sources ?? {})) {
    const path = ["apt", "sources", name];
    try {
      await ensureRepository(ctx, { name, entry, variables, match });
    } catch (error) {
      const message = `apt.sources "${name}": ${errorMessage(error)}`;
      ctx.fail({ message, path, ...ctx.locate(path) }, error);
    }
  }
}

function readMatch(ctx: ModuleContext, given = REPOSITORY_MATCH): RegExp {
  try {
    return new RegExp(given, "u");
  } catch (error) {
    const path = ["apt", "add_apt_repo_match"];
    const message = `apt.add_apt_repo_match: "${given}" is no pattern: ${errorMessage(error)}`;
    ctx.fail({ message, path, ...ctx.locate(path) });
    return new RegExp(REPOSITORY_MATCH, "u");
  }
}

interface Repository {
  readonly name: string;
  readonly entry: AptSource;
  readonly variables: AptVariables;
  readonly match: RegExp;
}

async function ensureRepository(
  ctx: ModuleContext,
  { name, entry, variables, match }: Repository,
): Promise<void> {
  const { source } = entry;
  const isOwnKey = source !== undefined && /\$\{?KEY_FILE\}?/u.test(source);
  const keyFile = keyPath(
    fileNameOf(name).replace(/\.(?:list|sources)$/u, ""),
    isOwnKey ? "source" : "all",
  );
  try {
    await ensureAptKey(ctx, entry, keyFile);
  } catch (error) {
    failKey(ctx, ["apt", "sources", name], error);
  }
  if (source === undefined || source.trim() === "") {
    return;
  }
  const text = renderAptTemplate(source, { ...variables, KEY_FILE: keyFile }).trim();
  if (match.test(text) && !isDeb822(text)) {
    await addByProgram(ctx, text);
    return;
  }
  checkSource(text);
  writeSource(ctx, findFile(entry.filename ?? name, text), text, booleanOption(entry.append, true));
}

async function addByProgram(ctx: ModuleContext, source: string): Promise<void> {
  if (!isFile(ctx.sys.fs, ADD_APT_REPOSITORY)) {
    throw new Error(
      `"${source}" needs add-apt-repository, which is not installed (package software-properties-common): give the line of sources.list and the key`,
    );
  }
  if (/\s|^-/u.test(source)) {
    throw new Error(`"${source}" is no single repository`);
  }
  await ctx.sys.exec.run([ADD_APT_REPOSITORY, "--yes", "--no-update", source], {
    timeoutMs: ADD_TIMEOUT_MS,
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** One wrong line keeps apt from doing anything at all. */
function checkSource(text: string): void {
  if (isDeb822(text)) {
    for (const field of ["Types", "URIs", "Suites"]) {
      if (!new RegExp(`^${field}:\\s*\\S`, "imu").test(text)) {
        throw new Error(`"${field}:" is missing (sources.list(5), DEB822-STYLE FORMAT)`);
      }
    }
    return;
  }
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (
      line !== "" &&
      !line.startsWith("#") &&
      !/^deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?\S+\s+\S/u.test(line)
    ) {
      throw new Error(
        'expected lines such as "deb https://packages.example.com/debian bookworm main" (sources.list(5))',
      );
    }
  }
}

function fileNameOf(name: string): string {
  // apt reads no file with other characters in its name.
  return name.replaceAll(/[^A-Za-z0-9_.-]+/gu, "-").replace(/^[.-]+/u, "") || "cloud-init";
}

function findFile(name: string, text: string): string {
  const ending = isDeb822(text) ? ".sources" : ".list";
  const slash = name.lastIndexOf("/");
  const isAbsolute = name.startsWith("/");
  if (name.split("/").includes("..")) {
    throw new Error(`filename "${name}": expected a name, or an absolute path without ".."`);
  }
  const directory = isAbsolute ? name.slice(0, slash) : DIRECTORY;
  const file = fileNameOf(isAbsolute ? name.slice(slash + 1) : name);
  const isWhole = /\.(?:list|sources)$/u.test(file);
  return `${directory}/${isWhole ? file.replace(/\.(?:list|sources)$/u, ending) : file + ending}`;
}

function writeSource(ctx: ModuleContext, path: string, text: string, isAppended: boolean): void {
  const { fs } = ctx.sys;
  const before = isAppended && isFile(fs, path) ? readText(fs, path) : "";
  const missing = isAppended ? findMissingSources(text, before) : text;
  if (missing === "") {
    ctx.log.debug(`${path} has this source already`);
    return;
  }
  const gap = before === "" ? "" : isDeb822(text) ? "\n" : "";
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  const content = `${start}${gap}${missing}\n`;
  writeIfDifferent(fs, path, content, { mode: hasLogin(content) ? PRIVATE_MODE : FILE_MODE });
}
