import { type Static, Type } from "typebox";
import { SINGLE } from "../schema/schema-node.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));
const flag = (description: string) =>
  Type.Optional(Type.Union([Type.Boolean(), Type.String()], { description }));
const texts = (description: string) =>
  Type.Optional(Type.Array(Type.String(), { [SINGLE]: true, description }));

const keyFields = {
  key: text("A public key as PGP text."),
  keyid: text("Fingerprint of a key to fetch, where gpg is installed."),
  keyserver: text("Where `keyid` is fetched. Default keyserver.ubuntu.com."),
};

const mirror = Type.Object({
  arches: texts("Architectures that this is for; `default`: all others."),
  uri: text("Address of the mirror."),
  search: texts("Addresses; the first whose server answers is taken."),
  search_dns: flag("Look for DISTRO-mirror in the machine's domain."),
  ...keyFields,
});

const source = Type.Object({
  source: text("Lines of sources.list(5), with $MIRROR, $RELEASE and $KEY_FILE; or `ppa:NAME`."),
  filename: text("Name below sources.list.d, or an absolute path. Default: the entry's own name."),
  append: flag("False: replace the file. Default true."),
  ...keyFields,
});

/** `apt`, and the keys that were at the top before there was `apt`. */
export const APT_SCHEMA = Type.Object({
  apt: Type.Optional(
    Type.Object(
      {
        preserve_sources_list: flag("True: leave the system's own sources alone. Default false."),
        disable_suites: texts("Suites to take out: updates, security, backports, …."),
        primary: Type.Optional(Type.Array(mirror, { description: "The mirror of packages." })),
        security: Type.Optional(
          Type.Array(mirror, { description: "The mirror of security updates." }),
        ),
        sources_list: text("The whole of sources.list, of either format, as a template."),
        sources: Type.Optional(
          Type.Record(Type.String(), source, { description: "More repositories by file name." }),
        ),
        add_apt_repo_match: text("Which sources go to add-apt-repository, as a pattern."),
        conf: text("Text of apt.conf(5)."),
        proxy: text("Same as http_proxy."),
        http_proxy: text("Proxy for http."),
        https_proxy: text("Proxy for https."),
        ftp_proxy: text("Proxy for ftp."),
        debconf_selections: Type.Optional(
          Type.Record(Type.String(), Type.String(), {
            description: "Lines for debconf-set-selections(1), under names of your own.",
          }),
        ),
      },
      { description: "How apt is set up." },
    ),
  ),
  apt_sources: Type.Optional(
    Type.Union([Type.Array(source), Type.Record(Type.String(), source)], {
      description: "Old name of apt.sources.",
    }),
  ),
  apt_mirror: text("Old name of apt.primary's uri."),
  apt_mirror_search: texts("Old name of apt.primary's search."),
  apt_mirror_search_dns: flag("Old name of apt.primary's search_dns."),
  apt_proxy: text("Old name of apt.proxy."),
  apt_http_proxy: text("Old name of apt.http_proxy."),
  apt_https_proxy: text("Old name of apt.https_proxy."),
  apt_ftp_proxy: text("Old name of apt.ftp_proxy."),
  apt_preserve_sources_list: flag("Old name of apt.preserve_sources_list."),
  add_apt_repo_match: text("Old name of apt.add_apt_repo_match."),
  debconf_selections: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: "Old name of apt.debconf_selections.",
    }),
  ),
});

/** What the module reads. */
export type AptKeys = Static<typeof APT_SCHEMA>;
/** `apt` itself. */
export type AptConfig = NonNullable<AptKeys["apt"]>;
/** One of `apt.primary`. */
export type AptMirror = NonNullable<AptConfig["primary"]>[number];
/** One of `apt.sources`. */
export type AptSource = NonNullable<AptConfig["sources"]>[string];

const OLD_FILE = "cloud_config_sources.list";

/** `apt` with what stands under the old names; where both are there, `apt` counts. */
export function withOldKeys(keys: AptKeys): AptConfig {
  const mirrorKeys = {
    ...(keys.apt_mirror === undefined ? {} : { uri: keys.apt_mirror }),
    ...(keys.apt_mirror_search === undefined ? {} : { search: keys.apt_mirror_search }),
    ...(keys.apt_mirror_search_dns === undefined ? {} : { search_dns: keys.apt_mirror_search_dns }),
  };
  return {
    ...(Object.keys(mirrorKeys).length === 0 ? {} : { primary: [mirrorKeys] }),
    ...(keys.apt_proxy === undefined ? {} : { proxy: keys.apt_proxy }),
    ...(keys.apt_http_proxy === undefined ? {} : { http_proxy: keys.apt_http_proxy }),
    ...(keys.apt_https_proxy === undefined ? {} : { https_proxy: keys.apt_https_proxy }),
    ...(keys.apt_ftp_proxy === undefined ? {} : { ftp_proxy: keys.apt_ftp_proxy }),
    ...(keys.apt_preserve_sources_list === undefined
      ? {}
      : { preserve_sources_list: keys.apt_preserve_sources_list }),
    ...(keys.add_apt_repo_match === undefined
      ? {}
      : { add_apt_repo_match: keys.add_apt_repo_match }),
    ...(keys.debconf_selections === undefined
      ? {}
      : { debconf_selections: keys.debconf_selections }),
    ...(keys.apt_sources === undefined ? {} : { sources: oldSources(keys.apt_sources) }),
    ...keys.apt,
  };
}

/** The list had no names: what has no file name of its own went into one file. */
function oldSources(given: NonNullable<AptKeys["apt_sources"]>): Record<string, AptSource> {
  if (!Array.isArray(given)) {
    return given;
  }
  return Object.fromEntries(
    given.map((item: AptSource, index): [string, AptSource] => [
      `apt_sources-${index}`,
      { filename: OLD_FILE, ...item },
    ]),
  );
}
