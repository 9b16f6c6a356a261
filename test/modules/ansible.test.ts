import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ansible } from "../../src/modules/ansible.ts";
import { withFile } from "../../src/modules/ansible-runner.ts";
import { agentAix, agentLinux, type AgentMachine } from "../support/agent-machine.ts";

const TOOLS = Object.fromEntries(
  ["ansible-galaxy", "ansible-playbook", "ansible-pull", "git"].map((name) => [
    `/usr/bin/${name}`,
    "",
  ]),
);
const PASSWD = "root:x:0:0:root:/root:/bin/bash\nansible:x:1000:1000::/home/ansible:/bin/bash\n";
const BASE = { install_method: "distro", package_name: "ansible-core" };

function debian(options: Parameters<typeof agentLinux>[1] = {}): AgentMachine {
  return agentLinux("debian", {
    ...options,
    files: { "/etc/passwd": PASSWD, ...TOOLS, ...options.files },
  });
}

function lines(machine: AgentMachine): readonly string[] {
  return machine.agentRuns.map(({ argv }) => argv.join(" "));
}

describe("ansible", () => {
  test("on AIX: it and git come by dnf, galaxy goes first, then the pulls; a second run installs nothing", async () => {
    const machine = agentAix();
    const config = {
      ansible: {
        install_method: "distro",
        package_name: "ansible",
        ansible_config: "/etc/own.cfg",
        galaxy: { actions: [["ansible-galaxy", "collection", "install", "ibm.power_aix"], []] },
        pull: [
          {
            url: "https://git.example.com/a.git",
            playbook_names: ["one.yml", "two.yml"],
            accept_host_key: true,
            clean: false,
            tags: ["a", "b"],
            timeout: 60,
            module_name: "git",
          },
          { url: "git@git.example.com:b.git", playbook_name: "three.yml" },
        ],
      },
    };
    const run = await machine.run(ansible, config);
    expect(run.failures).toEqual([
      "Cannot run ansible.galaxy.actions[1]: there is no command in it",
    ]);
    expect(machine.did()).toEqual([
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install ansible",
      "/opt/freeware/bin/ansible-galaxy collection install ibm.power_aix",
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install git",
      "/opt/freeware/bin/ansible-pull --url=https://git.example.com/a.git --accept-host-key --tags=a --tags=b --timeout=60 --module-name=git one.yml two.yml",
      "/opt/freeware/bin/ansible-pull --url=git@git.example.com:b.git three.yml",
    ]);
    for (const { options } of machine.agentRuns) {
      expect(options.env).toMatchObject({
        ANSIBLE_CONFIG: "/etc/own.cfg",
        GIT_TERMINAL_PROMPT: "0",
        HOME: "/",
      });
      expect(options.timeoutMs).toBe(7_200_000);
    }
    const mark = machine.mark();
    await machine.run(ansible, config);
    expect(machine.did(mark).filter((line) => line.includes("dnf"))).toEqual([]);
    expect(machine.aix.gaps).toEqual([]);
  });

  test("one pull without a list; its failure has its place, and the next thing is done", async () => {
    const machine = debian({ code: (argv) => ({ exitCode: argv[0]?.endsWith("pull") ? 4 : 0 }) });
    const run = await machine.run(ansible, {
      ansible: {
        ...BASE,
        pull: { url: "https://git.example.com/a.git", playbook_name: "-x.yml" },
        setup_controller: {
          repositories: [
            { source: "https://git.example.com/p.git", path: "/srv/play" },
            { source: "https://git.example.com/q.git", path: "relative" },
            { path: "/srv/r" },
          ],
          run_ansible: [
            { playbook_dir: "/srv/play", playbook_name: "site.yml", become: true, forks: 3 },
            { playbook_dir: "/srv/play" },
            { playbook_name: "x" },
          ],
        },
      },
    });
    expect(lines(machine)).toEqual([
      "/usr/bin/ansible-pull --url=https://git.example.com/a.git ./-x.yml",
      "/usr/bin/git clone -- https://git.example.com/p.git /srv/play",
      "/usr/bin/ansible-playbook --become --forks=3 site.yml",
    ]);
    expect(machine.agentRuns[2]?.options.cwd).toBe("/srv/play");
    expect(run.failures).toEqual([
      'ansible-pull of "https://git.example.com/a.git" ended with exit code 4',
      'Cannot clone a repository: there is no usable "path", from the root',
      'Cannot clone a repository: there is no usable "source"',
      'Cannot run ansible-playbook: there is no usable "playbook_name"',
      'Cannot run ansible-playbook: there is no usable "playbook_dir"',
    ]);
  });

  test("a repository that is there is not cloned again", async () => {
    const machine = debian({ files: { "/srv/play/.git/config": "" } });
    await machine.run(ansible, {
      ansible: {
        ...BASE,
        setup_controller: {
          repositories: [{ source: "https://x.example.com", path: "/srv/play" }],
        },
      },
    });
    expect(machine.did()).toEqual([]);
  });

  test("another user's commands run by su, in a shell of our own", async () => {
    const machine = debian();
    await machine.run(ansible, {
      ansible: {
        ...BASE,
        run_user: "ansible",
        ansible_config: "/etc/it's.cfg",
        setup_controller: {
          run_ansible: [{ playbook_dir: "/srv/my play", playbook_name: "a b.yml" }],
        },
      },
    });
    const script = [
      'PATH="$HOME/.local/bin:$PATH:/opt/freeware/bin"; export PATH',
      "cd '/srv/my play' || exit 1",
      `exec env GIT_TERMINAL_PROMPT='0' GIT_HTTP_LOW_SPEED_LIMIT='1' GIT_HTTP_LOW_SPEED_TIME='300' ANSIBLE_CONFIG='/etc/it'\\''s.cfg' '/usr/bin/ansible-playbook' 'a b.yml'`,
    ].join("; ");
    const argv = machine.agentRuns[0]?.argv ?? [];
    expect(argv.slice(0, 4)).toEqual(["/usr/bin/su", "-", "ansible", "-c"]);
    const { stdout } = Bun.spawnSync([
      "sh",
      "-c",
      (argv[4] ?? "").replace("exec /bin/sh -c", "printf %s"),
    ]);
    expect(stdout.toString()).toBe(script);
  });

  test("a user who does not exist runs nothing", async () => {
    const machine = debian({ commands: { "/usr/bin/getent": { exitCode: 2 } } });
    const run = await machine.run(ansible, { ansible: { ...BASE, run_user: "nobody-here" } });
    expect(run.failures.join()).toContain("there is no such user; make it with users");
    expect(machine.did()).toEqual([]);
  });
});

