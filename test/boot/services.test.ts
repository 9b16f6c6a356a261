// Time servers, log hosts, certificates and software of a machine over its first boot, later boots
// and a new deploy.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import { buildDrive, createMachine, messagesAt, textAt } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const CERTIFICATE = readFileSync(
  new URL("../fixtures/certificates/ca1.pem", import.meta.url),
  "utf8",
);
const BUNDLE = "/var/ssl/certs/ca-bundle.crt";
const USER_DATA = `#cloud-config
${JSON.stringify({
  ntp: { servers: ["192.0.2.123"], pools: ["pool.example.com"] },
  rsyslog: { remotes: { central: "192.0.2.50" } },
  ca_certs: { trusted: [CERTIFICATE] },
  packages: ["rsync", "bash", { installp: { source: "/mnt/filesets", filesets: ["bos.own"] } }],
  yum_repos: { own: { baseurl: "https://example.com/aix" } },
  disable_ec2_metadata: true,
})}
`;

/** What the other modules do is theirs to test. */
function own(changes: readonly string[]): readonly string[] {
  return changes
    .filter((line) => /ntp|syslogd?\b|xntpd|ca-bundle|dnf|installp|repos\.d|169\.254/u.test(line))
    .map((line) => line.replace(/ \d+ bytes$/u, ""));
}

describe("services and software on AIX", () => {
  const files = { [BUNDLE]: "# system\n", "/mnt/filesets/.toc": "bos.own\n" };

  test("are set up at the first boot, and a later one changes nothing but the lost route", async () => {
    const aix = createMachine({ drive: buildDrive({ userData: USER_DATA }), files });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    const lines = own(machineChanges(aix));
    expect(lines).toContain("command /usr/bin/refresh -s syslogd");
    expect(lines).toContain("command /opt/freeware/bin/dnf -y install rsync");
    expect(lines).toContain("command /usr/sbin/installp -acgXY -d /mnt/filesets bos.own");
    expect(textAt(aix, "/etc/ntp.conf")).toStartWith(
      "server pool.example.com\nserver 192.0.2.123\n",
    );
    expect(textAt(aix, "/etc/syslog.conf")).toContain("*.debug\t@192.0.2.50\n");
    expect(textAt(aix, BUNDLE)).toContain(CERTIFICATE);
    expect(textAt(aix, "/opt/freeware/etc/yum/repos.d/own.repo")).toContain("[own]\n");

    const state = machineState(aix);
    const mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineChanges(aix, mark)).toEqual([
      "command /usr/sbin/route add -host 169.254.169.254 127.0.0.1 -reject",
    ]);
    expect(machineState(aix)).toEqual(state);
    expect(aix.gaps).toEqual([]);
  });

  test("a new deploy with the same wishes finds them fulfilled", async () => {
    const aix = createMachine({ drive: buildDrive({ userData: USER_DATA }), files });
    await runBoot(aix);
    const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
    aix.media.set("cd0", buildDrive({ userData: USER_DATA, metaData }));
    const mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(own(machineChanges(aix, mark))).toEqual([
      "command /usr/sbin/route add -host 169.254.169.254 127.0.0.1 -reject",
    ]);
  });

  test("what cannot be done is said, and does not stop the next", async () => {
    const userData = `#cloud-config\n${JSON.stringify({
      ntp: { servers: ["a b", "192.0.2.123"] },
      rsyslog: { remotes: { central: "@@192.0.2.50", other: "192.0.2.51" } },
      ca_certs: { trusted: ["nothing"] },
      packages: ["no-such-package", "rsync"],
      power_state: { mode: "sleep" },
    })}\n`;
    const aix = createMachine({ drive: buildDrive({ userData }), files });
    const codes = await runBoot(aix);
    expect(codes.init).toBeGreaterThan(0);
    expect(textAt(aix, "/etc/ntp.conf")).toContain("server 192.0.2.123\n");
    expect(textAt(aix, "/etc/syslog.conf")).toContain("*.debug\t@192.0.2.51\n");
    expect(textAt(aix, "/var/adm/sw/simulated")).toBe("rpm rsync 1.0\n");
    const warnings = messagesAt(aix, "WARNING").join("\n");
    expect(warnings).toContain("no-such-package");
    expect(warnings).toContain("not TCP (@@)");
    expect(aix.machine.shutdown).toBeUndefined();
    expect(aix.gaps).toEqual([]);
  });

  test("a restart that is wanted comes at the end of the boot, once", async () => {
    const userData = "#cloud-config\npower_state: {mode: reboot}\n";
    const aix = createMachine({ drive: buildDrive({ userData }) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.machine.shutdown?.argv).toEqual(["/usr/sbin/shutdown", "-Fr"]);
    const mark = aix.changes.length;
    aix.reboot();
    await runBoot(aix);
    expect(machineChanges(aix, mark).join("\n")).not.toContain("shutdown");
  });
});
