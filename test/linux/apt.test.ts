// apt's and chef's files by Debian's own apt, in a private copy of this machine without a network.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { type LinuxBoot } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = ["/usr/bin/apt-get", "/usr/bin/apt-config", "/usr/bin/debconf-set-selections"];
const RELEASE =
  /^VERSION_CODENAME=(.*)$/mu.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
const KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----";
const CLIENT = "/usr/bin/chef-client";

const SETTINGS = {
  apt: {
    sources_list:
      "Types: deb\nURIs: https://mirror.example.com/debian\nSuites: $RELEASE $RELEASE-updates\nComponents: main\n",
    disable_suites: ["updates"],
    http_proxy: "http://u:secret@proxy.example.com:3128/",
    conf: 'APT::Install-Recommends "false";\n',
    sources: {
      tools: {
        source: "deb [signed-by=$KEY_FILE] https://p.example.com/debian $RELEASE main",
        key: KEY,
      },
      more: { source: "Types: deb\nURIs: https://q.example.com/\nSuites: ./" },
    },
    debconf_selections: { x: "cloud-init-test cloud-init-test/answer string forty-two" },
  },
  write_files: [
    {
      path: CLIENT,
      permissions: "0755",
      // In the background it gets a key from its server after a while.
      content:
        '#!/bin/sh\necho "$@" >/run/t/chef\n(sleep 2; echo key >/etc/chef/client.pem) >/dev/null 2>&1 &\n',
    },
  ],
  chef: {
    server_url: "https://chef.example.com",
    validation_name: "validator",
    validation_cert: "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    run_list: ["recipe[base]"],
    exec: true,
    delete_validation_post_exec: true,
  },
};

/** What apt itself reads, and an ordinary user's apt. */
const PROBE = `
apt-get --print-uris update | sort -u
echo == proxy
apt-config dump Acquire::http::Proxy
apt-config dump APT::Install-Recommends
echo == user
setpriv --reuid=65534 --clear-groups apt-cache policy apt >/dev/null 2>&1; echo $?
echo == debconf
echo get cloud-init-test/answer | debconf-communicate cloud-init-test 2>/dev/null
echo == chef
cat /run/t/chef
stat -c '%a' /etc/chef/client.rb /etc/chef/firstboot.json
ls /etc/chef
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined ? findSandboxObstacle() : `there is no "${missing}"`;
}

const part = (boot: LinuxBoot, name: string): readonly string[] =>
  (boot.probe.split(/^== /mu).find((text) => text.startsWith(`${name}\n`)) ?? "")
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");

describe.skipIf(requireOrSkip(findObstacle()))("apt and chef on Debian", () => {
  const debian = useDebian({
    userData: `#cloud-config\n${JSON.stringify(SETTINGS)}\n`,
    probe: PROBE,
  });

  test("the boot has no errors", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
  });

  test("apt reads the sources in both formats, without the suite that is disabled", () => {
    const uris = debian.first.probe.split("== proxy")[0] ?? "";
    expect(uris).toContain(`https://mirror.example.com/debian/dists/${RELEASE}/InRelease`);
    expect(uris).not.toContain(`${RELEASE}-updates`);
    expect(uris).toContain(`https://p.example.com/debian/dists/${RELEASE}/InRelease`);
    expect(uris).toContain("https://q.example.com/");
  });

  test("apt has the proxy with its password, which other users cannot read", () => {
    expect(part(debian.first, "proxy")).toEqual([
      'Acquire::http::Proxy "http://u:secret@proxy.example.com:3128/";',
      'APT::Install-Recommends "false";',
    ]);
    expect(part(debian.first, "user")).toEqual(["0"]);
    const path = `${debian.machine.root}/etc/apt/apt.conf.d/90cloud-init-aptproxy`;
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${debian.machine.root}/var/log/cloud-init.log`, "utf8")).not.toContain(
      "secret@",
    );
  });

  test("debconf has the answer", () => {
    expect(part(debian.first, "debconf")).toEqual(["0 forty-two"]);
  });

  test("chef-client runs with its files, and the validation key is gone", () => {
    expect(part(debian.first, "chef")).toEqual([
      "-d -i 1800 -s 20",
      "644",
      "600",
      "client.pem",
      "client.rb",
      "firstboot.json",
    ]);
  });
});
