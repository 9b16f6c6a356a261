import { describe, expect, test } from "bun:test";
import { createAix } from "../../src/distros/aix/aix.ts";
import { createLinux } from "../../src/distros/linux/linux.ts";
import { keyboard } from "../../src/modules/keyboard.ts";
import { locale } from "../../src/modules/locale.ts";
import { timezone } from "../../src/modules/timezone.ts";
import {
  bootSimulatedAix,
  type SimulatedAixOptions,
} from "../../src/simulator/aix/simulated-aix.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinuxOptions,
} from "../../src/simulator/linux/simulated-linux.ts";
import type { CloudConfig } from "../../src/config/cloud-config.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import type { ConfigModule } from "../../src/modules/module.ts";
import { createTestLogger, runModule } from "../support/module-context.ts";

function onAix(options: SimulatedAixOptions = {}) {
  const aix = bootSimulatedAix(options);
  const { system } = aix;
  const distro = createAix({ sys: system, log: createTestLogger([]), systemInfo: {} });
  return {
    aix,
    text: (path: string) => readText(system.fs, path),
    run: (module: ConfigModule, config: CloudConfig, args: readonly string[] = []) =>
      runModule(module, { system, distro, config, args }),
  };
}

function onLinux(options: SimulatedLinuxOptions = {}) {
  const { system, gaps } = bootSimulatedLinux(options);
  const name = options.distro ?? "debian";
  const distro = createLinux({ sys: system, log: createTestLogger([]), systemInfo: {} }, name);
  return {
    gaps,
    fs: system.fs,
    text: (path: string) => readTextIfExists(system.fs, path),
    run: (module: ConfigModule, config: CloudConfig) =>
      runModule(module, { system, distro, config }),
  };
}

const ENVIRONMENT = "/etc/environment";
const LONG = "x".repeat(65_536);
const BAD_TEXTS = ["a b", "de_DE\nPATH=/tmp", "de_DE\0", "../../etc/passwd", "$(id)", LONG, '"'];
const WRONG_TYPES: readonly unknown[] = [[], ["de_DE"], {}, { a: 1 }, new Uint8Array([1])];

describe("locale on AIX", () => {
  test("takes the name that the machine has for it and changes that line only", async () => {
    const { run, text } = onAix();
    const before = text(ENVIRONMENT);
    const { failures, log } = await run(locale, { locale: "de_DE.UTF-8" });
    expect(failures).toEqual([]);
    expect(text(ENVIRONMENT)).toBe(before.replace("LANG=en_US\n", "LANG=DE_DE.UTF-8\n"));
    expect(log).toContain("INFO Locale is DE_DE.UTF-8");
  });

  test("takes EN_US where there is no long name", async () => {
    const { aix, run, text } = onAix();
    aix.system.fs.remove("/usr/lib/nls/loc/EN_US.UTF-8");
    await run(locale, { locale: "en_US.UTF-8" });
    expect(text(ENVIRONMENT)).toContain("\nLANG=EN_US\n");
  });

  test("changes nothing where nothing is set, where it is false and where it holds", async () => {
    for (const config of [
      {},
      { locale: false },
      { locale: "no" },
      { locale: null },
      { locale: "en_US" },
    ]) {
      const { aix, run } = onAix();
      const mark = aix.changes.length;
      expect((await run(locale, config)).failures).toEqual([]);
      expect(aix.changes.slice(mark)).toEqual([]);
    }
  });

  test("that is not installed is told with its fileset, and LANG stays", async () => {
    const { run, text } = onAix();
    const { failures, log } = await run(locale, { locale: "fr_FR.UTF-8" });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toMatch(
      /WARNING Cannot set the locale "fr_FR\.UTF-8".*bos\.loc\.utf\.FR_FR/u,
    );
    expect(text(ENVIRONMENT)).toContain("\nLANG=en_US\n");
  });

  test("LC_ALL that counts before it is told; a name from the module list wins", async () => {
    const { run, text } = onAix({ files: { [ENVIRONMENT]: "LC_ALL=C\n" } });
    const { log } = await run(locale, { locale: "C" }, ["de_DE"]);
    expect(text(ENVIRONMENT)).toBe("LC_ALL=C\nLANG=de_DE\n");
    expect(log.join("\n")).toContain("has LC_ALL, which counts before it");
  });

  test("locale_configfile is not used", async () => {
    const { aix, run } = onAix();
    await run(locale, { locale: "de_DE", locale_configfile: "/etc/x" });
    expect(aix.system.fs.stat("/etc/x")).toBeUndefined();
  });
});

