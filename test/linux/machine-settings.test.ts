// Debian's own locale, locale-gen and zone database, in a private copy of this machine.
import { describe, expect, test } from "bun:test";
import { existsSync, readlinkSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = ["/usr/sbin/locale-gen", "/usr/share/i18n/SUPPORTED", "/usr/share/zoneinfo/UTC"];

const USER_DATA = `#cloud-config
locale: de_DE.UTF-8
timezone: Europe/Berlin
keyboard: {layout: de, variant: nodeadkeys}
random_seed:
  data: c2VlZA==
  encoding: b64
  command: [sh, -c, 'echo "$RANDOM_SEED_FILE" > /var/tmp/seed-file']
  command_required: true
`;

const PROBE = `locale -a | grep de_DE
LANG=de_DE.UTF-8 locale charmap
date +%Z -d 2026-01-02
stat -c '%a %U:%G' /etc/default/locale /etc/timezone
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages locales, tzdata)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("language, time zone and seed on Debian", () => {
  const debian = useDebian({
    userData: USER_DATA,
    probe: PROBE,
  });

  test("are set with the real tools", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
    expect(debian.first.probe.split("\n").slice(0, 5)).toEqual([
      "de_DE.utf8",
      "UTF-8",
      "CET",
      "644 root:root",
      "644 root:root",
    ]);
    expect(debian.read("/etc/default/locale")).toContain("LANG=de_DE.UTF-8\n");
    expect(debian.read("/etc/locale.gen")).toMatch(/^de_DE\.UTF-8 UTF-8$/mu);
    expect(readlinkSync(`${debian.machine.root}/etc/localtime`)).toBe(
      "/usr/share/zoneinfo/Europe/Berlin",
    );
    expect(debian.read("/etc/timezone")).toBe("Europe/Berlin\n");
    expect(debian.read("/etc/default/keyboard")).toContain('XKBVARIANT="nodeadkeys"\n');
    expect(debian.read("/var/tmp/seed-file")).toBe("/dev/urandom\n");
  });

  test("are left alone at the second boot", () => {
    const files = ["/etc/default/locale", "/etc/locale.gen", "/etc/timezone", "/var/tmp/seed-file"];
    const texts = files.map(debian.read);
    debian.machine.write("/var/tmp/seed-file", "mine\n");
    const again = bootLinux(debian.machine, PROBE);
    expect(again.exitCodes).toEqual([0, 0, 0, 0]);
    expect(again.probe).toBe(debian.first.probe);
    expect(files.map(debian.read)).toEqual([...texts.slice(0, 3), "mine\n"]);
  });
});
