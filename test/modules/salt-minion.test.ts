import { describe, expect, test } from "bun:test";
import { saltMinion } from "../../src/modules/salt-minion.ts";
import { agentAix, agentLinux } from "../support/agent-machine.ts";

const PUBLIC = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n";
const PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nMARKkey\n-----END RSA PRIVATE KEY-----\n";
const MINION = { "/usr/bin/salt-minion": "", "/usr/bin/salt-call": "" };

const config = {
  salt_minion: {
    conf: { master: "salt.example.com" },
    grains: { role: ["database"] },
    public_key: PUBLIC,
    private_key: PRIVATE,
  },
};

describe("salt_minion on AIX", () => {
  test("is installed and set up; where SRC does not know it, what to do is a warning", async () => {
    const machine = agentAix();
    const run = await machine.run(saltMinion, config);
    expect(run.failures).toEqual([]);
    expect(run.log.filter((line) => line.startsWith("WARNING")).join()).toContain(
      'Cannot start salt_minion: SRC knows no subsystem "salt-minion": define it with "mkssys ',
    );
    expect(machine.did()).toEqual([
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install salt-minion",
      "write /etc/salt/minion",
      "write /etc/salt/grains",
      "directory /etc/salt/pki",
      "write /etc/salt/pki/minion.pub",
      "write /etc/salt/pki/minion.pem",
      "/usr/bin/startsrc -s salt-minion",
    ]);
    expect(machine.text("/etc/salt/minion")).toBe("---\nmaster: salt.example.com\n...\n");
    expect(
      ["minion", "grains", "pki", "pki/minion.pub", "pki/minion.pem"].map((name) =>
        machine.mode(`/etc/salt/${name}`),
      ),
    ).toEqual(["0600", "0600", "0700", "0600", "0400"]);
    expect(machine.text("/etc/salt/pki/minion.pem")).toBe(PRIVATE);
  });

  test("with a subsystem it runs and starts at boot; a second run changes nothing, a new key restarts it", async () => {
    const machine = agentAix({ files: MINION });
    machine.aix.machine.subsystems.push({
      name: "salt-minion",
      group: "",
      method: "signals",
      state: "inoperative",
    });
    expect((await machine.run(saltMinion, config)).failures).toEqual([]);
    expect(machine.did().at(-1)).toStartWith("/usr/sbin/mkitab salt-minion:2:once:");
    const mark = machine.mark();
    await machine.run(saltMinion, config);
    expect(machine.did(mark).filter((line) => !line.startsWith("directory"))).toEqual([]);
    const key = PRIVATE.replace("MARKkey", "MARKother");
    await machine.run(saltMinion, { salt_minion: { ...config.salt_minion, private_key: key } });
    expect(machine.did(mark).filter((line) => !line.startsWith("directory"))).toEqual([
      "write /etc/salt/pki/minion.pem",
      "/usr/bin/stopsrc -s salt-minion",
      "/usr/bin/startsrc -s salt-minion",
    ]);
    expect(machine.aix.gaps).toEqual([]);
  });

  test("a package that cannot be had is a failure, and nothing is written", async () => {
    const machine = agentAix();
    const run = await machine.run(saltMinion, {
      salt_minion: { ...config.salt_minion, pkg_name: "no-such-minion" },
    });
    expect(run.failures.join()).toContain("Cannot install no-such-minion: ");
    expect(machine.did().filter((line) => !line.includes("dnf"))).toEqual([]);
  });
});

describe("salt_minion on Linux", () => {
  const machineWith = (files: Readonly<Record<string, string>> = {}, exitCode = 0) =>
    agentLinux("debian", {
      files: { ...MINION, "/run/systemd/system/mark": "", ...files },
      commands: {
        "/usr/bin/systemctl": (argv) =>
          argv[1] === "show" ? "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n" : "",
      },
      code: () => ({ exitCode }),
    });

  test("without a master the service is off, and the states are applied once", async () => {
    const machine = machineWith();
    const run = await machine.run(saltMinion, { salt_minion: { conf: { file_client: "local" } } });
    expect([run.failures, machine.did()]).toEqual([
      [],
      [
        "write /etc/salt/minion",
        "/usr/bin/systemctl disable salt-minion.service",
        "/usr/bin/systemctl --no-block stop salt-minion.service",
        "/usr/bin/salt-call --local --retcode-passthrough state.apply",
      ],
    ]);
    expect(machine.agentRuns[0]?.options.timeoutMs).toBe(7_200_000);
  });

  test("states that fail are a failure; another directory is told", async () => {
    const machine = machineWith({}, 2);
    const run = await machine.run(saltMinion, {
      salt_minion: { conf: { file_client: "local" }, config_dir: "/own" },
    });
    expect(run.failures).toEqual(["salt-call --local state.apply ended with exit code 2"]);
    expect(machine.did().at(-1)).toContain(" --config-dir=/own state.apply");
  });

  test("keys go to pki/minion where that is there, and only as a pair", async () => {
    const machine = machineWith({ "/etc/salt/pki/minion/x": "" });
    await machine.run(saltMinion, config);
    expect(machine.text("/etc/salt/pki/minion/minion.pem")).toBe(PRIVATE);
    expect(machine.mode("/etc/salt/pki/minion")).toBe("0700");
    const half = await machine.run(saltMinion, { salt_minion: { private_key: PRIVATE } });
    expect(half.failures.join()).toContain("public_key is missing");
    expect(half.failures.join()).not.toContain("MARKkey");
  });

  test("names and places are checked", async () => {
    const machine = machineWith();
    const run = await machine.run(saltMinion, {
      salt_minion: {
        pkg_name: "--option",
        service_name: "a b",
        config_dir: "own",
        pki_dir: 7,
        conf: [],
        grains: "x",
        public_key: {},
      },
    });
    expect(run.failures).toHaveLength(7);
    expect(machine.did()).toEqual([]);
  });
});
