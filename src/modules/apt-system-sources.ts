import { keepOriginal } from "../distros/posix/keep-original.ts";
import { isFile, readText } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { booleanOption } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { isRecord } from "../text/record.ts";
import { chooseMirrorEntry, chooseMirrors } from "./apt-mirrors.ts";
import { ensureAptKey, keyPath } from "./apt-keys.ts";
import type { AptConfig } from "./apt-schema.ts";
import {
  disableSuites,
  findMirrors,
  isDeb822,
  type MirrorChoice,
  replaceMirrors,
} from "./apt-sources-text.ts";
import { hasLogin, renderAptTemplate } from "./apt-template.ts";
import type { ModuleContext } from "./module.ts";

const SOURCES_LIST = "/etc/apt/sources.list";
/** One that apt says nothing about, also in sources.list.d (apt.conf(5), Dir::Ignore-Files-Silently). */
const COPY_ENDING = ".cloud-init.orig";
const FILE_MODE = 0o644;
const PRIVATE_MODE = 0o600;
const SUITE_WORDS: ReadonlySet<string> = new Set(["updates", "backports", "security", "proposed"]);

/** Names for the templates of sources: `$MIRROR`, `$RELEASE`. */
export type AptVariables = Readonly<Record<string, string>>;

/** The file in which Debian and Ubuntu have their own sources, in the newer format. */
function sourcesFile(ctx: ModuleContext): string {
  return `/etc/apt/sources.list.d/${ctx.distro.name}.sources`;
}

/**
 * Sets up the sources that the system came with: `sources_list` in their place, or other mirrors in
 * the file as it is, of either format; then takes suites out. The original is kept once. Returns what
 * templates of more sources may name.
 */
export async function ensureSystemSources(
  ctx: ModuleContext,
  config: AptConfig,
): Promise<AptVariables> {
  const { fs } = ctx.sys;
  const release = (await ctx.distro.readSystemFacts?.())?.dist[2] ?? "";
  const isKept = booleanOption(config.preserve_sources_list, false);
  const chosen = isKept ? {} : await chooseMirrors(ctx, config);
  const files = [SOURCES_LIST, sourcesFile(ctx)].filter((path) => isFile(fs, path));
  const present = files.map((path) => findMirrors(readText(fs, path)));
  const variables = createVariables(release, [chosen, ...present, readDefaults(ctx)]);
  if (isKept) {
    return variables;
  }
  await addMirrorKeys(ctx, config);
  if (config.sources_list !== undefined && config.sources_list.trim() !== "") {
    writeSourcesList(ctx, config.sources_list, variables);
  } else {
    for (const path of files) {
      edit(ctx, path, (text) => replaceMirrors(text, chosen));
    }
    if (files.length === 0 && chosen.primary !== undefined) {
      ctx.log.warn(
        `apt: there is no file with sources to set the mirror in (${SOURCES_LIST}): give sources_list`,
      );
    }
  }
  const suites = readSuites(ctx, config.disable_suites ?? [], release);
  for (const path of [SOURCES_LIST, sourcesFile(ctx)]) {
    if (suites.size > 0 && isFile(fs, path)) {
      edit(ctx, path, (text) => disableSuites(text, suites));
    }
  }
  return variables;
}

function createVariables(release: string, choices: readonly MirrorChoice[]): AptVariables {
  const first = (key: keyof MirrorChoice): string | undefined =>
    choices.map((choice) => choice[key]).find((uri) => uri !== undefined);
  const primary = first("primary");
  const security = first("security") ?? primary;
  const named = Object.entries({ PRIMARY: primary, MIRROR: primary, SECURITY: security });
  const variables: Record<string, string> = {};
  for (const [name, value] of [...named, ["RELEASE", release] as const]) {
    if (value !== undefined && value !== "") {
      variables[name] = value;
      variables[name.toLowerCase()] = value;
    }
  }
  return release === "" ? variables : { ...variables, codename: release };
}

/** `system_info.package_mirrors`, as cloud.cfg of Debian's and Ubuntu's own package has it. */
function readDefaults(ctx: ModuleContext): MirrorChoice {
  const written: unknown = ctx.systemInfo["package_mirrors"];
  const entries: readonly unknown[] = Array.isArray(written) ? written : [];
  for (const entry of entries) {
    const failsafe: unknown = entryOf(entry, "failsafe");
    const primary = entryOf(failsafe, "primary");
    const security = entryOf(failsafe, "security");
    if (typeof primary === "string") {
      return { primary, ...(typeof security === "string" ? { security } : {}) };
    }
  }
  return {};
}

function entryOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

async function addMirrorKeys(ctx: ModuleContext, config: AptConfig): Promise<void> {
  for (const kind of ["primary", "security"] as const) {
    const entry = chooseMirrorEntry(ctx, config, kind);
    if (entry !== undefined) {
      try {
        await ensureAptKey(ctx, entry, keyPath(`cloud-init-${kind}`, "all"));
      } catch (error) {
        failKey(ctx, ["apt", kind], error);
      }
    }
  }
}

/** A key that cannot be had: the source it is for stays unusable until somebody gives it. */
export function failKey(ctx: ModuleContext, path: readonly string[], error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${path.join(".")}: Cannot add the key: ${reason}`;
  ctx.fail({ message, path, ...ctx.locate(path) }, error);
}

function writeSourcesList(ctx: ModuleContext, template: string, variables: AptVariables): void {
  const body = template.replace(/^##\s*template:\s*basic[^\n]*\n/iu, "");
  const path = ["apt", "sources_list"];
  let rendered: string;
  try {
    rendered = renderAptTemplate(body, variables);
  } catch (error) {
    const message = `apt.sources_list: ${errorMessage(error)}`;
    ctx.fail({ message, path, ...ctx.locate(path) }, error);
    return;
  }
  const target = isDeb822(rendered) ? sourcesFile(ctx) : SOURCES_LIST;
  const other = target === SOURCES_LIST ? sourcesFile(ctx) : SOURCES_LIST;
  const text = rendered.endsWith("\n") ? rendered : `${rendered}\n`;
  edit(ctx, target, () => text);
  if (isFile(ctx.sys.fs, other)) {
    // What the system came with would count beside it.
    edit(ctx, other, () => `# Made empty by cloud-init: the sources are in ${target}\n`);
  }
}

function edit(ctx: ModuleContext, path: string, change: (text: string) => string): void {
  const { fs } = ctx.sys;
  const before = isFile(fs, path) ? readText(fs, path) : "";
  const text = change(before);
  if (text === before) {
    return;
  }
  keepOriginal(fs, path, COPY_ENDING);
  writeIfDifferent(fs, path, text, { mode: hasLogin(text) ? PRIVATE_MODE : FILE_MODE });
  ctx.log.debug(`Wrote ${path}`);
}

/** "updates" is a word for "bookworm-updates", "release" for "bookworm". */
function readSuites(
  ctx: ModuleContext,
  given: readonly string[],
  release: string,
): ReadonlySet<string> {
  if (given.length > 0 && release === "") {
    ctx.log.warn(
      "apt.disable_suites: the release of this system is not known: give suites in full",
    );
  }
  return new Set(
    given.map((suite) => {
      if (suite === "release") {
        return release;
      }
      return SUITE_WORDS.has(suite)
        ? `${release}-${suite}`
        : suite.replaceAll(/\$(?:\{RELEASE\}|RELEASE)/gu, release);
    }),
  );
}
