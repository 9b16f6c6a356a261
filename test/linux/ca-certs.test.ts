// Certificates of authorities by Debian's own update-ca-certificates, in a private copy of this machine.
import { describe, expect, test } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux, INSTANCE_ID, META_DATA, SEED_DIR } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = [
  "/usr/sbin/update-ca-certificates",
  "/usr/bin/openssl",
  "/etc/ca-certificates.conf",
];
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const DIRECTORY = "/usr/local/share/ca-certificates";
const [FIRST = "", SECOND = ""] = ["ca1", "ca2"].map((name) =>
  readFileSync(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url), "utf8"),
);

const userData = (settings: unknown): string =>
  `#cloud-config\n${JSON.stringify({ ca_certs: settings })}\n`;

/** What OpenSSL finds in its directory and in its bundle: how many, and whether ours are among them. */
const PROBE = `
grep -c BEGIN ${BUNDLE}
for n in 1 2; do
  test -f ${DIRECTORY}/cloud-init-ca-cert-$n.crt || continue
  openssl verify -no-CAfile -CApath /etc/ssl/certs ${DIRECTORY}/cloud-init-ca-cert-$n.crt
  stat -c '%a %U:%G' ${DIRECTORY}/cloud-init-ca-cert-$n.crt
done
stat -c 'bundle %Y %i' ${BUNDLE}
`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages ca-certificates, openssl)`;
}

const hashOf = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

describe.skipIf(requireOrSkip(findObstacle()))("certificates on Debian", () => {
  const debian = useDebian({
    userData: userData({ trusted: [FIRST, "junk", SECOND] }),
    probe: PROBE,
    hostState: () => hashOf(BUNDLE),
  });

  test("are trusted beside the system's own; what is none is told", () => {
    expect(debian.first.exitCodes).toEqual([0, 1, 0, 0]);
    const systems = (readFileSync(BUNDLE, "utf8").match(/BEGIN/gu) ?? []).length;
    const ok = (n: number): string => `${DIRECTORY}/cloud-init-ca-cert-${n}.crt: OK`;
    expect(debian.first.probe.trim().split("\n").slice(0, 5)).toEqual([
      String(systems + 2),
      ok(1),
      "644 root:root",
      ok(2),
      "644 root:root",
    ]);
    expect(debian.read("/var/log/cloud-init.log")).toContain("there is no certificate in it");
  });

  test("are left alone at the second boot", () => {
    const again = bootLinux(debian.machine, PROBE);
    expect(again.probe).toBe(debian.first.probe);
  });

  test("alone are trusted at a new deploy that removes the defaults", () => {
    const metaData = META_DATA.replace(INSTANCE_ID, "0a1b2c3d-0000-4000-8000-000000000002");
    debian.machine.write(`${SEED_DIR}/meta_data.json`, metaData);
    const settings = { trusted: SECOND, remove_defaults: true };
    debian.machine.write(`${SEED_DIR}/user_data`, userData(settings));
    const boot = bootLinux(debian.machine, PROBE);
    expect(boot.exitCodes).toEqual([0, 0, 0, 0]);
    const blocks = debian.read(BUNDLE).match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/gu) ?? [];
    const prints = blocks.map((block) => new X509Certificate(block).fingerprint256);
    expect(prints).toContain(new X509Certificate(SECOND).fingerprint256);
    expect(prints).not.toContain(new X509Certificate(FIRST).fingerprint256);
    // What an administrator has put beside ours is not a default.
    const locals = readdirSync(DIRECTORY).filter((name) => name.endsWith(".crt"));
    expect(prints).toHaveLength(locals.length + 1);
    expect(existsSync(`${debian.machine.root}${DIRECTORY}/cloud-init-ca-cert-2.crt`)).toBe(false);
  });
});