describe("ansible's secrets", () => {
  /** What the files held while the command ran. */
  function watched(config: unknown) {
    const seen: string[] = [];
    const machine: AgentMachine = debian({
      code: (argv, options) => {
        const line = [...argv, ...Object.values(options.env ?? {})].join(" ");
        for (const [path] of line.matchAll(/\/run\/cloud-init\/ansible-[0-9a-f]+\/\d/gu)) {
          const stat = machine.system.fs.stat(path);
          seen.push(`${stat?.mode.toString(8)} ${stat?.uid} ${machine.text(path)}`);
        }
        return {};
      },
    });
    return {
      machine,
      seen,
      done: machine.run(ansible, { ansible: { ...BASE, ...Object(config) } }),
    };
  }

  test("are given in files that are gone afterwards, not on a command line", async () => {
    const { machine, seen, done } = watched({
      galaxy: { actions: [["ansible-galaxy", "role", "list", "--token", "MARKtoken", "-v"]] },
      pull: {
        url: "https://bot:MARKp%40ss@git.example.com/a.git",
        playbook_name: "x.yml",
        extra_vars: { password: "MARKvars" },
        vault_password: "MARKvault",
      },
    });
    const run = await done;
    expect(run.failures).toEqual([]);
    expect(seen.sort()).toEqual([
      "600 0 ---\npassword: MARKvars\n...\n",
      "600 0 MARKvault\n",
      "600 0 https://bot:MARKp%40ss@git.example.com\n",
      '600 0 token: "MARKtoken"\n',
    ]);
    expect(machine.agentRuns[0]?.argv.slice(1)).toEqual(["role", "list", "-v"]);
    const pull = machine.agentRuns[1];
    expect(pull?.argv[1]).toBe("--url=https://git.example.com/a.git");
    expect(pull?.argv[2]).toMatch(/^--extra-vars=@\/run\/cloud-init\/ansible-[0-9a-f]{16}\/1$/u);
    expect(pull?.argv[3]).toMatch(/^--vault-password-file=\/run\/cloud-init\/ansible-/u);
    expect(pull?.options.env).toMatchObject({
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "credential.https://git.example.com.helper",
    });
    const shown = JSON.stringify([machine.agentRuns, run.ledger, run.log, run.failures]);
    expect(shown).not.toContain("MARK");
    expect(machine.system.fs.list("/run/cloud-init")).toEqual([]);
  });

  test("a token alone in an address is one, for pull, clone and galaxy", async () => {
    const { machine, seen, done } = watched({
      galaxy: {
        actions: [["ansible-galaxy", "install", "git+https://MARKone-1234@a.example.com/x.git,v1"]],
      },
      pull: { url: "https://MARKtwo-1234@a.example.com/a.git", playbook_name: "x.yml" },
      setup_controller: {
        repositories: [{ source: "https://MARKthree-1@a.example.com/b.git", path: "/srv/b" }],
      },
    });
    const run = await done;
    expect(run.failures).toEqual([]);
    expect(seen).toEqual([
      "600 0 https://MARKone-1234:@a.example.com\n",
      "600 0 https://MARKtwo-1234:@a.example.com\n",
      "600 0 https://MARKthree-1:@a.example.com\n",
    ]);
    expect(JSON.stringify([machine.agentRuns, run.ledger, run.log])).not.toContain("MARK");
  });

  test("of repositories that galaxy installs from go the same way", async () => {
    const { machine, seen, done } = watched({
      galaxy: {
        actions: [
          [
            "ansible-galaxy",
            "install",
            "git+https://a:MARKa@a.example.com/x.git,v1",
            "https://b:MARKb@b.example.com/y.git",
          ],
        ],
      },
    });
    await done;
    expect(seen).toEqual([
      "600 0 https://a:MARKa@a.example.com\n",
      "600 0 https://b:MARKb@b.example.com\n",
    ]);
    expect(machine.agentRuns[0]?.argv.slice(2)).toEqual([
      "git+https://a.example.com/x.git,v1",
      "https://b.example.com/y.git",
    ]);
    expect(machine.agentRuns[0]?.options.env).toMatchObject({ GIT_CONFIG_COUNT: "2" });
  });

  test.each([undefined, "ansible"])(
    "of galaxy's server are read from a file by a shell, also for another user (%s)",
    async (user) => {
      const { machine, seen, done } = watched({
        ...(user === undefined ? {} : { run_user: user }),
        galaxy: {
          actions: [["ansible-galaxy", "list", "--server=https://MARKtok-1@hub.example.com/"]],
        },
      });
      const run = await done;
      expect(run.failures).toEqual([]);
      expect(seen).toEqual([
        `600 ${user === undefined ? 0 : 1000} ${[
          "ANSIBLE_GALAXY_SERVER_LIST='cloud_init'; export ANSIBLE_GALAXY_SERVER_LIST",
          "ANSIBLE_GALAXY_SERVER_CLOUD_INIT_URL='https://hub.example.com/'; export ANSIBLE_GALAXY_SERVER_CLOUD_INIT_URL",
          "ANSIBLE_GALAXY_SERVER_CLOUD_INIT_USERNAME='MARKtok-1'; export ANSIBLE_GALAXY_SERVER_CLOUD_INIT_USERNAME",
          "ANSIBLE_GALAXY_SERVER_CLOUD_INIT_PASSWORD=''; export ANSIBLE_GALAXY_SERVER_CLOUD_INIT_PASSWORD",
          "",
        ].join("\n")}`,
      ]);
      const line = lines(machine)[0] ?? "";
      expect(line).toContain("--server=cloud_init");
      expect(JSON.stringify([machine.agentRuns, run.ledger, run.log])).not.toContain("MARK");
      expect(machine.system.fs.list("/run/cloud-init")).toEqual([]);
    },
  );

  test("the variables of a file are there for the command", () => {
    const file = `${mkdtempSync(join(tmpdir(), "ansible-"))}/1`;
    writeFileSync(file, "A='it'\\''s'; export A\n");
    const argv = withFile(["/bin/sh", "-c", 'printf "%s-%s" "$A" "$0"', "b c"], file);
    expect(Bun.spawnSync([...argv]).stdout.toString()).toBe("it's-b c");
    rmSync(dirname(file), { recursive: true });
  });

  test("belong to the user who runs it", async () => {
    const { machine, seen, done } = watched({
      run_user: "ansible",
      pull: { url: "https://a:MARKb@x.example.com/y", playbook_name: "x" },
    });
    await done;
    expect(seen).toEqual(["600 1000 https://a:MARKb@x.example.com\n"]);
    const changes = machine.did().filter((line) => line.startsWith("attributes"));
    expect(changes).toHaveLength(1);
  });

  test("options that are none are left out with their place, without their value", async () => {
    const { machine, done } = watched({
      pull: {
        url: "https://x.example.com/y",
        playbook_name: "x",
        "--evil": "MARK",
        extra_vars: "MARK 'quoted' text",
        become_password: ["MARK"],
        diff: { a: "MARK" },
        full: true,
      },
    });
    const run = await done;
    expect(run.failures).toHaveLength(4);
    expect(run.failures.join()).not.toContain("MARK");
    expect(lines(machine)).toEqual([
      "/usr/bin/ansible-pull --url=https://x.example.com/y --full x",
    ]);
  });
});

