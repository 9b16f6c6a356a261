// Debian's own update-ca-certificates, ip and dpkg database, in a private copy of this machine.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = ["/usr/sbin/update-ca-certificates", "/usr/bin/apt-get", "/usr/bin/openssl"];
const CERTIFICATES = ["ca1", "ca2"].map((name) =>
  readFileSync(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url), "utf8"),
);
const USER_DATA = `#cloud-config
${JSON.stringify({
  ca_certs: { trusted: [CERTIFICATES.join("")] },
  rsyslog: { remotes: { central: "192.0.2.50" } },
  ntp: {
    servers: ["192.0.2.123"],
    config: { confpath: "/etc/own-ntp.conf", check_exe: "/bin/sh" },
    ntp_client: "ntp",
  },
  packages: ["bash", "coreutils"],
  disable_ec2_metadata: true,
})}
`;
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const PROBE = `openssl crl2pkcs7 -nocrl -certfile ${BUNDLE} | openssl pkcs7 -print_certs -noout | grep -c 'subject.*Example CA'
ip route show type prohibit
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages ca-certificates, apt, openssl)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("services and software on Debian", () => {
  const debian = useDebian({
    userData: USER_DATA,
    probe: PROBE,
  });

  test("are set up with the real tools", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
    expect(debian.first.probe.split("\n").map((line) => line.trim())).toEqual([
      "2",
      "prohibit 169.254.169.254",
      "",
    ]);
    expect(debian.read("/etc/rsyslog.d/20-cloud-config.conf")).toContain(
      "*.* @192.0.2.50 # central\n",
    );
    expect(debian.read("/etc/own-ntp.conf")).toBe("server 192.0.2.123 iburst\n");
  });

  test("are left alone at the second boot", () => {
    const bundle = debian.read(BUNDLE);
    const again = bootLinux(debian.machine, PROBE);
    expect(again.exitCodes).toEqual([0, 0, 0, 0]);
    expect(again.probe).toBe(debian.first.probe);
    expect(debian.read(BUNDLE)).toBe(bundle);
  });
});
