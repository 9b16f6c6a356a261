import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createAixTrust } from "../../src/distros/aix/trust.ts";
import { createLinuxTrust } from "../../src/distros/linux/trust.ts";
import { caCerts } from "../../src/modules/ca-certs.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { createTestDistro, runModule } from "../support/module-context.ts";

const [FIRST = "", SECOND = ""] = ["ca1", "ca2"].map((name) =>
  readFileSync(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url), "utf8"),
);
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const BUNDLE = "/var/ssl/certs/ca-bundle.crt";
const UPDATE_DEBIAN = "/usr/sbin/update-ca-certificates";
const UPDATE_RED_HAT = "/usr/bin/update-ca-trust";

async function run(
  settings: unknown,
  given: { readonly family?: string; readonly files?: Readonly<Record<string, string>> } = {},
) {
  const family = given.family ?? "aix";
  const scripted = createScriptedSystem({
    platform: family === "aix" ? "aix" : "linux",
    ...(given.files === undefined ? {} : { files: given.files }),
    commands: {
      [UPDATE_DEBIAN]: "",
      [UPDATE_RED_HAT]: "",
      "/opt/freeware/bin/update-ca-trust": "",
    },
  });
  const ctx = { sys: scripted.system, log: QUIET, systemInfo: {} };
  const trust = family === "aix" ? createAixTrust(ctx) : createLinuxTrust(ctx, family);
  const distro = { ...createTestDistro(scripted.system), trust };
  const done = await runModule(caCerts, {
    config: { ca_certs: settings },
    system: scripted.system,
    distro,
  });
  const read = (path: string): string | undefined => readTextIfExists(scripted.system.fs, path);
  const files = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [BUNDLE, "/etc/ca-certificates.conf", UPDATE_DEBIAN, UPDATE_RED_HAT].flatMap((path) => {
        const text = read(path);
        return text === undefined ? [] : [[path, text]];
      }),
    );
  return { ...done, ran: scripted.commands.map((argv) => argv.join(" ")), read, files };
}

describe("on AIX", () => {
  test("a marked part of the bundle has them, once, and nothing else changes", async () => {
    const done = await run({ trusted: [FIRST, SECOND] }, { files: { [BUNDLE]: "# system's\n" } });
    expect(done.failures).toEqual([]);
    const text = done.read(BUNDLE) ?? "";
    expect(text).toBe(
      `# system's\n# Certificates of cloud-init: begin\n${FIRST}${SECOND}# Certificates of cloud-init: end\n`,
    );
    const again = await run({ trusted: `${FIRST}${SECOND}` }, { files: { [BUNDLE]: text } });
    expect(again.read(BUNDLE)).toBe(text);
    const other = await run({ trusted: SECOND }, { files: { [BUNDLE]: `${text}# after\n` } });
    expect(other.read(BUNDLE)).toBe(
      `# system's\n# Certificates of cloud-init: begin\n${SECOND}# Certificates of cloud-init: end\n# after\n`,
    );
  });

  test("an update of the toolbox's that was cut off is made up for, once", async () => {
    const anchors = "/opt/freeware/etc/pki/ca-trust/source/anchors";
    let exitCode = 1;
    const { system, commands } = createScriptedSystem({
      platform: "aix",
      files: { "/opt/freeware/bin/update-ca-trust": "", [`${anchors}/README`]: "" },
      commands: { "/opt/freeware/bin/update-ca-trust": () => ({ exitCode }) },
    });
    const trust = createAixTrust({ sys: system, log: QUIET, systemInfo: {} });
    const ensure = () => trust.ensureTrusted([FIRST], { removesDefaults: false });
    await expect(ensure()).rejects.toThrow("exit code 1");
    exitCode = 0;
    expect((await ensure()).changed).toBe(true);
    expect((await ensure()).changed).toBe(false);
    expect(commands).toHaveLength(2);
    expect(system.fs.list("/opt/freeware/etc/pki/ca-trust")).toEqual(["source"]);
  });

  test("the older bundle, and the toolbox's anchors where it has them", async () => {
    const old = await run({ trusted: FIRST }, { files: { "/var/ssl/cert.pem": "" } });
    expect(old.read("/var/ssl/cert.pem")).toContain(FIRST);
    const anchors = "/opt/freeware/etc/pki/ca-trust/source/anchors";
    const files = { "/opt/freeware/bin/update-ca-trust": "", [`${anchors}/README`]: "" };
    const toolbox = await run({ trusted: FIRST }, { files });
    expect(toolbox.read(`${anchors}/cloud-init-ca-cert-1.crt`)).toBe(FIRST);
    expect(toolbox.ran).toEqual(["/opt/freeware/bin/update-ca-trust extract"]);
  });

  test("no bundle is a warning, and so is remove_defaults", async () => {
    const none = await run({ trusted: FIRST });
    expect(none.failures).toEqual([]);
    expect(none.log.join("\n")).toContain("WARNING");
    const removed = await run({ remove_defaults: true }, { files: { [BUNDLE]: "x\n" } });
    expect(removed.log.join("\n")).toContain("remove_defaults has no effect on AIX");
    expect(removed.read(BUNDLE)).toBe("x\n");
  });
});

