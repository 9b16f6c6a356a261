// The same seeds for Debian's cloud-init and for the built program, each in a private copy of this
// machine: what both make of them has to be the same, but for the differences that the samples name.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  createLinuxSandbox,
  findSandboxObstacle,
  type LinuxSandbox,
} from "../../scripts/linux-sandbox.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type Aspect, PEER_SAMPLES, type PeerSample } from "./userdata-samples.ts";

const PEER = "/usr/bin/cloud-init";
const OURS = "/usr/local/bin/our-cloud-init";
const TIMEOUT_MS = 300_000;

/** Stages whose modules do nothing to the machine but run what user-data brings. */
const CONFIG = `datasource_list: [ConfigDrive]
datasource: {ConfigDrive: {dsmode: local}}
network: {config: disabled}
users: []
cloud_init_modules: []
cloud_config_modules: []
cloud_final_modules: [runcmd, scripts-vendor, scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user]
system_info: {distro: debian}
`;

const ASPECTS: readonly Aspect[] = [
  "config",
  "vendorConfig",
  "scripts",
  "boothooks",
  "handlers",
  "frequencies",
  "modes",
  "ran",
  "exitCodes",
];

type Outcome = Readonly<Record<Aspect, unknown>>;
type Outcomes = Readonly<Record<string, Outcome>>;

function findObstacle(): string | undefined {
  return existsSync(PEER)
    ? findSandboxObstacle()
    : `there is no "${PEER}" to compare with (Debian package cloud-init)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("user-data in cloud-init and in ours", () => {
  const sandboxes: LinuxSandbox[] = [];
  let peer: Outcomes = {};
  let ours: Outcomes = {};

  beforeAll(async () => {
    const run = async (program: string): Promise<Outcomes> => {
      const sandbox = await createLinuxSandbox({
        without: ["/etc/cloud/cloud.cfg.d", "/var/lib/cloud"],
        programs: { [OURS]: builtArtefacts().binary },
      });
      sandboxes.push(sandbox);
      return runSamples(sandbox, program);
    };
    [peer, ours] = await Promise.all([run(PEER), run(OURS)]);
  }, TIMEOUT_MS);

  afterAll(() => sandboxes.forEach((sandbox) => sandbox.close()));

  for (const [name, sample] of Object.entries(PEER_SAMPLES)) {
    const wanted = sample.differs;
    const title = wanted === undefined ? name : `${name} (differs: ${wanted.reason})`;
    test(title, () => {
      const ourOutcome = ours[name];
      const peerOutcome = peer[name];
      const aspects = wanted?.aspects ?? [];
      expect(without(ourOutcome, aspects)).toEqual(without(peerOutcome, aspects));
      for (const aspect of aspects) {
        expect(ourOutcome?.[aspect]).not.toEqual(peerOutcome?.[aspect]);
      }
    });
  }
});

/** All samples one after the other, in one boot of the sandbox: cloud-init takes a second for each. */
function runSamples(sandbox: LinuxSandbox, program: string): Promise<Outcomes> {
  const samples = Object.entries(PEER_SAMPLES).map(([name, sample]) => [name, encode(sample)]);
  sandbox.write("/etc/cloud/cloud.cfg", CONFIG);
  sandbox.write("/root/samples.json", JSON.stringify(Object.fromEntries(samples)));
  sandbox.write("/root/peer.py", readFileSync(path.join(import.meta.dir, "userdata-peer.py")));
  const argv = ["python3", "/root/peer.py", program, "/root/samples.json"];
  const [command = "", ...args] = sandbox.bootCommand(argv);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MS });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) {
        resolve(JSON.parse(texts.stdout) as Outcomes);
      } else {
        reject(new Error(`Cannot run the samples with "${program}": ${texts.stderr}`));
      }
    });
  });
}

function without(outcome: Outcome | undefined, aspects: readonly Aspect[]): unknown {
  return Object.fromEntries(
    ASPECTS.filter((aspect) => !aspects.includes(aspect)).map((aspect) => [
      aspect,
      outcome?.[aspect],
    ]),
  );
}

function encode(sample: PeerSample): unknown {
  const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString("base64");
  const all = (files: Readonly<Record<string, string | Uint8Array>> = {}): unknown =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [name, base64(content)]));
  const { userData, differs: _differs, ...rest } = sample;
  return {
    ...rest,
    ...(userData === undefined ? {} : { userData: base64(userData) }),
    pages: all(sample.pages),
    files: all(sample.files),
  };
}
