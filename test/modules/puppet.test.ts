import { describe, expect, test } from "bun:test";
import { puppet } from "../../src/modules/puppet.ts";
import { agentAix, agentLinux } from "../support/agent-machine.ts";
import { CLOUD_DIR } from "../support/module-context.ts";

const PROGRAM = "/opt/puppetlabs/bin/puppet";
const CONF = "/etc/puppetlabs/puppet/puppet.conf";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const SYSTEMD = { "/run/systemd/system/mark": "" };

/** `systemctl show` of units of which `known` is there. */
function systemctl(known: string, states: string) {
  return (argv: readonly string[]): string =>
    argv[1] === "show"
      ? argv
          .slice(3)
          .map((unit) =>
            unit === known
              ? `LoadState=loaded\n${states}`
              : "LoadState=not-found\nActiveState=inactive",
          )
          .join("\n\n")
      : "";
}

describe("puppet on AIX", () => {
  const config = {
    hostname: "VM1.example.com",
    puppet: {
      conf: {
        agent: { server: "puppet.example.com", certname: "%i.%f", splay: true, runinterval: 1800 },
        ca_cert: CERTIFICATE,
      },
      csr_attributes: {
        custom_attributes: { "1.2.840.113549.1.9.7": "MARKchallenge" },
        extension_requests: { pp_role: "database" },
      },
    },
  };

  test("is installed, set up and started; a second run changes nothing", async () => {
    const machine = agentAix();
    const first = await machine.run(puppet, config);
    expect(first.failures).toEqual([]);
    expect(machine.did()).toEqual([
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install puppet-agent",
      "directory /etc/puppetlabs/puppet/ssl",
      "directory /etc/puppetlabs/puppet/ssl/certs",
      "write /etc/puppetlabs/puppet/ssl/certs/ca.pem",
      `write ${CONF}`,
      "write /etc/puppetlabs/puppet/csr_attributes.yaml",
      "/usr/bin/startsrc -s puppet",
      "/usr/sbin/mkitab puppet:2:once:/usr/bin/startsrc -s puppet > /dev/null 2>&1",
    ]);
    expect(machine.text(CONF)).toBe(
      "[agent]\nserver = puppet.example.com\ncertname = i-test.vm1.example.com\nsplay = true\nruninterval = 1800\n",
    );
    expect(machine.text("/etc/puppetlabs/puppet/csr_attributes.yaml")).toContain("MARKchallenge");
    expect(machine.mode("/etc/puppetlabs/puppet/csr_attributes.yaml")).toBe("0600");
    expect(machine.mode("/etc/puppetlabs/puppet/ssl")).toBe("0771");
    expect(machine.text("/etc/puppetlabs/puppet/ssl/certs/ca.pem")).toBe(CERTIFICATE);
    const mark = machine.mark();
    const second = await machine.run(puppet, config);
    expect([second.failures, machine.did(mark), machine.aix.gaps]).toEqual([[], [], []]);
  });

  test("the former file stays as .old, and an agent that runs is restarted", async () => {
    const machine = agentAix({ files: { [CONF]: "[main]\nvardir = /v\n[agent]\nserver=old\n" } });
    machine.system.fs.setAttributes(CONF, { mode: 0o640 });
    await machine.run(puppet, { puppet: { conf: { agent: { server: "new" } } } });
    expect(machine.text(CONF)).toBe("[main]\nvardir = /v\n[agent]\nserver = new\n");
    expect(machine.text(`${CONF}.old`)).toContain("server=old");
    expect([machine.mode(CONF), machine.mode(`${CONF}.old`)]).toEqual(["0640", "0640"]);
    const mark = machine.mark();
    await machine.run(puppet, { puppet: { conf: { agent: { server: "newer" } } } });
    expect(machine.text(`${CONF}.old`)).toContain("server = new\n");
    expect(machine.did(mark).slice(2)).toEqual([
      "/usr/bin/stopsrc -s puppet",
      "/usr/bin/startsrc -s puppet",
    ]);
  });

  test("Puppet's script knows no AIX: what to do is said, and nothing is fetched", async () => {
    const machine = agentAix();
    const run = await machine.run(puppet, { puppet: { install_type: "aio" } });
    expect(run.failures.join()).toContain("knows no AIX. Give a repository");
    expect(machine.did()).toEqual([]);
  });

  test("a package that no repository has is a failure, and nothing else is tried", async () => {
    const machine = agentAix();
    const run = await machine.run(puppet, {
      puppet: { package_name: "no-such-puppet", exec: true, conf: { main: { a: "b" } } },
    });
    expect(run.failures.join()).toContain("Cannot install puppet: ");
    expect(machine.did().filter((line) => !line.includes("dnf"))).toEqual([]);
  });

  test("where SRC does not know it, Puppet itself starts it; where that fails too, that is said", async () => {
    const there = agentAix({ files: { [PROGRAM]: "" } });
    const resource = `${PROGRAM} resource service puppet ensure=running enable=true`;
    const good = await there.run(puppet, { puppet: {} });
    expect([good.failures, there.did()]).toEqual([[], ["/usr/bin/startsrc -s puppet", resource]]);
    const bad = agentAix({ files: { [PROGRAM]: "" }, code: () => ({ exitCode: 1 }) });
    const run = await bad.run(puppet, { puppet: {} });
    expect(run.failures).toEqual(["puppet resource service ended with exit code 1"]);
    expect(run.log.join("\n")).toContain('define it with "mkssys -s puppet ');
  });

  test("a run of the agent is fine with 0 and 2, and has a time limit", async () => {
    for (const [exitCode, failures] of [
      [0, 0],
      [2, 0],
      [4, 1],
      [127, 1],
    ] as const) {
      const machine = agentAix({ files: { [PROGRAM]: "" }, code: () => ({ exitCode }) });
      const run = await machine.run(puppet, {
        puppet: { exec: true, exec_args: "--test  --noop", start_service: false },
      });
      expect([exitCode, run.failures.length]).toEqual([exitCode, failures]);
      expect(machine.agentRuns.map(({ argv }) => argv.join(" "))).toEqual([
        `${PROGRAM} agent --test --noop`,
      ]);
      expect(machine.agentRuns[0]?.options.timeoutMs).toBe(7_200_000);
      expect(run.ledger.map(({ outcome }) => outcome)).toEqual([failures === 0 ? "ok" : "failed"]);
    }
    const slow = agentAix({
      files: { [PROGRAM]: "" },
      code: () => ({ exitCode: 124, timedOut: true }),
    });
    const run = await slow.run(puppet, { puppet: { exec: true, start_service: false } });
    expect(run.failures.join()).toContain("it ran longer than 2h and was ended");
  });
});

