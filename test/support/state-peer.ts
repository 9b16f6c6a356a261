import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { createLinuxSandbox, findSandboxObstacle } from "../../scripts/linux-sandbox.ts";

const PEER = "/usr/bin/cloud-init";
const OURS = "/usr/local/bin/our-cloud-init";
const TIMEOUT_MS = 300_000;

/** A state of the machine, and the commands that are asked about it. */
export interface StateSample {
  /** Path → text, or text and mode. */
  readonly files: Readonly<
    Record<string, string | { readonly text: string; readonly mode: number }>
  >;
  readonly links?: Readonly<Record<string, string>>;
  /** Paths of the machine that must not be there. */
  readonly absent?: readonly string[];
  /** Arguments of `cloud-init`. */
  readonly runs: readonly (readonly string[])[];
  /** Default 0. */
  readonly uid?: number;
}

export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What Debian's cloud-init and the built program said, in the order of `runs`. */
export interface PeerOutcomes {
  readonly peer: readonly CommandOutcome[];
  readonly ours: readonly CommandOutcome[];
}

/** Why the two cannot be compared here, or undefined where they can. */
export function findPeerObstacle(): string | undefined {
  return existsSync(PEER)
    ? findSandboxObstacle()
    : `there is no "${PEER}" to compare with (Debian package cloud-init)`;
}

/** Runs all samples for both programs in one private copy of this machine. */
export async function comparePeers<Name extends string>(
  samples: Readonly<Record<Name, StateSample>>,
): Promise<Readonly<Record<Name, PeerOutcomes>>> {
  const sandbox = await createLinuxSandbox({ programs: { [OURS]: builtArtefacts().binary } });
  try {
    const script = path.join(import.meta.dir, "../linux/state-peer.py");
    sandbox.write("/root/state-peer.py", readFileSync(script));
    sandbox.write("/root/samples.json", JSON.stringify(samples));
    const argv = ["python3", "/root/state-peer.py", "/root/samples.json", PEER, OURS];
    const [command = "", ...args] = sandbox.bootCommand(argv);
    const done = spawnSync(command, args, {
      encoding: "utf8",
      timeout: TIMEOUT_MS,
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    if (done.status !== 0) {
      throw new Error(`Cannot run the samples: ${done.stderr}`);
    }
    const outcomes: Record<Name, [PeerOutcomes["peer"], PeerOutcomes["ours"]]> = JSON.parse(
      done.stdout,
    );
    const names = Object.keys(samples) as Name[];
    return Object.fromEntries(
      names.map((name) => [name, { peer: outcomes[name][0], ours: outcomes[name][1] }]),
    ) as Record<Name, PeerOutcomes>;
  } finally {
    sandbox.close();
  }
}
