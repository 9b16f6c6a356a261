import { describe, expect, test } from "bun:test";
import { createAixHostname } from "../../src/distros/aix/hostname.ts";
import { createAixResolver } from "../../src/distros/aix/resolver.ts";
import type { Distro, DistroContext, NetworkState } from "../../src/distros/distro.ts";
import { createLinuxHostname } from "../../src/distros/linux/hostname.ts";
import { createLinuxResolver } from "../../src/distros/linux/resolver.ts";
import { setHostnameFromDns } from "../../src/modules/set-hostname-from-dns.ts";
import { updateHostname } from "../../src/modules/update-hostname.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import {
  createTestDistro,
  createTestLogger,
  INSTANCE_DIR,
  type ModuleRun,
  type ModuleRunOptions,
  runModule,
} from "../support/module-context.ts";

/** A device with one address. */
function device(name: string, address: string): NetworkState["devices"][number] {
  return { name, isUp: true, address, mask: ".", macAddress: "." };
}

const STATE: NetworkState = {
  devices: [
    device("lo0", "127.0.0.1"),
    device("en0", "fe80::1/64"),
    device("en0", "2001:db8::10/64"),
    device("en0", "192.0.2.10"),
    device("en1", "198.51.100.10"),
    device("en2", "169.254.169.253"),
  ],
  routes: [],
};

type Commands = NonNullable<ScriptedSystemOptions["commands"]>;

/** The commands that set a name on AIX, for a machine that is called "golden". */
const NAME_COMMANDS: Commands = {
  "/usr/bin/hostname": "golden\n",
  "/usr/sbin/lsattr": "golden\n",
  "/usr/sbin/chdev": "inet0 changed\n",
  "/usr/bin/uname": "golden\n",
};

function distroOn(system: System, state: NetworkState = STATE): Distro {
  const isAix = system.process.platform === "aix";
  const ctx: DistroContext = { sys: system, log: createTestLogger([]), systemInfo: {} };
  const base = createTestDistro(system);
  return {
    ...base,
    hostname: isAix ? createAixHostname(ctx) : createLinuxHostname(ctx),
    resolver: isAix ? createAixResolver(ctx) : createLinuxResolver(ctx),
    network: { ...base.network, read: async () => state },
  };
}

/** Runs the module on an AIX where host(1) answers by this table. */
async function runAix(
  answers: Readonly<Record<string, string>>,
  options: ModuleRunOptions & { readonly state?: NetworkState } = {},
): Promise<ModuleRun & { readonly asked: readonly string[]; readonly named: string | undefined }> {
  const scripted = createScriptedSystem({
    platform: "aix",
    commands: {
      ...NAME_COMMANDS,
      "/usr/bin/host": ([, address = ""]) =>
        answers[address] ?? {
          exitCode: 1,
          stderr: `host: 0827-803 Cannot find address ${address}.\n`,
        },
    },
  });
  const { system } = scripted;
  const run = await runModule(setHostnameFromDns, {
    ...options,
    system,
    distro: distroOn(system, options.state),
  });
  const chdev = scripted.commands.find(([program]) => program === "/usr/sbin/chdev");
  return {
    ...run,
    asked: scripted.commands.flatMap(([program, address = ""]) =>
      program === "/usr/bin/host" ? [address] : [],
    ),
    named: chdev?.at(-1),
  };
}

