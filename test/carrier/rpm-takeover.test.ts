// The package in place of IBM's, and after itself: what administrator and machine have stays, whatever
// happens on the way.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { buildRpm } from "../../scripts/rpm/build-rpm.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type Answer, namespaceObstacle, PROGRAM, SMALL_RUNTIME } from "./namespace.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The package, with a runtime of its own for each that is asked for. */
const pack = (runtime: string, release?: string): Uint8Array =>
  buildRpm({ runtime: encode(runtime), program: encode(PROGRAM), form: "ustar" }, release).bytes;
/** What of IBM's package matters here: its configuration, and that it empties the state when it goes. */
const OLD_SPEC = `Name: cloud-init
Version: 0.7.5
Release: 1
Summary: Stands for IBM's package
License: none
BuildArch: noarch
%description
Stands for IBM's package.
%install
mkdir -p %{buildroot}/opt/freeware/etc/cloud %{buildroot}/opt/freeware/var/lib/cloud
echo old > %{buildroot}/opt/freeware/etc/cloud/cloud.cfg
%preun
if [ "$1" = 0 ]; then rm -rf /opt/freeware/var/lib/cloud/*; fi
%files
%config /opt/freeware/etc/cloud/cloud.cfg
%dir /opt/freeware/var/lib/cloud
`;
/** A deployed machine with IBM's package on it: `$1` is the size of /opt. */
const DEPLOYED = `
deployed() {
  mount -t tmpfs -o mode=755,size=$1 none /opt
  mount -t tmpfs none /var/tmp
  mkdir -p /var/tmp/db
  rpm -i --nodeps --dbpath /var/tmp/db "$D"/old/RPMS/noarch/*.rpm
  cd /opt/freeware/var/lib/cloud
  mkdir -p scripts/per-boot instances/i-1/sem data/empty; chmod 700 data
  echo mine > scripts/per-boot/admin.sh; chmod 755 scripts/per-boot/admin.sh
  ln -s /opt/freeware/var/lib/cloud/instances/i-1 instance; ln -s nowhere dangling
  : > instances/i-1/sem/config_ssh; echo "a b" > "instances/i-1/ user's \\\\n data"
  chown 1234:55 instances/i-1/sem/config_ssh
  cd /; echo edited >> /opt/freeware/etc/cloud/cloud.cfg; chmod 600 /opt/freeware/etc/cloud/cloud.cfg
  mkdir /opt/freeware/etc/cloud/cloud.cfg.d; echo "x: 1" > /opt/freeware/etc/cloud/cloud.cfg.d/90_mine.cfg
}
take() { rpm --nodeps --ignoreos --ignorearch --dbpath /var/tmp/db "$@"; }
state() {
  (cd /opt/freeware/var/lib/cloud; find . ! -type l -printf '%p %y %m %U:%G\\n'; find . -type l -printf '%p %l\\n'
   find . -type f -exec cksum {} \\;) | sort
}
packages() { rpm --dbpath /var/tmp/db -qa --qf '%{NAME}-%{RELEASE}\\n'; }
`;

function findObstacle(): string | undefined {
  const { error } = spawnSync("rpmbuild", ["--version"]);
  return error === undefined ? namespaceObstacle() : "there is no rpmbuild (Debian package rpm)";
}

