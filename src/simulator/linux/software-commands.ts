import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { done, failed, type LinuxCommand } from "./command.ts";
import { imageCommands, imageFiles } from "./image-commands.ts";
import { addUnit, enableUnit } from "./systemctl.ts";

const DPKG_STATUS = "/var/lib/dpkg/status";
/** Of this simulator: "NAME VERSION" a line. */
const RPM_LIST = "/var/lib/rpm/simulated";
const VERSION = "1.0";

/** apt-get(8), dnf(8), rpm(8) and `puppet config print`; whose repositories have everything but what begins with "no-such". */
export function softwareCommands(): readonly LinuxCommand[] {
  return [aptGet, dnf, rpm, puppet, ...imageCommands()];
}

/** The package manager of this distribution; the other one is not there. */
export function softwareFiles(distro: string): Readonly<Record<string, string>> {
  return distro === "debian" || distro === "ubuntu"
    ? { "/usr/bin/apt-get": "", [DPKG_STATUS]: "", ...imageFiles(distro) }
    : { "/usr/bin/dnf": "", "/usr/bin/rpm": "", ...imageFiles(distro) };
}

const aptGet: LinuxCommand = {
  path: "/usr/bin/apt-get",
  isChange: () => true,
  run({ fs }, args) {
    const [verb = "", ...names] = args.filter((arg) => !arg.startsWith("--"));
    if (verb === "update" || verb === "dist-upgrade") {
      return done("Reading package lists...\n");
    }
    if (verb !== "install" || names.length === 0) {
      return failed(100, `E: Invalid operation ${verb}`);
    }
    const unknown = names.find((name) => name.startsWith("no-such"));
    if (unknown !== undefined) {
      return failed(100, `E: Unable to locate package ${unknown}`);
    }
    for (const wanted of names) {
      const [name = "", version = VERSION] = wanted.split("=");
      fs.append(
        DPKG_STATUS,
        `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n\n`,
      );
      installFiles(fs, name, "/usr/bin");
      for (const unit of unitsOf(name)) {
        enableUnit(fs, unit);
      }
    }
    return done(`${names.length} newly installed\n`);
  },
};

const dnf: LinuxCommand = {
  path: "/usr/bin/dnf",
  isChange: () => true,
  run({ fs }, args) {
    const [verb = "", ...names] = args.filter((arg) => arg !== "-y");
    if (verb === "makecache" || verb === "upgrade") {
      return done("Complete!\n");
    }
    if (verb !== "install" || names.length === 0) {
      return failed(1, `No such command: ${verb}`);
    }
    const unknown = names.find((name) => name.startsWith("no-such"));
    if (unknown !== undefined) {
      return failed(1, `Error: Unable to find a match: ${unknown}`);
    }
    for (const wanted of names) {
      // "puppet-agent-8.1": the version begins at the last "-" before a digit.
      const [, name = wanted, version = VERSION] = /^(.+?)-(\d.*)$/u.exec(wanted) ?? [];
      fs.append(RPM_LIST, `${name} ${version}\n`);
      installFiles(fs, name, name === "puppet-agent" ? "/opt/puppetlabs/bin" : "/usr/bin");
    }
    return done("Complete!\n");
  },
};

const rpm: LinuxCommand = {
  path: "/usr/bin/rpm",
  isChange: (args) => args[0] !== "-q",
  run({ fs }, [flag, wanted = ""]) {
    if (flag !== "-q") {
      return failed(1, "rpm: only -q NAME is simulated");
    }
    const list = (readTextIfExists(fs, RPM_LIST) ?? "").split("\n");
    const found = list.find((line) => {
      const [name = "", version = ""] = line.split(" ");
      return name === wanted || `${name}-${version}` === wanted;
    });
    return found === undefined
      ? { ...done(`package ${wanted} is not installed\n`), exitCode: 1 }
      : done(`${found.replace(" ", "-")}.x86_64\n`);
  },
};

/** The one that Debian packages. */
const puppet: LinuxCommand = {
  path: "/usr/bin/puppet",
  isChange: (args) => args[0] !== "config" || args[1] !== "print",
  run(_ctx, args) {
    const known: Readonly<Record<string, string>> = {
      config: "/etc/puppet/puppet.conf",
      ssldir: "/var/lib/puppet/ssl",
      csr_attributes: "/etc/puppet/csr_attributes.yaml",
    };
    const lines = args.slice(2).map((name) => `${name} = ${known[name] ?? ""}\n`);
    return done(lines.join(""));
  },
};

/** Package → programs. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "ansible-core": ["ansible-galaxy", "ansible-playbook", "ansible-pull"],
  chef: ["chef-client"],
  git: ["git"],
  mcollective: ["mcollectived"],
  "puppet-agent": ["puppet"],
  "python3-pip": ["pip3"],
  "salt-minion": ["salt-call", "salt-minion"],
};
const UNITS: Readonly<Record<string, string>> = {
  mcollective: "mcollective.service",
  "puppet-agent": "puppet.service",
  "salt-minion": "salt-minion.service",
};

function unitsOf(name: string): readonly string[] {
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  return unit === undefined ? [] : [unit];
}

function installFiles(fs: FileSystem, name: string, directory: string): void {
  const programs = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  for (const program of programs ?? []) {
    fs.write(`${directory}/${program}`, "", { mode: 0o755 });
  }
  for (const unit of unitsOf(name)) {
    addUnit(fs, unit);
  }
}