describe("on AIX", () => {
  test("the name of en0's IPv4 address becomes the host name, in full or in short", async () => {
    const answers = { "192.0.2.10": "dns1.example.com is 192.0.2.10,  Aliases:   dns1\n" };
    const run = await runAix(answers);
    expect(run.failures).toEqual([]);
    expect(run.named).toBe("hostname=dns1.example.com");
    const file = readTextIfExists(run.system.fs, `${INSTANCE_DIR}/hostname-from-dns`);
    expect(file).toBe("dns1.example.com\n");
    const short = await runAix(answers, { config: { set_dns_shortname: true } });
    expect(short.named).toBe("hostname=dns1");
  });

  test("IPv6 addresses come after IPv4, link-local ones are not asked for", async () => {
    const run = await runAix({ "2001:db8::10": "dns6.example.com is 2001:db8::10\n" });
    expect(run.asked).toEqual(["192.0.2.10", "2001:db8::10"]);
    expect(run.log).toContain("WARNING No hostname found for IP address 192.0.2.10");
    expect(run.named).toBe("hostname=dns6.example.com");
  });

  test("the address for the metadata service of Power Virtual Server is not asked for", async () => {
    const run = await runAix(
      {},
      {
        config: { set_hostname_from_interface: "en2" },
        instance: { localHostname: "vm1.example.com" },
      },
    );
    expect(run.asked).toEqual([]);
    expect(run.named).toBe("hostname=vm1");
  });

  test("another interface can be named, in Linux's way too", async () => {
    const answers = { "198.51.100.10": "dns2.example.com is 198.51.100.10\n" };
    for (const name of ["en1", "eth1"]) {
      const run = await runAix(answers, { config: { set_hostname_from_interface: name } });
      expect(run.asked).toEqual(["198.51.100.10"]);
      expect(run.named).toBe("hostname=dns2.example.com");
    }
  });

  test("an interface that is not there is a warning, and the deployed name is set", async () => {
    const run = await runAix(
      {},
      {
        config: { set_hostname_from_interface: "en7" },
        instance: { localHostname: "vm1.example.com" },
      },
    );
    expect(run.log).toContain(
      "WARNING Interface en7 was not found on the system. Interfaces found on system: ['lo0', 'en0', 'en1', 'en2']",
    );
    expect(run.log).toContain("INFO Fall back to setting hostname on VM as vm1.example.com");
    expect(run.named).toBe("hostname=vm1");
    expect(readTextIfExists(run.system.fs, `${INSTANCE_DIR}/hostname-from-dns`)).toBeUndefined();
  });

  test("an answer that is no name is none", async () => {
    for (const answer of ["192.0.2.10 is 192.0.2.10\n", "-a;b is 192.0.2.10\n", "nothing\n", ""]) {
      const run = await runAix({ "192.0.2.10": answer }, { instance: { localHostname: "vm1" } });
      expect(run.named).toBe("hostname=vm1");
    }
  });

  test("name servers that do not answer cost half a minute at most", async () => {
    const timeouts: (number | undefined)[] = [];
    const scripted = createScriptedSystem({
      platform: "aix",
      commands: {
        ...NAME_COMMANDS,
        "/usr/bin/host": (_argv, options) => {
          timeouts.push(options.timeoutMs);
          void scripted.system.clock.sleep(options.timeoutMs ?? 0);
          return { exitCode: 124, timedOut: true };
        },
      },
    });
    const addresses = Array.from({ length: 9 }, (_, index) =>
      device("en0", `192.0.2.${index + 1}`),
    );
    const run = await runModule(setHostnameFromDns, {
      system: scripted.system,
      distro: distroOn(scripted.system, { devices: addresses, routes: [] }),
      instance: { localHostname: "vm1" },
    });
    expect(timeouts).toEqual([10_000, 10_000, 10_000]);
    expect(run.log).toContain("INFO Fall back to setting hostname on VM as vm1");
  });

  test("preserve_hostname leaves the name alone, and nobody is asked", async () => {
    const run = await runAix({}, { config: { preserve_hostname: true } });
    expect(run.asked).toEqual([]);
    expect(run.named).toBeUndefined();
  });

  test("update_hostname then takes the name from DNS for the deployed one", async () => {
    const run = await runAix(
      { "192.0.2.10": "dns1.example.com is 192.0.2.10\n" },
      { instance: { localHostname: "vm1" } },
    );
    const after = await runModule(updateHostname, {
      system: run.system,
      distro: {
        ...distroOn(run.system),
        hostname: {
          read: async () => "dns1.example.com",
          ensure: () => Promise.reject(new Error("set")),
        },
      },
      instance: { localHostname: "vm1" },
    });
    expect(after.failures).toEqual([]);
  });
});

describe("on Linux", () => {
  const files = { "/proc/sys/kernel/hostname": "golden\n", "/etc/hostname": "golden\n" };
  const state = { devices: [device("eth0", "192.0.2.10")], routes: [] };

  async function runLinux(
    tool: "getent" | "host",
    answer: string,
  ): Promise<{ readonly name: string | undefined; readonly commands: readonly string[] }> {
    const scripted = createScriptedSystem({
      files: { ...files, [`/usr/bin/${tool}`]: "" },
      commands: { [`/usr/bin/${tool}`]: answer, "/usr/bin/hostname": "" },
    });
    await runModule(setHostnameFromDns, {
      system: scripted.system,
      distro: distroOn(scripted.system, state),
      instance: { localHostname: "vm1" },
    });
    const name = readTextIfExists(scripted.system.fs, "/etc/hostname")?.trim();
    return { name, commands: scripted.commands.map((argv) => argv.join(" ")) };
  }

  test("getent answers by what nsswitch.conf says, the full name first", async () => {
    const { name, commands } = await runLinux("getent", "192.0.2.10      dns1 dns1.example.com\n");
    expect(commands[0]).toBe("/usr/bin/getent hosts 192.0.2.10");
    expect(name).toBe("dns1.example.com");
  });

  test("host(1) of BIND does where there is no getent", async () => {
    const answer = "10.2.0.192.in-addr.arpa domain name pointer dns1.example.com.\n";
    expect((await runLinux("host", answer)).name).toBe("dns1.example.com");
    expect((await runLinux("host", "Host 10.2.0.192.in-addr.arpa not found\n")).name).toBe("vm1");
  });
});