describe.skipIf(requireOrSkip(findObstacle()))("the package for AIX", () => {
  let dir: string;
  /** Runs a script in which \`$F\` is the package, \`$NEXT\` one that is newer, \`$BAD\` one whose runtime does not run. */
  const run = (script: string, shell = "sh"): Answer => {
    const text = `set -e\n${DEPLOYED}\n${script}`;
    const { status, stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", text], {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        D: dir,
        F: join(dir, "first.rpm"),
        NEXT: join(dir, "next.rpm"),
        BAD: join(dir, "bad.rpm"),
        SHELL_UNDER_TEST: shell,
      },
    });
    return { exitCode: status ?? -1, stdout, stderr };
  };
  const shells = ["dash", "ksh93", "mksh", "bash"].filter((name) => Bun.which(name) !== null);

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "cloud-init-rpm-takeover-"));
    writeFileSync(join(dir, "old.spec"), OLD_SPEC);
    spawnSync("rpmbuild", ["-bb", "--define", `_topdir ${dir}/old`, join(dir, "old.spec")]);
    writeFileSync(join(dir, "first.rpm"), pack(SMALL_RUNTIME));
    writeFileSync(join(dir, "next.rpm"), pack(`${SMALL_RUNTIME}# newer\n`, "2"));
    writeFileSync(join(dir, "bad.rpm"), pack("#!/bin/sh\nexit 3\n", "3"));
  }, 60_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("put in IBM's package's place, keeps state and configuration that its removal takes away", () => {
    const { exitCode, stdout, stderr } = run(`
      deployed 64m; state > /var/tmp/before
      take -U "$F" > /var/tmp/out; grep -c '"args":..install' /var/tmp/out
      packages; state | diff /var/tmp/before -
      cd /opt/freeware; cat etc/cloud/cloud.cfg etc/cloud/cloud.cfg.d/90_mine.cfg; stat -c %a etc/cloud/cloud.cfg
      ls var/lib etc etc/cloud/cloud.cfg.d`);
    expect(`${exitCode}\n${stdout}`).toBe(
      "0\n1\ncloud-init-aix-1\nold\nedited\nx: 1\n600\netc:\ncloud\n\netc/cloud/cloud.cfg.d:\n05_logging.cfg\n90_mine.cfg\n\nvar/lib:\ncloud\n",
    );
    expect(stderr).not.toContain("cloud-init-aix:");
  }, 60_000);

  test("refuses to come where there is no room for the copy, and loses nothing at the next try", () => {
    const { exitCode, stdout, stderr } = run(`
      deployed 8m; head -c 6000000 /dev/urandom > /opt/freeware/var/lib/cloud/instances/i-1/big
      state > /var/tmp/before
      ! take -U "$F"
      packages; state | diff /var/tmp/before -; ls -A /opt/freeware/etc /opt/freeware/var/lib
      mount -o remount,size=64m /opt
      take -U "$F" > /var/tmp/out
      packages; state | diff /var/tmp/before -; ls -A /opt/freeware/etc /opt/freeware/var/lib`);
    const alone = "/opt/freeware/etc:\ncloud\n\n/opt/freeware/var/lib:\ncloud\n";
    expect(`${exitCode}\n${stdout}`).toBe(`0\ncloud-init-1\n${alone}cloud-init-aix-1\n${alone}`);
    expect(stderr).toContain(
      "cloud-init-aix: cannot copy /opt/freeware/var/lib/cloud to /opt/freeware/var/lib/cloud.before-cloud-init-aix, nothing was changed: make room",
    );
  }, 60_000);

  for (const shell of shells) {
    test(`takes what is there now, not what a try that was cut off had copied (${shell})`, () => {
      const { exitCode, stdout, stderr } = run(
        `
        deployed 64m; rpm -qp --qf '%{PREIN}' "$F" > /var/tmp/pre
        $SHELL_UNDER_TEST /var/tmp/pre 1
        mkdir /opt/freeware/var/lib/cloud.before-cloud-init-aix.new
        cd /opt/freeware/etc/cloud; echo november > cloud.cfg; rm cloud.cfg.d/90_mine.cfg; cd /
        $SHELL_UNDER_TEST /var/tmp/pre 1
        state > /var/tmp/before; take -U "$F" > /var/tmp/out; state | diff /var/tmp/before -
        cd /opt/freeware; cat etc/cloud/cloud.cfg; ls -A etc etc/cloud/cloud.cfg.d var/lib
        cat etc/cloud.before-cloud-init-aix.1/cloud.cfg.d/90_mine.cfg`,
        shell,
      );
      expect(`${exitCode}\n${stdout}`).toBe(
        "0\nnovember\netc:\ncloud\ncloud.before-cloud-init-aix.1\n\netc/cloud/cloud.cfg.d:\n05_logging.cfg\n\nvar/lib:\ncloud\nx: 1\n",
      );
      expect(stderr).toContain(
        "cloud-init-aix: a copy of an earlier try stays in /opt/freeware/etc/cloud.before-cloud-init-aix.1\n",
      );
    }, 60_000);

    test(`puts back what a try that was cut off in the end had copied, but nothing over what is newer (${shell})`, () => {
      const { exitCode, stdout, stderr } = run(
        `
        deployed 64m; state > /var/tmp/before
        rpm -qp --qf '%{POSTTRANS}' "$F" | sed 's#^/opt/freeware/bin/cloud-init install#:#' > /var/tmp/posttrans
        take -U --noposttrans "$F"
        ls -A /opt/freeware/var/lib; mkdir -p /opt/freeware/var/lib/cloud/scripts
        echo december > /opt/freeware/etc/cloud/cloud.cfg
        $SHELL_UNDER_TEST /var/tmp/posttrans
        state | diff /var/tmp/before - || :
        cd /opt/freeware; cat etc/cloud/cloud.cfg; ls -A etc var/lib; ls -A etc/*.1; cat etc/*.1/cloud.cfg`,
        shell,
      );
      expect(`${exitCode}\n${stdout}`).toBe(
        "0\ncloud.before-cloud-init-aix\ndecember\netc:\ncloud\ncloud.before-cloud-init-aix.1\n\nvar/lib:\ncloud\ncloud.cfg\nold\nedited\n",
      );
      expect(stderr).toContain(
        "cloud-init-aix: /opt/freeware/etc/cloud has newer files: the older ones stay in /opt/freeware/etc/cloud.before-cloud-init-aix.1\n",
      );
    }, 60_000);
  }

  test("after itself, keeps what was edited and the state, and leaves only the new runtime", () => {
    const { exitCode, stdout, stderr } = run(`
      deployed 64m; take -U "$F" > /var/tmp/out
      echo later >> /opt/freeware/etc/cloud/cloud.cfg; state > /var/tmp/before
      take -U "$NEXT" > /var/tmp/out
      packages; state | diff /var/tmp/before -
      cd /opt/freeware; cat etc/cloud/cloud.cfg; ls -A etc var/lib; tail -n 1 libexec/cloud-init/*/node`);
    expect(`${exitCode}\n${stdout}`).toBe(
      "0\ncloud-init-aix-2\nold\nedited\nlater\netc:\ncloud\n\nvar/lib:\ncloud\n# newer\n",
    );
    expect(stderr).not.toContain("cloud-init-aix:");
  }, 60_000);

  test("goes with all that is its own, and leaves what is the administrator's", () => {
    const erase = `take -i "$F" > /var/tmp/out
      rpm --nodeps --dbpath /var/tmp/db -e cloud-init-aix > /var/tmp/out
      (cd /opt/freeware; find . ! -path './var*' | sort)`;
    const { exitCode, stdout } = run(`
      mount -t tmpfs -o mode=755 none /opt; mount -t tmpfs none /var/tmp; mkdir /var/tmp/db
      ${erase}
      mkdir -p /opt/freeware/etc/cloud/cloud.cfg.d; : > /opt/freeware/etc/cloud/cloud.cfg.d/90_mine.cfg
      ${erase}`);
    const frame = ".\n./bin\n./etc\n";
    expect(`${exitCode}\n${stdout}`).toBe(
      `0\n${frame}./libexec\n${frame}./etc/cloud\n./etc/cloud/cloud.cfg.d\n./etc/cloud/cloud.cfg.d/90_mine.cfg\n./libexec\n`,
    );
  }, 60_000);

  test("says so where its program does not install itself, and goes all the same", () => {
    const { exitCode, stdout, stderr } = run(`
      deployed 64m; take -U "$BAD"; packages; ls /opt/freeware/etc
      rpm --nodeps --dbpath /var/tmp/db -e cloud-init-aix; packages`);
    expect(`${exitCode}\n${stdout}`).toBe("0\ncloud-init-aix-3\ncloud\n");
    expect(stderr).toContain(
      'cloud-init-aix: "/opt/freeware/bin/cloud-init install" ended with 3: there are no boot scripts.',
    );
    expect(stderr).toMatch(/warning: %posttrans\(cloud-init-aix-\S+ scriptlet failed/u);
    expect(stderr).toContain('cloud-init uninstall --force" ended with 3: of what it installed');
  }, 60_000);

  for (const shell of shells) {
    test(`takes away its own links alone where its program cannot (${shell})`, () => {
      const { exitCode, stdout } = run(
        `
        links=$D/links-$SHELL_UNDER_TEST; mkdir "$links"; cd "$links"
        for name in S01cloud-init-local S02cloud-init S04cloud-final; do
          ln -s /etc/rc.d/init.d/$(expr $name : 'S0.\\(.*\\)') $name
        done
        ln -s /elsewhere S03cloud-config; ln -s /x S02cloud-mine; echo file > S04cloud-own
        rpm -qp --qf '%{PREUN}' "$F" |
          sed -e "s#/etc/rc.d/rc2.d/S#$links/S#" -e 's#/opt/freeware/bin/cloud-init uninstall#false &#' > preun
        $SHELL_UNDER_TEST preun 1; ls; $SHELL_UNDER_TEST preun 0; ls`,
        shell,
      );
      const others = "S02cloud-mine\nS03cloud-config\n";
      expect(`${exitCode}\n${stdout}`).toBe(
        `0\nS01cloud-init-local\nS02cloud-init\n${others}S04cloud-final\nS04cloud-own\npreun\n${others}S04cloud-own\npreun\n`,
      );
    });
  }
});
