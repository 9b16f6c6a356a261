import { CommandError } from "../system/command-error.ts";
import { isFile } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import { ensureRepositories } from "./apt-repositories.ts";
import { APT_SCHEMA, type AptConfig, withOldKeys } from "./apt-schema.ts";
import { ensureAptSettings } from "./apt-settings-files.ts";
import { ensureSystemSources } from "./apt-system-sources.ts";
import { defineModule, type ModuleContext } from "./module.ts";

const DEBCONF_SET_SELECTIONS = "/usr/bin/debconf-set-selections";
const DEBCONF_TIMEOUT_MS = 120_000;

/** How apt is set up (compat modules.md, apt_configure; upstream's of the same name). */
export const aptConfigure = defineModule({
  name: "apt_configure",
  title: "apt",
  description: [
    "Sets up apt on Debian and Ubuntu. Other mirrors go into the system's own sources as they are, of",
    "either format (`/etc/apt/sources.list`, `sources.list.d/DISTRO.sources`); `sources_list` takes",
    "their place; the originals are kept with the ending `.cloud-init.orig`. Without these keys nothing",
    "there changes. More repositories get files of their own in `sources.list.d`, their keys in",
    "`/etc/apt/cloud-init.gpg.d` (where the source names `$KEY_FILE`) or `trusted.gpg.d`, as PGP text.",
    "`keyid` is fetched by gpg, where that is installed. A file with a password in an address is for",
    "root alone: apt of other users goes without it.",
    "",
    "Lists are fetched when packages are installed next, not here. Answers to packages' questions go",
    "to debconf over standard input. On AIX and on Linux without apt: nothing.",
    "Source: upstream's module, sources.list(5), apt.conf(5), apt-secure(8).",
  ].join("\n"),
  aix: "nothing: there is no apt; `yum_repos` is for the AIX Toolbox's repositories",
  linux: "Debian, Ubuntu: `/etc/apt/sources.list*`, keys, proxies and `apt.conf.d`, debconf",
  frequency: "once-per-instance",
  activateByKeys: [
    "apt",
    "apt_sources",
    "apt_mirror",
    "apt_mirror_search",
    "apt_mirror_search_dns",
    "apt_proxy",
    "apt_http_proxy",
    "apt_https_proxy",
    "apt_ftp_proxy",
    "apt_preserve_sources_list",
    "debconf_selections",
  ],
  distros: ["debian"],
  schema: APT_SCHEMA,
  examples: [
    [
      "#cloud-config",
      "apt:",
      "  primary:",
      "    - arches: [default]",
      "      uri: https://mirror.example.com/debian",
      "  http_proxy: http://proxy.example.com:3128/",
      "  disable_suites: [backports]",
      "  sources:",
      "    own-tools:",
      "      source: deb [signed-by=$KEY_FILE] https://packages.example.com/debian $RELEASE main",
      "      key: |",
      "        -----BEGIN PGP PUBLIC KEY BLOCK-----",
      "        the repository's key",
      "        -----END PGP PUBLIC KEY BLOCK-----",
      "  debconf_selections:",
      "    mail: postfix postfix/main_mailer_type select No configuration",
      "",
    ].join("\n"),
    [
      "#cloud-config",
      "apt:",
      "  sources_list: |",
      "    Types: deb",
      "    URIs: https://mirror.example.com/debian",
      "    Suites: $RELEASE $RELEASE-updates",
      "    Components: main",
      "    Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "  conf: |",
      '    APT::Install-Recommends "false";',
      "",
    ].join("\n"),
  ],
  async run(ctx, keys) {
    const config = withOldKeys(keys);
    const attempt = async (what: string, step: () => Promise<void> | void): Promise<void> => {
      try {
        await step();
      } catch (error) {
        ctx.fail(`${what}: ${errorMessage(error)}`, error);
      }
    };
    let variables = {};
    await attempt("Cannot set up the system's sources of apt", async () => {
      variables = await ensureSystemSources(ctx, config);
    });
    await attempt("Cannot set up apt", () => ensureAptSettings(ctx, config));
    await ensureRepositories(ctx, config, variables);
    await answerQuestions(ctx, config);
  },
});

/** Nothing of them is told: passwords of databases are among them. */
async function answerQuestions(ctx: ModuleContext, config: AptConfig): Promise<void> {
  const selections = Object.entries(config.debconf_selections ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text.trimEnd())
    .filter((text) => text.trim() !== "");
  if (selections.length === 0) {
    return;
  }
  const path = ["apt", "debconf_selections"];
  const fail = (message: string): void => ctx.fail({ message, path, ...ctx.locate(path) });
  if (!isFile(ctx.sys.fs, DEBCONF_SET_SELECTIONS)) {
    fail(
      `Cannot answer packages' questions: there is no ${DEBCONF_SET_SELECTIONS} (package debconf)`,
    );
    return;
  }
  try {
    await ctx.sys.exec.run([DEBCONF_SET_SELECTIONS], {
      stdin: `${selections.join("\n")}\n`,
      timeoutMs: DEBCONF_TIMEOUT_MS,
    });
  } catch (error) {
    const how =
      error instanceof CommandError
        ? error.timedOut
          ? "it did not end in time"
          : `exit code ${error.exitCode}`
        : errorMessage(error);
    fail(
      `debconf-set-selections does not take apt.debconf_selections (${how}): expected lines "PACKAGE QUESTION TYPE ANSWER"`,
    );
  }
}
