import { exists, isFile, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { LocaleAdapter, LocaleOptions, SettingOutcome } from "../locale-adapter.ts";
import { assignmentFile } from "../posix/assignment-file.ts";
import { isPortableLocale, normalizeCodeset, parseLocaleName } from "../posix/locale-name.ts";
import { ensureLinuxKeyboard } from "./keyboard.ts";
import { ensureLinuxTimezone } from "./timezone.ts";

const LOCALE = "/usr/bin/locale";
const LOCALEDEF = "/usr/bin/localedef";
/** Of Debian: makes every locale of /etc/locale.gen (locale-gen(8), locale.gen(5)). */
const LOCALE_GEN = "/usr/sbin/locale-gen";
const LOCALE_GEN_LIST = "/etc/locale.gen";
/** Every locale of the C library's sources with its charset, "de_DE.UTF-8 UTF-8". */
const SUPPORTED = "/usr/share/i18n/SUPPORTED";
const SOURCES = "/usr/share/i18n/locales";
const DEBIAN_CONFIG = "/etc/default/locale";
/** locale.conf(5) of systemd. */
const LOCALE_CONFIG = "/etc/locale.conf";
const QUERY_TIMEOUT_MS = 60_000;
/** Compiling a locale takes seconds, on a slow machine a minute. */
const GENERATE_TIMEOUT_MS = 600_000;

/** The C library's locales, the zone database, and the console's keyboard. */
export function createLinuxLocale(ctx: DistroContext, family: string): LocaleAdapter {
  return {
    ensureLocale: (name, options = {}) => ensureLinuxLocale(ctx, family, name, options),
    ensureTimezone: async (zone) => ensureLinuxTimezone(ctx, family, zone),
    ensureKeyboard: (keyboard) => ensureLinuxKeyboard(ctx, family, keyboard),
  };
}

async function ensureLinuxLocale(
  { sys }: DistroContext,
  family: string,
  name: string,
  options: LocaleOptions,
): Promise<SettingOutcome> {
  const { fs } = sys;
  const isThere = isPortableLocale(name) || (await isLocaleInstalled(sys, name));
  if (!isThere) {
    const problem = await generate(sys, family, name);
    if (problem !== undefined) {
      return { changed: false, problems: [problem] };
    }
  }
  const path = options.configFile ?? configFile(sys, family);
  const file = assignmentFile(fs, path);
  const changed = file.ensure({ LANG: name }) || !isThere;
  const override = file.read("LC_ALL");
  const problems: readonly Problem[] =
    override === undefined || override === "" || override === name
      ? []
      : [
          {
            message: `LANG is "${name}" now, but "${path}" has LC_ALL, which counts before it: remove that line there, or set it to the same`,
            severity: "warning",
          },
        ];
  return { changed, value: name, problems };
}

/** Debian's own file, unless the machine has systemd's instead. */
function configFile({ fs }: System, family: string): string {
  const isDebian = family === "debian" && (exists(fs, DEBIAN_CONFIG) || !exists(fs, LOCALE_CONFIG));
  return isDebian ? DEBIAN_CONFIG : LOCALE_CONFIG;
}

/** Whether the C library has a locale, by locale(1). */
export async function isLocaleInstalled(sys: System, name: string): Promise<boolean> {
  const { stdout } = await sys.exec.query([LOCALE, "-a"], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  const wanted = comparable(name);
  return stdout.split("\n").some((line) => comparable(line.trim()) === wanted);
}

/** `locale -a` writes "de_DE.utf8" for what is asked for as "de_DE.UTF-8". */
function comparable(name: string): string {
  const parts = parseLocaleName(name);
  return parts?.codeset === undefined
    ? name
    : name.replace(`.${parts.codeset}`, `.${normalizeCodeset(parts.codeset)}`);
}

/** Makes the locale; returns why it cannot be made. */
async function generate(sys: System, family: string, name: string): Promise<Problem | undefined> {
  const { fs } = sys;
  const { charset, source } = findSource(sys, name);
  if (charset === undefined || !isSourceThere(sys, source)) {
    return cannotGenerate(sys, family, name);
  }
  const options = {
    timeoutMs: GENERATE_TIMEOUT_MS,
    verify: async () =>
      (await isLocaleInstalled(sys, name)) ? undefined : `"locale -a" does not list "${name}"`,
  };
  if (exists(fs, LOCALE_GEN) && exists(fs, LOCALE_GEN_LIST)) {
    const old = readTextIfExists(fs, LOCALE_GEN_LIST) ?? "";
    writeIfDifferent(fs, LOCALE_GEN_LIST, withGenerated(old, `${name} ${charset}`), {
      mode: 0o644,
    });
    await sys.exec.run([LOCALE_GEN], options);
    return undefined;
  }
  if (exists(fs, LOCALEDEF)) {
    // 1 says that there were warnings, and that the locale was made.
    await sys.exec.run([LOCALEDEF, "-i", source, "-f", charset, name], {
      ...options,
      okExitCodes: [0, 1],
    });
    return undefined;
  }
  return cannotGenerate(sys, family, name);
}

/** Sources are packed on some systems. */
function isSourceThere({ fs }: System, source: string): boolean {
  return isFile(fs, `${SOURCES}/${source}`) || isFile(fs, `${SOURCES}/${source}.gz`);
}

/** Charset and source of a locale: as the C library lists it, else as its name says. */
function findSource(
  { fs }: System,
  name: string,
): { readonly charset: string | undefined; readonly source: string } {
  const parts = parseLocaleName(name);
  const listed = (readTextIfExists(fs, SUPPORTED) ?? "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/u))
    .find(([each]) => each !== undefined && comparable(each) === comparable(name));
  const codeset = parts?.codeset;
  const written = codeset !== undefined && normalizeCodeset(codeset) === "utf8" ? "UTF-8" : codeset;
  const source = name.replace(/\.[^@]*/u, "");
  return { charset: listed?.[1] ?? written, source };
}

function cannotGenerate({ fs }: System, family: string, name: string): Problem {
  const language = parseLocaleName(name)?.language.toLowerCase() ?? "en";
  const advice =
    family === "debian"
      ? exists(fs, SUPPORTED)
        ? `take one that "${SUPPORTED}" lists`
        : `install the package locales`
      : `install the package glibc-langpack-${language}`;
  const message = `Cannot set the locale "${name}": it is not installed and there is nothing to make it from; LANG stays as it is, ${advice}`;
  return { message, severity: "warning" };
}

/** locale.gen with this line: without its comment sign where it has one, else added. */
function withGenerated(text: string, wanted: string): string {
  const lines = text.split("\n");
  const bare = (line: string): string =>
    line
      .replace(/^[#\s]+/u, "")
      .trim()
      .replace(/\s+/gu, " ");
  if (lines.some((line) => !line.trim().startsWith("#") && bare(line) === wanted)) {
    return text;
  }
  const at = lines.findIndex((line) => bare(line) === wanted);
  if (at === -1) {
    return `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${wanted}\n`;
  }
  lines[at] = wanted;
  return lines.join("\n");
}