describe("on Linux", () => {
  test("Debian: a file each, then update-ca-certificates, once", async () => {
    const directory = "/usr/local/share/ca-certificates";
    const files = { [UPDATE_DEBIAN]: "", [`${directory}/cloud-init-ca-cert-3.crt`]: "old" };
    const done = await run({ trusted: [FIRST, SECOND] }, { family: "debian", files });
    expect(done.read(`${directory}/cloud-init-ca-cert-2.crt`)).toBe(SECOND);
    expect(done.read(`${directory}/cloud-init-ca-cert-3.crt`)).toBeUndefined();
    expect(done.ran).toEqual([UPDATE_DEBIAN]);
    const again = await run(
      { trusted: FIRST },
      {
        family: "debian",
        files: { [UPDATE_DEBIAN]: "", [`${directory}/cloud-init-ca-cert-1.crt`]: FIRST },
      },
    );
    expect(again.ran).toEqual([]);
  });

  test("Debian: remove_defaults keeps the listed ones out", async () => {
    const files = {
      [UPDATE_DEBIAN]: "",
      "/etc/ca-certificates.conf": "# list\nmozilla/a.crt\n!mozilla/b.crt\n",
    };
    const done = await run({ "remove-defaults": true }, { family: "debian", files });
    expect(done.read("/etc/ca-certificates.conf")).toBe("# list\n!mozilla/a.crt\n!mozilla/b.crt\n");
    expect(done.ran).toEqual([UPDATE_DEBIAN]);
  });

  test("an update that did not come to its end is made up for", async () => {
    const directory = "/usr/local/share/ca-certificates";
    const bundle = "/etc/ssl/certs/ca-certificates.crt";
    const files = { [UPDATE_DEBIAN]: "", [`${directory}/cloud-init-ca-cert-1.crt`]: FIRST };
    const given = (text: string) => ({ family: "debian", files: { ...files, [bundle]: text } });
    expect((await run({ trusted: FIRST }, given(SECOND))).ran).toEqual([UPDATE_DEBIAN]);
    expect((await run({ trusted: FIRST }, given(SECOND + FIRST))).ran).toEqual([]);
  });

  test("Red Hat: anchors and update-ca-trust", async () => {
    const done = await run(
      { trusted: FIRST },
      { family: "redhat", files: { [UPDATE_RED_HAT]: "" } },
    );
    expect(done.read("/etc/pki/ca-trust/source/anchors/cloud-init-ca-cert-1.crt")).toBe(FIRST);
    expect(done.ran).toEqual([`${UPDATE_RED_HAT} extract`]);
  });

  test("without the tool it is said what to install", async () => {
    const done = await run({ trusted: FIRST }, { family: "debian" });
    expect(done.failures).toEqual([expect.stringContaining('put "ca-certificates" into packages')]);
  });
});

describe("what is no certificate is left out, and the others are added", () => {
  const broken = FIRST.replace(/[A-Za-z0-9+/]{20}\n/u, "AAAA\n");
  const cases: readonly [string, unknown][] = [
    ["text without one", "hello"],
    ["a damaged one", broken],
    ["a number", 5],
    ["nothing", null],
    ["a megabyte of junk", "x".repeat(1024 * 1024 + 1)],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ];
  for (const [title, item] of cases) {
    test(title, async () => {
      const done = await run({ trusted: [item, SECOND] }, { files: { [BUNDLE]: "" } });
      expect(done.failures).toHaveLength(1);
      expect(done.read(BUNDLE)).toContain(SECOND);
      expect(done.read(BUNDLE)).not.toContain("PRIVATE");
    });
  }

  test("begins without an end, a megabyte of them, are no reason to wait", async () => {
    const begin = "-----BEGIN CERTIFICATE-----\n";
    const started = performance.now();
    const junk = begin.repeat(Math.floor((1024 * 1024) / begin.length));
    const done = await run({ trusted: [junk, SECOND] }, { files: { [BUNDLE]: "" } });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(done.failures.length).toBeGreaterThan(0);
    expect(done.failures.length).toBeLessThanOrEqual(100);
    expect(done.read(BUNDLE)).toContain(SECOND);
  });

  test("a good one after one without an end, with line ends of Windows", async () => {
    const text = `-----BEGIN CERTIFICATE-----\nMIIB\n${SECOND}`.replaceAll("\n", "\r\n");
    const done = await run({ trusted: text }, { files: { [BUNDLE]: "" } });
    expect(done.failures).toEqual([expect.stringContaining("certificate 1 cannot be read")]);
    expect(done.read(BUNDLE)).toContain(`begin\n${SECOND}#`);
  });

  test("remove_defaults that is neither true nor false", async () => {
    const done = await run(
      { trusted: FIRST, remove_defaults: "some" },
      { files: { [BUNDLE]: "" } },
    );
    expect(done.failures).toEqual([expect.stringContaining("expected true or false")]);
    expect(done.read(BUNDLE)).toContain(FIRST);
  });

  test("no mapping at all", async () => {
    expect((await run("x")).failures).toEqual([expect.stringContaining("expected a mapping")]);
  });
});
