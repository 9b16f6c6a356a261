import type { SeedFile } from "./default-files.ts";

/** Locales of a machine with English and German filesets; en_US and EN_US are what base AIX has. */
const LOCALES: readonly string[] = [
  "C.UTF-8",
  "DE_DE",
  "DE_DE.UTF-8",
  "EN_US",
  "EN_US.UTF-8",
  "de_DE",
  "de_DE.8859-15",
  "de_DE.ISO8859-1",
  "en_US",
  "en_US.8859-15",
  "en_US.ISO8859-1",
];

/** Files beside them that are no locales. */
const OTHERS: readonly string[] = ["en_US.im", "en_US__64", "EN_US.im"];

const ZONES: readonly string[] = [
  "America/Chicago",
  "America/New_York",
  "Asia/Tokyo",
  "Etc/UTC",
  "Europe/Berlin",
  "Europe/Vienna",
  "UTC",
];

const ENVIRONMENT = `# Read at login and by init.
PATH=/usr/bin:/etc:/usr/sbin:/usr/ucb:/usr/bin/X11:/sbin:/usr/java8_64/jre/bin:/usr/java8_64/bin
TZ=UTC
LANG=en_US
LOCPATH=/usr/lib/nls/loc
NLSPATH=/usr/lib/nls/msg/%L/%N:/usr/lib/nls/msg/%L/%N.cat
LC__FASTMSG=true
ODMDIR=/etc/objrepos
`;

/** /etc/environment, /usr/lib/nls/loc and the zone database. */
export function localeFiles(): readonly SeedFile[] {
  return [
    { path: "/etc/environment", content: ENVIRONMENT, mode: 0o664 },
    ...[...LOCALES, ...OTHERS].map((name) => ({ path: `/usr/lib/nls/loc/${name}`, content: "" })),
    ...ZONES.map((zone) => ({ path: `/usr/share/lib/zoneinfo/${zone}`, content: "TZif2" })),
  ];
}