describe("the time zone on AIX", () => {
  test("is set by chtz where it differs, once", async () => {
    const { aix, run, text } = onAix();
    expect((await run(timezone, { timezone: "Europe/Berlin" })).failures).toEqual([]);
    expect(text(ENVIRONMENT)).toContain("TZ=Europe/Berlin\n");
    expect(text(ENVIRONMENT)).not.toContain("TZ=UTC");
    const mark = aix.changes.length;
    await run(timezone, { timezone: "Europe/Berlin" });
    expect(aix.changes.slice(mark)).toEqual([]);
  });

  test("may be a POSIX rule", async () => {
    const { run, text } = onAix();
    const rule = "CET-1CEST,M3.5.0,M10.5.0/3";
    expect((await run(timezone, { timezone: rule })).failures).toEqual([]);
    expect(text(ENVIRONMENT)).toContain(`TZ=${rule}\n`);
  });

  test("that the machine does not have is refused with the nearest one", async () => {
    const { run, text } = onAix();
    const { failures } = await run(timezone, { timezone: "Europe/Belrin" });
    expect(failures.join()).toContain('did you mean "Europe/Berlin"?');
    expect(text(ENVIRONMENT)).toContain("TZ=UTC\n");
  });

  test("cannot be checked without a zone database: it is set and told", async () => {
    const { aix, run, text } = onAix();
    aix.system.fs.remove("/usr/share/lib/zoneinfo");
    const { failures, log } = await run(timezone, { timezone: "Europe/Paris" });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toContain('WARNING Cannot check the time zone "Europe/Paris"');
    expect(text(ENVIRONMENT)).toContain("TZ=Europe/Paris\n");
  });
});

describe("locale on Linux", () => {
  test("is made with locale-gen on Debian and written to /etc/default/locale", async () => {
    const { gaps, run, text } = onLinux();
    expect((await run(locale, { locale: "de_DE.UTF-8" })).failures).toEqual([]);
    expect(text("/etc/locale.gen")).toContain("\nde_DE.UTF-8 UTF-8\n");
    expect(text("/etc/default/locale")).toBe(
      "#  File generated by update-locale\nLANG=de_DE.UTF-8\n",
    );
    expect((await run(locale, { locale: "de_DE.UTF-8" })).log).toContain(
      "INFO Locale is de_DE.UTF-8, as it was",
    );
    expect(gaps).toEqual([]);
  });

  test("is made with localedef on Red Hat and written to /etc/locale.conf", async () => {
    const { gaps, run, text } = onLinux({ distro: "rhel" });
    expect((await run(locale, { locale: "en_US.UTF-8" })).failures).toEqual([]);
    expect(text("/etc/locale.conf")).toBe("LANG=en_US.UTF-8\n");
    expect(text("/usr/lib/locale/en_US.utf8")).toBe("");
    expect(gaps).toEqual([]);
  });

  test("that cannot be made is told with the package that has it", async () => {
    const { run, text } = onLinux({ distro: "rhel" });
    const { failures, log } = await run(locale, { locale: "fr_FR.UTF-8" });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toContain("glibc-langpack-fr");
    expect(text("/etc/locale.conf")).toBe('LANG="C.UTF-8"\n');
  });

  test("goes to locale_configfile; one that is no plain path is not used", async () => {
    const { run, text } = onLinux();
    await run(locale, { locale: "C.UTF-8", locale_configfile: "/etc/lang.conf" });
    expect(text("/etc/lang.conf")).toBe("LANG=C.UTF-8\n");
    for (const file of ["lang.conf", "/etc/../x", "/etc/x\n", "/etc/", `/${LONG}`]) {
      const { failures } = await run(locale, { locale: "C.UTF-8", locale_configfile: file });
      expect(failures.join()).toContain("Cannot use locale_configfile");
      expect(failures.join().length).toBeLessThan(400);
    }
  });
});

