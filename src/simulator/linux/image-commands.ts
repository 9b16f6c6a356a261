import { Buffer } from "node:buffer";
import { readTextIfExists } from "../../system/files.ts";
import { done, failed, type LinuxCommand } from "./command.ts";

const ROUTES = "/run/simulated-rejected-hosts";
const ANCHORS = "/etc/pki/ca-trust/source/anchors";
const BUNDLE = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem";
const ANSWERS = "/var/cache/debconf/config.dat";

/** route(8) for hosts that are rejected, update-ca-trust(8), debconf-set-selections(1): what images of one family have, and of another have not. */
export function imageCommands(): readonly LinuxCommand[] {
  return [route, updateCaTrust, debconfSetSelections];
}

/** Where those are on an image of this distribution, and the sources of its apt. */
export function imageFiles(distro: string): Readonly<Record<string, string>> {
  const codename = Object.hasOwn(CODENAMES, distro) ? CODENAMES[distro] : undefined;
  return {
    [route.path]: "",
    ...(codename === undefined
      ? { [updateCaTrust.path]: "" }
      : {
          [debconfSetSelections.path]: "",
          [`/etc/apt/sources.list.d/${distro}.sources`]: aptSources(distro, codename),
        }),
  };
}

const CODENAMES: Readonly<Record<string, string>> = { debian: "bookworm", ubuntu: "noble" };

function aptSources(distro: string, codename: string): string {
  const entry = (path: string, suites: string): string =>
    `Types: deb\nURIs: http://archive.example.com/${path}\nSuites: ${suites}\nComponents: main\n`;
  const security = distro === "debian" ? "debian-security" : distro;
  return `${entry(distro, `${codename} ${codename}-updates`)}\n${entry(security, `${codename}-security`)}`;
}

const route: LinuxCommand = {
  path: "/usr/sbin/route",
  isChange: (args) => args.length > 0,
  run({ fs }, args) {
    const [verb, kind, address = "", reject] = args;
    if (verb !== "add" || kind !== "-host" || reject !== "reject" || args.length !== 4) {
      return failed(4, "Usage: route [-v] [-FC] {add|del|flush} ...");
    }
    const routes = readTextIfExists(fs, ROUTES) ?? "";
    if (routes.split("\n").includes(address)) {
      return failed(7, "SIOCADDRT: File exists");
    }
    fs.append(ROUTES, `${address}\n`);
    return done();
  },
};

/** The anchors alone: what the package brings is not looked at. */
const updateCaTrust: LinuxCommand = {
  path: "/usr/bin/update-ca-trust",
  isChange: () => true,
  run({ fs }, args) {
    if (args.length > 1 || (args[0] ?? "extract") !== "extract") {
      return failed(1, `Error: Unknown command: ${args.join(" ")}`);
    }
    const names = fs.stat(ANCHORS)?.kind === "directory" ? fs.list(ANCHORS) : [];
    const texts = names.map((name) => Buffer.from(fs.readBytes(`${ANCHORS}/${name}`)).toString());
    fs.write(BUNDLE, texts.join(""), { mode: 0o444 });
    return done();
  },
};

const debconfSetSelections: LinuxCommand = {
  path: "/usr/bin/debconf-set-selections",
  isChange: () => true,
  run({ fs, stdin }) {
    const lines = stdin.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const wrong = lines.findIndex((line) => !/^\S+\s+\S+\s+\S+/u.test(line));
    if (wrong !== -1) {
      return failed(1, `error: Cannot parse line ${wrong + 1}: '${lines[wrong] ?? ""}'`);
    }
    fs.append(ANSWERS, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return done();
  },
};
