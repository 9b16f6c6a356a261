import { describe, expect, test } from "bun:test";
import { resolvConf } from "../../src/modules/resolv-conf.ts";
import { createScriptedSystem, type ScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { type ModuleRun, runModule } from "../support/module-context.ts";

const PATH = "/etc/resolv.conf";
const COPY = "/etc/resolv.conf.cloud-init.orig";

const EVERYTHING = {
  nameservers: ["192.0.2.53", "2001:DB8::53"],
  searchdomains: ["example.com", "lab.example.com."],
  domain: "example.com",
  sortlist: ["192.0.2.0/255.255.255.0", "198.51.100.0"],
  options: { rotate: true, debug: false, timeout: 1, attempts: "3" },
};

function machine(
  files: Readonly<Record<string, string>> = { [PATH]: "nameserver 203.0.113.53\n" },
) {
  return createScriptedSystem({ platform: "aix", files });
}

function run(
  scripted: ScriptedSystem,
  settings: unknown,
  manage: unknown = true,
): Promise<ModuleRun> {
  return runModule(resolvConf, {
    system: scripted.system,
    config: {
      manage_resolv_conf: manage,
      ...(settings === undefined ? {} : { resolv_conf: settings }),
    },
    lines: { "resolv_conf.nameservers.1": 5 },
  });
}

function textOf(scripted: ScriptedSystem): string | undefined {
  return readTextIfExists(scripted.system.fs, PATH);
}

describe("resolv_conf", () => {
  test("each setting has its line, in this order, and the file of before is kept", async () => {
    const scripted = machine();
    expect((await run(scripted, EVERYTHING)).failures).toEqual([]);
    expect(textOf(scripted)?.replace(/^(?:#.*\n)+/u, "")).toBe(
      [
        "",
        "nameserver 192.0.2.53",
        "nameserver 2001:db8::53",
        "search example.com lab.example.com ",
        "domain example.com",
        "sortlist 192.0.2.0/255.255.255.0 198.51.100.0 ",
        "options rotate timeout:1 attempts:3 ",
        "",
      ].join("\n"),
    );
    expect(scripted.system.fs.stat(PATH)?.mode).toBe(0o644);
    expect(readTextIfExists(scripted.system.fs, COPY)).toBe("nameserver 203.0.113.53\n");
    scripted.changes.length = 0;
    await run(scripted, EVERYTHING);
    expect(scripted.changes).toEqual([]);
  });

  test("what is not given has no line", async () => {
    const scripted = machine();
    await run(scripted, { nameservers: "192.0.2.53", options: { rotate: false } });
    expect(textOf(scripted)).toEndWith("\n\nnameserver 192.0.2.53\n");
    await run(scripted, { options: { rotate: true } });
    expect(textOf(scripted)).toEndWith("\n\noptions rotate \n");
  });

  test("an edited template is used", async () => {
    const template =
      "#if $varExists('options') or $varExists('flags')\n$flags $options.timeout\n#end if\n";
    const scripted = machine({ "/etc/cloud/templates/resolv.conf.tmpl": template });
    await run(scripted, EVERYTHING);
    expect(textOf(scripted)).toBe("['rotate'] 1\n");
  });

  test("nothing to write is a warning", async () => {
    for (const settings of [undefined, {}, { nameservers: [], options: { rotate: false } }]) {
      const scripted = machine();
      const { log, failures } = await run(scripted, settings);
      expect(log).toContain("WARNING manage_resolv_conf True but no parameters provided!");
      expect(failures).toEqual([]);
      expect(scripted.changes).toEqual([]);
    }
  });

  test("switched off it does nothing", async () => {
    const scripted = machine();
    expect((await run(scripted, EVERYTHING, false)).failures).toEqual([]);
    expect(scripted.changes).toEqual([]);
  });

  test("each value that is none is a failure with its place, and the rest is used", async () => {
    const scripted = machine();
    const { failures } = await run(scripted, {
      nameservers: ["192.0.2.53", "dns.example.com", "192.0.2.54\noptions debug"],
      searchdomains: ["example.com; reboot"],
      domain: "-a",
      sortlist: ["192.0.2.0/33"],
      options: { "a b": true, timeout: "1 attempts:9", ndots: 2 },
    });
    expect(failures).toEqual([
      'user-data:5: Cannot use nameservers "dns.example.com": expected an IP address',
      String.raw`Cannot use nameservers "192.0.2.54\noptions debug": expected an IP address`,
      'Cannot use searchdomains "example.com; reboot": expected a domain name',
      'Cannot use domain "-a": expected a domain name',
      'Cannot use sortlist "192.0.2.0/33": expected an IPv4 address, or one with its mask, such as 192.0.2.0/255.255.255.0',
      'Cannot use options "a b": expected a word such as "timeout"',
      'Cannot use options "timeout": expected a number or a word for its value',
    ]);
    expect(textOf(scripted)).toEndWith("\n\nnameserver 192.0.2.53\noptions ndots:2 \n");
  });

  test("a fourth server is written, and nobody is left in the dark about it", async () => {
    const scripted = machine();
    const servers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    const { log } = await run(scripted, { nameservers: servers });
    expect(log.some((line) => line.includes('"192.0.2.4" is asked by no resolver'))).toBe(true);
    expect(textOf(scripted)).toContain("nameserver 192.0.2.4");
  });

  test("a link into /run belongs to a service: it is left, and said", async () => {
    const scripted = machine({});
    scripted.system.fs.symlink("../run/systemd/resolve/stub-resolv.conf", PATH);
    const { failures } = await run(scripted, EVERYTHING);
    expect(failures).toEqual([expect.stringContaining("stub-resolv.conf")]);
    expect(scripted.system.fs.readLink(PATH)).toBeDefined();
  });
});
