// Passwords and password logins over first boot, second boot and re-deploy on a simulated AIX.
import { describe, expect, test } from "bun:test";
import { findStanza } from "../../src/distros/aix/stanza-file.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  type MachineOptions,
  messagesAt,
  resultOf,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const OTHER_ID = "0a1b2c3d-0000-4000-8000-000000000002";
const SSHD_CONFIG = "/etc/ssh/sshd_config";
const PASSWD = "/etc/security/passwd";
const CHPASSWD = "command /usr/bin/chpasswd -c (with input)";
const HASH = "{ssha512}06$abcdefgh$0123456789abcdefghijklmnop";

const userData = (chpasswd: string): string =>
  `#cloud-config\nusers:\n  - default\n  - name: alice\n  - name: bob\n  - name: carol\n${chpasswd}`;

const GOOD = userData(`ssh_pwauth: false
chpasswd:
  users:
    - {name: alice, type: text, password: "Grüne-Äpfel:7"}
    - {name: bob, type: RANDOM}
    - {name: carol, password: "${HASH}"}
`);

function machine(text: string, options: MachineOptions = {}): SimulatedAix {
  return createMachine({ drive: buildDrive({ userData: text }), ...options });
}

function stanza(aix: SimulatedAix, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(findStanza(textAt(aix, PASSWD), name) ?? []);
}

/** Changes that have to do with passwords or sshd, since `mark`. */
function changes(aix: SimulatedAix, mark = 0): readonly string[] {
  return machineChanges(aix, mark).filter((line) => /chpasswd|pwdadm|sshd/u.test(line));
}