describe("the time zone on Linux", () => {
  test("is a link into the zone database, in place of a file too, and a name in /etc/timezone", async () => {
    const { fs, run, text } = onLinux({ files: { "/etc/localtime": "TZif2" } });
    expect((await run(timezone, { timezone: "Europe/Berlin" })).failures).toEqual([]);
    expect(fs.readLink("/etc/localtime")).toBe("/usr/share/zoneinfo/Europe/Berlin");
    expect(text("/etc/timezone")).toBe("Europe/Berlin\n");
    expect((await run(timezone, { timezone: "Europe/Berlin" })).log).toContain(
      "INFO Time zone is Europe/Berlin, as it was",
    );
  });

  test("has no /etc/timezone on Red Hat, and a relative link counts as one", async () => {
    const { fs, run, text } = onLinux({ distro: "rhel" });
    fs.symlink("../usr/share/zoneinfo/Europe/Berlin", "/etc/localtime");
    const { log } = await run(timezone, { timezone: "Europe/Berlin" });
    expect(log).toContain("INFO Time zone is Europe/Berlin, as it was");
    expect(text("/etc/timezone")).toBeUndefined();
  });

  test("that is no zone is refused", async () => {
    const { fs, run } = onLinux();
    for (const zone of ["Europe/Belrin", "Europe", "zone.tab", "CET-1CEST"]) {
      const { failures } = await run(timezone, { timezone: zone });
      expect(failures.join()).toContain(`Cannot set the time zone "${zone}"`);
    }
    expect(fs.stat("/etc/localtime")).toBeUndefined();
  });
});

describe("the keyboard", () => {
  const wish = { layout: "de", variant: "nodeadkeys", options: "ctrl:nocaps" };

  test("goes to /etc/default/keyboard on Debian, what else is there stays", async () => {
    const { gaps, run, text } = onLinux({
      files: { "/etc/default/keyboard": 'XKBLAYOUT="us"\nBACKSPACE="guess"\n' },
    });
    expect((await run(keyboard, { keyboard: wish })).failures).toEqual([]);
    expect(text("/etc/default/keyboard")).toBe(
      'XKBLAYOUT="de"\nBACKSPACE="guess"\nXKBMODEL="pc105"\nXKBVARIANT="nodeadkeys"\nXKBOPTIONS="ctrl:nocaps"\n',
    );
    const { log } = await run(keyboard, { keyboard: wish });
    expect(log).toContain("INFO Keyboard is de nodeadkeys, as it was");
    expect(gaps).toEqual([]);
  });

  test("goes to /etc/vconsole.conf on Red Hat; a keymap that is not there is told", async () => {
    const { run, text } = onLinux({ distro: "rhel" });
    const { failures, log } = await run(keyboard, { keyboard: wish });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toContain('There is no console keymap "de-nodeadkeys"');
    expect(text("/etc/vconsole.conf")).toStartWith('KEYMAP="de"\nXKBLAYOUT="de"\n');
  });

  test("has no effect on AIX, and the reason is said", async () => {
    const { aix, run } = onAix();
    const mark = aix.changes.length;
    const { failures, log } = await run(keyboard, { keyboard: wish });
    expect(failures).toEqual([]);
    expect(log.join()).toContain("it has no effect: the keyboard of an LPAR is its console's");
    expect(aix.changes.slice(mark)).toEqual([]);
  });

  test("that does not fit is refused key by key and nothing is written", async () => {
    for (const key of ["layout", "model", "variant", "options"]) {
      for (const value of ["a b", 'x"y', "x\ny", "x\0", "$(id)", LONG]) {
        const { run, text } = onLinux();
        const { failures } = await run(keyboard, { keyboard: { layout: "us", [key]: value } });
        expect(failures.join()).toContain(`Cannot set up the keyboard with ${key}`);
        expect(failures.join().length).toBeLessThan(400);
        expect(text("/etc/default/keyboard")).toBeUndefined();
      }
    }
    for (const value of [[], "us", {}, { layout: [] }, { layout: {} }]) {
      const { run, text } = onLinux();
      expect((await run(keyboard, { keyboard: value })).failures.length).toBeGreaterThan(0);
      expect(text("/etc/default/keyboard")).toBeUndefined();
    }
  });
});

describe("bad values", () => {
  test("of locale and timezone fail the module and change nothing", async () => {
    for (const [module, key] of [
      [locale, "locale"],
      [timezone, "timezone"],
    ] as const) {
      for (const value of [...BAD_TEXTS, ...WRONG_TYPES]) {
        const { aix, run } = onAix();
        const mark = aix.changes.length;
        const { failures } = await run(module, { [key]: value });
        expect(failures).toHaveLength(1);
        expect(failures.join().length).toBeLessThan(300);
        expect(failures.join()).not.toMatch(/[\n\0]/u);
        expect(aix.changes.slice(mark)).toEqual([]);
      }
    }
    expect((await onAix().run(locale, { locale: true })).failures.join()).toContain(
      "expected a name",
    );
  });
});