describe("puppet's settings", () => {
  test("what does not fit is left out with its place, and the rest is done", async () => {
    const machine = agentAix({ files: { [PROGRAM]: "" } });
    const run = await machine.run(puppet, {
      puppet: {
        start_service: false,
        conf_file: "relative",
        conf: {
          agent: { server: "a\n[evil]\nb = c", "x]": 1, good: "yes", list: ["a"] },
          "bad]name": { a: "b" },
          main: "text",
          ca_cert: "no certificate",
        },
      },
    });
    const all = run.failures.join("\n");
    expect(run.failures).toHaveLength(7);
    for (const word of ["conf_file", '"server"', '"x]"', "bad]name", "main", "ca_cert", "list"]) {
      expect(all).toContain(word);
    }
    expect(all).not.toContain("evil");
    expect(machine.text(CONF)).toBe("[agent]\ngood = yes\n");
  });

  test("a version without an installation is warned of", async () => {
    const machine = agentAix({ files: { [PROGRAM]: "" } });
    const run = await machine.run(puppet, {
      puppet: { install: false, version: "8.1", start_service: false },
    });
    expect(run.log).toContain(
      "WARNING Puppet install set to false but version supplied, doing nothing.",
    );
    expect([run.failures, machine.did()]).toEqual([[], []]);
  });

  test("places can be given", async () => {
    const machine = agentAix({ files: { [PROGRAM]: "" } });
    await machine.run(puppet, {
      puppet: {
        start_service: false,
        conf_file: "/own/puppet.conf",
        ssl_dir: "/own/ssl",
        csr_attributes_path: "/own/csr.yaml",
        conf: { main: { a: "b" }, ca_cert: CERTIFICATE },
        csr_attributes: { extension_requests: { pp_role: "x" } },
      },
    });
    expect(machine.did().filter((line) => line.startsWith("write"))).toEqual([
      "write /own/ssl/certs/ca.pem",
      "write /own/puppet.conf",
      "write /own/csr.yaml",
    ]);
  });
});

