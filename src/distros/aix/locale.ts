import { isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { LocaleAdapter, SettingOutcome } from "../locale-adapter.ts";
import { assignmentFile } from "../posix/assignment-file.ts";
import { isPortableLocale } from "../posix/locale-name.ts";
import { aixLocaleCandidates, aixLocaleFileset } from "./locale-names.ts";
import { ensureAixTimezone } from "./timezone.ts";

/** NAME=value lines that init and login read (aix/commands.md 8). */
const ENVIRONMENT = "/etc/environment";
const LOCALE = "/usr/bin/locale";
const LOCALE_DIRECTORY = "/usr/lib/nls/loc";
const QUERY_TIMEOUT_MS = 60_000;

/** LANG and TZ of /etc/environment. An LPAR has no keyboard of its own. */
export function createAixLocale(ctx: DistroContext): LocaleAdapter {
  return {
    ensureLocale: (name) => ensureAixLocale(ctx, name),
    ensureTimezone: (zone) => ensureAixTimezone(ctx, zone),
  };
}

/** LANG is written in place, not by chlang, which also gives NLSPATH and LC_MESSAGES back their defaults. */
async function ensureAixLocale({ sys, log }: DistroContext, name: string): Promise<SettingOutcome> {
  const candidates = aixLocaleCandidates(name);
  const installed = await findInstalledLocales(sys);
  const value = candidates.find(
    (candidate) => isPortableLocale(candidate) || installed.has(candidate),
  );
  if (value === undefined) {
    return { changed: false, problems: [notInstalled(name, candidates)] };
  }
  if (value !== name) {
    log.debug(`Locale "${name}" is called "${value}" here`);
  }
  const environment = assignmentFile(sys.fs, ENVIRONMENT);
  const changed = environment.ensure({ LANG: value });
  const problems: Problem[] = [];
  const override = environment.read("LC_ALL");
  if (override !== undefined && override !== "" && override !== value) {
    const message = `LANG is "${value}" now, but "${ENVIRONMENT}" has LC_ALL, which counts before it: remove that line there, or set it to the same`;
    problems.push({ message, severity: "warning" });
  }
  return { changed, value, problems };
}

function notInstalled(name: string, candidates: readonly string[]): Problem {
  const looked = candidates.map((each) => `"${each}"`).join(", ");
  const fileset = aixLocaleFileset(name);
  const advice =
    fileset === undefined
      ? `take one that "locale -a" lists`
      : `install the fileset ${fileset} ("installp -aXYgd DEVICE ${fileset}"), or take one that "locale -a" lists`;
  const message = `Cannot set the locale "${name}": it is not installed (looked for ${looked}). LANG stays as it is; ${advice}`;
  return { message, severity: "warning" };
}

/** What `locale -a` lists; without it, the locale objects below /usr/lib/nls/loc. */
export async function findInstalledLocales(sys: System): Promise<ReadonlySet<string>> {
  const { exitCode, stdout } = await sys.exec.query([LOCALE, "-a"], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  const listed = stdout.split("\n").map((line) => line.trim());
  const names = exitCode === 0 ? listed.filter((line) => line !== "") : [];
  if (names.length > 0 || !isDirectory(sys.fs, LOCALE_DIRECTORY)) {
    return new Set(names);
  }
  // Beside each there are input methods and 64-bit twins: en_US.im, en_US__64.
  const files = sys.fs.list(LOCALE_DIRECTORY);
  return new Set(files.filter((file) => /^[A-Za-z]{2,3}_[A-Z]{2}(?:\.(?!im)[\w-]+)?$/u.test(file)));
}
