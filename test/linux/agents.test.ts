// Agents in a private copy of this machine: scripts stand at the places of their programs (the
// packages are large), everything around them is real: su, the shell, git's credential store, sysv
// services, owners and modes.
import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = ["/usr/bin/git", "/usr/bin/su", "/usr/sbin/service", "/usr/sbin/update-rc.d"];
const KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";
const OUT = "/var/tmp/agents";
const USER_DATA = `#cloud-config
${JSON.stringify({
  users: [{ name: "deployer", shell: "/bin/sh" }],
  puppet: {
    conf: { agent: { server: "puppet.example.com", certname: "%f" } },
    exec: true,
  },
  salt_minion: {
    conf: { file_client: "local" },
    public_key: "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n",
    private_key: KEY,
  },
  ansible: {
    install_method: "distro",
    package_name: "ansible-core",
    run_user: "deployer",
    pull: {
      url: "https://bot:pass%20word@git.example.com/machines.git",
      playbook_name: "it's.yml",
      extra_vars: { name: "value" },
    },
  },
})}
`;

/** Appends its arguments to a file of its own. */
const script = (name: string, more = ""): string =>
  `#!/bin/sh\numask 0\nmkdir -p ${OUT}\n{ echo "$(id -un) ${name} $*"\n${more}\n} >>${OUT}/${name} 2>&1\n`;

const PULL = [
  'file=${2#--extra-vars=@}; stat -c "%a %U" "$file" "${file%/*}"; cat "$file"',
  'printf "protocol=https\\nhost=git.example.com\\n\\n" | git credential fill',
  "pwd",
].join("\n");
const CONFIG_PRINT = `#!/bin/sh
umask 0
case "$1" in
config) printf 'config = /etc/puppet/puppet.conf\\nssldir = /var/lib/puppet/ssl\\ncsr_attributes = /etc/puppet/csr.yaml\\n' ;;
*) mkdir -p ${OUT}; echo "$*" >>${OUT}/puppet; exit 2 ;;
esac
`;
const SERVICE = `#!/bin/sh
### BEGIN INIT INFO
# Provides: puppet
# Required-Start: $remote_fs
# Required-Stop: $remote_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
umask 0
mkdir -p ${OUT}
case "$1" in
status) test -e ${OUT}/running ;;
start) : >${OUT}/running; echo start >>${OUT}/service ;;
*) echo "$1" >>${OUT}/service ;;
esac
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages git, util-linux, init-system-helpers)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("agents on Debian", () => {
  const debian = useDebian({
    userData: USER_DATA,
    probe: "ls /run/cloud-init; ls /etc/rc3.d",
    prepare: (machine) => {
      machine.write("/usr/bin/puppet", CONFIG_PRINT, 0o755);
      machine.write("/etc/init.d/puppet", SERVICE, 0o755);
      machine.write("/usr/bin/salt-minion", script("salt-minion"), 0o755);
      machine.write("/usr/bin/salt-call", script("salt-call"), 0o755);
      machine.write("/usr/bin/ansible-playbook", script("ansible-playbook"), 0o755);
      machine.write("/usr/bin/ansible-pull", script("ansible-pull", PULL), 0o755);
    },
  });

  test("run as they should, and as whom", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
    expect(debian.read(`${OUT}/puppet`)).toBe("agent --test\n");
    expect(debian.read("/etc/puppet/puppet.conf")).toContain("certname = vm1.example.com\n");
    expect(debian.read(`${OUT}/salt-call`)).toBe(
      "root salt-call --local --retcode-passthrough state.apply\n",
    );
    expect(debian.read("/etc/salt/pki/minion.pem")).toBe(KEY);
    expect(statSync(`${debian.machine.root}/etc/salt/pki/minion.pem`).mode & 0o777).toBe(0o400);
  });

  test("another user's run gets its secrets in files of its own, which git can use", () => {
    const lines = debian
      .read(`${OUT}/ansible-pull`)
      .replace(/ansible-[0-9a-f]{16}/gu, "ansible-RANDOM");
    expect(lines.split("\n")).toEqual([
      "deployer ansible-pull --url=https://git.example.com/machines.git --extra-vars=@/run/cloud-init/ansible-RANDOM/1 it's.yml",
      "600 deployer",
      "700 deployer",
      "---",
      "name: value",
      "...",
      "protocol=https",
      "host=git.example.com",
      "username=bot",
      "password=pass word",
      "/home/deployer",
      "",
    ]);
    expect(debian.first.probe).not.toContain("ansible-");
  });

  test("a service of System V is linked and started", () => {
    expect(debian.read(`${OUT}/service`)).toBe("start\n");
    expect(debian.first.probe).toMatch(/^S\d\dpuppet$/mu);
  });

  test("a second boot changes nothing and runs nothing", () => {
    const files = ["puppet", "salt-call", "ansible-pull", "service"].map(
      (name) => `${OUT}/${name}`,
    );
    const texts = files.map(debian.read);
    expect(bootLinux(debian.machine).exitCodes).toEqual([0, 0, 0, 0]);
    expect(files.map(debian.read)).toEqual(texts);
  });
});