describe("a deploy that sets passwords", () => {
  test("sets each, makes them expire, and the next boots leave them alone", async () => {
    const aix = machine(GOOD);
    const configBefore = textAt(aix, SSHD_CONFIG);
    expect(await runBoot(aix)).toEqual(CLEAN);
    for (const name of ["alice", "bob"]) {
      expect(stanza(aix, name)["password"]).toStartWith("{ssha256}06$");
    }
    expect(stanza(aix, "carol")["password"]).toBe(HASH);
    for (const name of ["alice", "bob", "carol"]) {
      expect(stanza(aix, name)["flags"]).toBe("ADMCHG");
    }
    const made = /^bob:(\S{20})$/mu.exec(aix.output.console)?.[1];
    expect(made).toBeDefined();
    const told = [
      textAt(aix, "/var/log/cloud-init.log"),
      textAt(aix, `${CLOUD_DIR}/instances/${DRIVE_ID}/ledger.jsonl`),
      aix.output.stdout,
      aix.output.stderr,
      JSON.stringify(aix.commands),
    ].join("\n");
    for (const secret of [made ?? "-", "Äpfel", HASH]) {
      expect(told).not.toContain(secret);
    }
    const config = textAt(aix, SSHD_CONFIG);
    expect(config).toBe(`${configBefore}PasswordAuthentication no\n`);
    expect(changes(aix)).toContain("command /usr/sbin/sshd -t -f /etc/ssh/sshd_config");

    aix.reboot();
    const second = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(changes(aix, second)).toEqual([]);

    aix.media.set("cd0", buildDrive({ userData: GOOD, metaData: { uuid: OTHER_ID } }));
    aix.reboot();
    const third = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    // users_groups locked all three again; sshd_config says what it should.
    expect(stanza(aix, "carol")["password"]).toBe(HASH);
    expect(changes(aix, third).filter((line) => line === CHPASSWD)).toHaveLength(2);
    expect(changes(aix, third).filter((line) => line.includes("sshd"))).toEqual([]);
    expect(textAt(aix, SSHD_CONFIG)).toBe(config);
    expect(/^bob:(\S{20})$/mu.exec(aix.output.console.split("random").at(-1) ?? "")?.[1]).not.toBe(
      made,
    );
    expect(aix.gaps).toEqual([]);
  });

  test("expire: false leaves no flag, though chpasswd ends with 1 as on old levels", async () => {
    const text = userData('chpasswd: {expire: false, list: "alice:Plain-1"}\n');
    const aix = machine(text, { faults: { chpasswdExitCode: 1 } });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(stanza(aix, "alice")["password"]).toStartWith("{ssha256}06$");
    expect(stanza(aix, "alice")["flags"]).toBeUndefined();
    expect(changes(aix)).toEqual([CHPASSWD]);
  });

  test("password is root's, and crypt's eight characters are warned of", async () => {
    const aix = machine("#cloud-config\npassword: Longer-than-8\nchpasswd: {expire: false}\n", {
      level: "7.2",
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(stanza(aix, "root")["password"]).toMatch(/^[./0-9A-Za-z]{13}$/u);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain("looks at the first 8 only");
  });

  test("an empty password is told in plain words", async () => {
    const aix = machine('#cloud-config\npassword: ""\n');
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(resultOf(aix).errors.join("\n")).toContain(
      'Cannot set the password of user "root": it is empty',
    );
  });

  test("bad entries are told without their passwords, and the good one among them is set", async () => {
    const text = userData(`chpasswd:
  users:
    - {name: ghost, type: text, password: Secret-1}
    - {name: alice, password: "$6$salt$Secret2"}
    - {name: "bob\\nroot", type: text, password: Secret-3}
    - {name: bob, type: text, password: "Secret-4\\nroot:Secret-5"}
    - {name: bob, type: text, password: "Secret-6\\0"}
    - {name: carol, type: text, password: Good-One-7}
  list: |
    Secret-8
`);
    const aix = machine(text);
    const rootBefore = stanza(aix, "root");
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 6 });
    expect(stanza(aix, "carol")["password"]).toStartWith("{ssha256}06$");
    expect(stanza(aix, "root")).toEqual(rootBefore);
    const told = JSON.stringify(resultOf(aix)) + textAt(aix, "/var/log/cloud-init.log");
    expect(told).toContain("there is no such user");
    expect(told).toContain("is a format of Linux");
    expect(told).not.toMatch(/Secret-?\d/u);
  });

  test("a chpasswd that repeats its input puts no random password in the log or the ledger", async () => {
    const aix = machine(userData("chpasswd: {users: [{name: bob, type: RANDOM}]}\n"));
    const said: string[] = [];
    const { exec } = aix.system;
    const system: System = {
      ...aix.system,
      exec: {
        ...exec,
        run: async (argv, options) => {
          if (argv[0] !== "/usr/bin/chpasswd") {
            return exec.run(argv, options);
          }
          await options?.verify?.();
          said.push(options?.stdin?.trim().split(":")[1] ?? "");
          const stderr = `bad line: ${options?.stdin ?? ""}`;
          return { exitCode: 1, stdout: "", stderr, timedOut: false, durationMs: 1 };
        },
      },
    };
    expect((await runBoot({ system }))["modules-config"]).toBe(1);
    const [made = ""] = said;
    expect(made).toHaveLength(20);
    const ledger = textAt(aix, `${CLOUD_DIR}/instances/${DRIVE_ID}/ledger.jsonl`);
    expect(ledger).toContain("bad line: bob:***");
    const told = ledger + textAt(aix, "/var/log/cloud-init.log") + JSON.stringify(resultOf(aix));
    expect(told).not.toContain(made);
    expect(aix.output.console).not.toContain(made);
  });

  test("what sshd refuses is put back, and the passwords are set all the same", async () => {
    const aix = machine(GOOD, { faults: { sshdRefusesConfig: true } });
    const before = textAt(aix, SSHD_CONFIG);
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(textAt(aix, SSHD_CONFIG)).toBe(before);
    expect(JSON.stringify(resultOf(aix).errors)).toContain("sshd refuses the configuration");
    expect(stanza(aix, "alice")["password"]).toStartWith("{ssha256}06$");
    expect(changes(aix).filter((line) => /(?:stop|start)src/u.test(line))).toEqual([]);
  });
});