describe("ansible's installation", () => {
  test("pip is installed where it is missing, and told that the distribution may be overridden", async () => {
    const machine = agentLinux("debian", {
      files: {
        "/etc/passwd": PASSWD,
        "/usr/bin/apt-get": "",
        "/usr/bin/python3": "",
        "/usr/lib/python3.13/EXTERNALLY-MANAGED": "",
      },
      commands: {
        "/usr/bin/apt-get": "",
        "/usr/bin/python3": { exitCode: 1, stderr: "No module named pip\n" },
      },
    });
    const run = await machine.run(ansible, {
      ansible: { install_method: "pip", package_name: "ansible-core==2.16.1", run_user: "ansible" },
    });
    expect(run.failures).toEqual([]);
    expect(machine.did().map((line) => line.replace(/^(\S+).* (\S+ \S+)$/u, "$1 $2"))).toEqual([
      "/usr/bin/apt-get --quiet update",
      "/usr/bin/apt-get install python3-pip",
      expect.stringContaining("/usr/bin/su"),
    ]);
    expect(lines(machine)[0]).toContain("--break-system-packages");
    expect(lines(machine)[0]).toContain("--user");
    expect(lines(machine)[0]).toContain("ansible-core==2.16.1");
  });

  test("what fails stops the rest", async () => {
    const machine = agentAix();
    const run = await machine.run(ansible, {
      ansible: {
        install_method: "distro",
        package_name: "no-such-ansible",
        pull: { url: "https://x.example.com", playbook_name: "x" },
      },
    });
    expect(run.failures.join()).toContain("Cannot install no-such-ansible: ");
    expect(machine.agentRuns).toEqual([]);
  });

  test.each([
    [{}, '"install_method"'],
    [{ install_method: "pip" }, '"package_name"'],
    [{ install_method: "brew", package_name: "ansible" }, "install_method"],
    [{ install_method: "pip", package_name: "--index-url=x" }, "package_name"],
  ])("what is needed and missing is named: %j", async (config, name) => {
    const machine = debian();
    const run = await machine.run(ansible, { ansible: config });
    expect(run.failures.join()).toContain(name);
    expect(machine.did()).toEqual([]);
  });
});
