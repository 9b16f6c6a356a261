// The same boots by Debian's cloud-init and by the built program, each in a private copy of this
// machine: what the modules make of the machine has to be the same, but for the differences that the
// samples name.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import {
  createLinuxSandbox,
  findSandboxObstacle,
  type LinuxSandbox,
} from "../../scripts/linux-sandbox.ts";
import { bootLinux, hostFingerprint, SEED_DIR } from "../support/linux-machine.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { MODULE_SAMPLES, type ModuleSample } from "./module-samples.ts";

const PEER = "/usr/bin/cloud-init";

/** Modules that both have and that touch no service of the distribution. */
const CONFIG = `datasource_list: [ConfigDrive]
network: {config: disabled}
disable_root: true
ssh_deletekeys: false
ssh_genkeytypes: []
cloud_init_modules: [bootcmd, write-files, set_hostname, update_hostname, users-groups, ssh]
cloud_config_modules: [runcmd]
cloud_final_modules: [write-files-deferred, scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user]
system_info:
  distro: debian
  default_user: {name: admin, lock_passwd: true, gecos: Admin, shell: /bin/sh}
`;

/** Names that only one of the two keeps, for work that the other does too. */
const OWN_SEMAPHORES = /config_(?:network|injected_files)$/u;

function findObstacle(): string | undefined {
  return existsSync(PEER)
    ? findSandboxObstacle()
    : `there is no "${PEER}" to compare with (Debian package cloud-init)`;
}

/** What a machine is after the first and after the second boot of a sample. */
interface Outcome {
  readonly first: readonly string[];
  readonly second: readonly string[];
}

describe.skipIf(requireOrSkip(findObstacle()))("modules in cloud-init and in ours", () => {
  const sandboxes: LinuxSandbox[] = [];
  const outcomes = { peer: new Map<string, Outcome>(), ours: new Map<string, Outcome>() };
  let before = "";

  beforeAll(async () => {
    before = hostFingerprint();
    for (const who of ["peer", "ours"] as const) {
      const sandbox = await createLinuxSandbox({
        without: ["/etc/cloud/cloud.cfg.d", "/etc/cloud/cloud-init.disabled", "/var/lib/cloud"],
        programs: who === "ours" ? { [PEER]: builtArtefacts().binary } : {},
      });
      sandboxes.push(sandbox);
      sandbox.write("/etc/cloud/cloud.cfg", CONFIG);
      sandbox.write("/etc/hostname", "golden\n");
      for (const [index, [name, sample]] of Object.entries(MODULE_SAMPLES).entries()) {
        outcomes[who].set(name, runSample(sandbox, `i-${index}`, sample));
      }
    }
  }, 300_000);

  afterAll(() => {
    for (const sandbox of sandboxes) {
      sandbox.close();
    }
    expect(hostFingerprint()).toBe(before);
  });

  for (const [name, sample] of Object.entries(MODULE_SAMPLES)) {
    const reason = sample.differs === undefined ? "" : ` (differs: ${sample.differs.reason})`;
    test(`${name}${reason}`, () => {
      const peer = outcomes.peer.get(name);
      const ours = outcomes.ours.get(name);
      for (const boot of ["first", "second"] as const) {
        const [wanted = [], actual = []] = [peer?.[boot], ours?.[boot]];
        expect(wanted.length).toBeGreaterThan(4);
        const differing = wanted.filter((line) => !actual.includes(line));
        const own = actual.filter((line) => !wanted.includes(line));
        const { peer: peerOnly = [], ours: oursOnly = [] } = sample.differs?.[boot] ?? {};
        expect({ boot, differing, own }).toEqual({
          boot,
          differing: [...peerOnly],
          own: [...oursOnly],
        });
      }
    });
  }
});

function runSample(sandbox: LinuxSandbox, id: string, sample: ModuleSample): Outcome {
  sandbox.write(`${SEED_DIR}/meta_data.json`, JSON.stringify({ uuid: id, ...sample.metaData }));
  sandbox.write(`${SEED_DIR}/user_data`, sample.userData);
  const run = (): readonly string[] => {
    const { exitCodes, probe } = bootLinux(sandbox, PROBE + (sample.probe ?? ""));
    const lines = probe.split("\n").filter((line) => line !== "" && !OWN_SEMAPHORES.test(line));
    return [`exit codes ${exitCodes.join(" ")}`, ...lines];
  };
  return { first: run(), second: run() };
}

const PROBE = `echo "kernel $(hostname)"
echo "file $(cat /etc/hostname)"
cd /var/lib/cloud/instance/sem && for name in *; do echo "semaphore $name"; done
cd /
python3 -c '
import json
status = json.load(open("/run/cloud-init/status.json"))["v1"]
for stage in ("init-local", "init", "modules-config", "modules-final"):
    print("errors of", stage, len(status[stage]["errors"]))
'
`;