describe("puppet on Linux", () => {
  test("the distribution's tells where its files are; the second name of the package is tried", async () => {
    const machine = agentLinux("debian", {
      files: { ...SYSTEMD, "/usr/bin/apt-get": "", "/usr/bin/puppet": "", "/etc/passwd": "" },
      commands: {
        "/usr/bin/apt-get": (argv) =>
          argv.includes("puppet-agent=7.1") ? { exitCode: 100, stderr: "E: none\n" } : "",
        "/usr/bin/puppet":
          "config = /etc/own/puppet.conf\nssldir = /var/lib/own/ssl\ncsr_attributes = /etc/own/csr.yaml\n",
        "/usr/bin/systemctl": systemctl(
          "puppet.service",
          "ActiveState=active\nUnitFileState=enabled",
        ),
      },
    });
    const run = await machine.run(puppet, {
      puppet: { version: "7.1", conf: { main: { a: "b" } } },
    });
    expect(run.failures).toEqual([]);
    expect(
      machine
        .did()
        .filter((line) => line.includes(" install "))
        .map((line) => line.split(" ").at(-1)),
    ).toEqual(["puppet-agent=7.1", "puppet=7.1"]);
    expect(machine.text("/etc/own/puppet.conf")).toBe("[main]\na = b\n");
    expect(machine.did().at(-1)).toBe("/usr/bin/systemctl --no-block restart puppet.service");
  });

  test("Puppet is not asked for its files where none is to be written", async () => {
    const machine = agentLinux("debian", { files: { "/usr/bin/puppet": "" } });
    const run = await machine.run(puppet, { puppet: { exec: true, start_service: false } });
    expect([run.failures, machine.did()]).toEqual([[], ["/usr/bin/puppet agent --test"]]);
  });

  const aio = (options: Parameters<typeof agentLinux>[1] = {}) =>
    agentLinux("rhel", {
      ...options,
      files: { ...SYSTEMD, ...options.files },
      commands: {
        "/usr/bin/systemctl": systemctl("puppet.service", "ActiveState=inactive\nUnitFileState="),
      },
    });
  const script = new TextEncoder().encode("#!/bin/sh\n");
  const AIO = { install_type: "aio", collection: "puppet8", version: "8.4.0" };

  test("Puppet's script is fetched by https, run with its arguments, and gone afterwards", async () => {
    const urls: string[] = [];
    let directoryMode = 0;
    let scriptMode = 0;
    const path = `${CLOUD_DIR}/instances/i-test/puppet-aio/install.sh`;
    const machine = aio({
      http: (request) => {
        urls.push(request.url);
        return { status: 200, headers: {}, body: script };
      },
      code: () => {
        scriptMode = machine.system.fs.stat(path)?.mode ?? 0;
        directoryMode = machine.system.fs.stat(path.replace(/\/[^/]*$/u, ""))?.mode ?? 0;
        machine.system.fs.write(PROGRAM, "");
        machine.system.fs.write("/opt/puppetlabs/puppet/VERSION", "8.4.0\n");
        return {};
      },
    });
    const run = await machine.run(puppet, { puppet: AIO });
    expect(run.failures).toEqual([]);
    expect(urls).toEqual([
      "https://raw.githubusercontent.com/puppetlabs/install-puppet/main/install.sh",
    ]);
    expect(machine.agentRuns.map(({ argv }) => argv)).toEqual([
      // By its interpreter, since /var may be mounted noexec.
      ["/bin/sh", path, "-v", "8.4.0", "-c", "puppet8", "--cleanup"],
    ]);
    expect([directoryMode, scriptMode]).toEqual([0o700, 0o700]);
    expect(machine.mode(path)).toBeUndefined();
    expect(machine.did().slice(-2)).toEqual([
      "/usr/bin/systemctl enable puppet.service",
      "/usr/bin/systemctl --no-block start puppet.service",
    ]);
    await machine.run(puppet, { puppet: AIO });
    expect([urls.length, machine.agentRuns.length]).toEqual([1, 1]);
  });

  test.each([
    ["http://example.com/install.sh", undefined, "expected an address with https://"],
    ["https://example.com/install.sh", { status: 404, body: script }, "status 404"],
    ["https://example.com/install.sh", { status: 503, body: script }, "status 503"],
    [
      "https://example.com/install.sh",
      { status: 200, body: new TextEncoder().encode("not found") },
      'it does not begin with "#!"',
    ],
    [
      "https://example.com/install.sh",
      { status: 200, body: new TextEncoder().encode("<html>") },
      "a web page, no script; set puppet.aio_install_url",
    ],
    ["https://u:MARKsecret@example.com/i?t=MARKsecret", undefined, "no network in this test"],
  ])("a script that cannot be had from %s is a failure", async (url, answer, reason) => {
    const machine = aio(answer === undefined ? {} : { http: () => ({ headers: {}, ...answer }) });
    const run = await machine.run(puppet, { puppet: { ...AIO, aio_install_url: url } });
    expect(run.failures.join()).toContain(reason);
    expect(run.failures.join()).not.toContain("MARKsecret");
    expect(machine.did().filter((line) => line !== "request")).toEqual([]);
  });

  test("a script that fails is a failure, and does not stay", async () => {
    const machine = aio({
      http: () => ({ status: 200, headers: {}, body: script }),
      code: () => ({ exitCode: 3 }),
    });
    const run = await machine.run(puppet, { puppet: AIO });
    expect(run.failures.join()).toContain("Puppet's install script ended with exit code 3");
    expect(machine.did().at(-1)).toBe(`remove ${CLOUD_DIR}/instances/i-test/puppet-aio`);
  });
});
