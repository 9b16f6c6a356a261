const ZONE = /^[A-Za-z0-9_+:,./<>-]+$/u;
/** Longer ones are no name and no rule. */
const ZONE_LENGTH_MAX = 255;

/** Whether `zone` may become an argument and part of a path: no blank, no `..`, not absolute, no option (compat modules.md, timezone). */
export function isZoneText(zone: string): boolean {
  return (
    zone.length <= ZONE_LENGTH_MAX &&
    ZONE.test(zone) &&
    !/^[/:.-]/u.test(zone) &&
    !zone.split("/").some((part) => part === "" || part === "." || part === "..")
  );
}

const NAME = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const OFFSET = "[+-]?\\d{1,3}(?::\\d{2}){0,2}";
const DAY = "(?:M(?:1[0-2]|[1-9])\\.[1-5]\\.[0-6]|J?\\d{1,3})";
const RULE = `,${DAY}(?:/${OFFSET})?`;
const POSIX_ZONE = new RegExp(
  `^${NAME}${OFFSET}(?:${NAME}(?:${OFFSET})?(?:${RULE}${RULE})?)?$`,
  "u",
);

/** Whether it is a rule as TZ has it: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1-2017, Base Definitions 8.3). */
export function isPosixZone(zone: string): boolean {
  return zone.length <= ZONE_LENGTH_MAX && POSIX_ZONE.test(zone);
}
