// `npm run bench`: start-up, whole boots and scale, each beside what it is to be compared with.
// Figures are shown, never asserted: the exit code is 0 whatever they are.
//
// Everything that is measured lies in memory, in a mount namespace of this program's own: on a disk
// the file system's search for inodes among those that were just deleted would be measured instead.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleDrive } from "../test/support/sample-machine.ts";
import { canUseAixRoot } from "./aix-root.ts";
import { type AixBoot, createAixBench } from "./bench/aix-bench.ts";
import { lightDrive, LIGHT_USER_DATA, manyFilesDrive } from "./bench/drives.ts";
import { alternate, type Figure, measure, summarize, type Usage } from "./bench/measure.ts";
import { bootInSandbox, findPeerObstacle } from "./bench/peer-bench.ts";
import { type WrittenCarrier, writeCarrier } from "./bench/write-carrier.ts";
import { COMPILE_FLAGS } from "./compile-flags.ts";
import { SAMPLE_ADAPTERS } from "./demo/deployed-machine.ts";

const ROOT = join(import.meta.dir, "..");
const AGENT = join(ROOT, "dist/cloud-init");
const BUNDLE = join(ROOT, "dist/cloud-init.cjs");
const ONE_ADAPTER = SAMPLE_ADAPTERS.slice(0, 1);
const ROUNDS = 7;
/** More, since the figure is near to its target. */
const CARRIER_ROUNDS = 15;
const BIG_ROUNDS = 3;
const FILE_COUNT = 10_000;
const NAME_WIDTH = 40;
/** Set in the second process, which runs in the namespace. */
const INSIDE = "CLOUD_INIT_BENCH_INSIDE";

if (process.env[INSIDE] === undefined && canUseAixRoot() === undefined) {
  process.exitCode = runInside();
} else {
  await runHere();
}

/** The same program once more, with a file system in memory for its temporary files. */
function runInside(): number {
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-bench-"));
  try {
    const script =
      'mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs "$TMPDIR" && exec "$@"';
    const argv = ["-m", "sh", "-c", script, "sh", process.execPath, import.meta.path];
    const env = { ...process.env, TMPDIR: directory, [INSIDE]: "1" };
    return spawnSync("unshare", argv, { stdio: "inherit", env }).status ?? 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runHere(): Promise<void> {
  const build = [join(ROOT, "scripts/build.ts")];
  if (spawnSync(process.execPath, build, { stdio: "inherit" }).status !== 0) {
    process.exitCode = 1;
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "work-"));
  try {
    await bench(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function bench(work: string): Promise<void> {
  console.log(`
Processor time (user and system) of the whole tree of processes, in milliseconds; in the AIX root
less that of the simulated AIX commands. ${ROUNDS} rounds, ${BIG_ROUNDS} for what takes long, in alternation.
`);
  const names = ["min", "median", "max"].map((name) => name.padStart(8)).join("");
  console.log(`${"".padEnd(NAME_WIDTH)}${names}   ratio, target`);
  const empty = buildEmpty(work);
  const obstacle = canUseAixRoot();
  await benchStart(empty);
  const carrier = Bun.which("node") === null ? undefined : writeCarrier(work, BUNDLE);
  if (carrier !== undefined) {
    await benchCarrier(carrier);
  }
  if (obstacle === undefined) {
    await benchAix(work, empty);
    if (carrier !== undefined) {
      await benchCarrierBoots(work, empty, carrier);
    }
    await benchScale(work, empty);
  } else {
    console.log(`\nIn the AIX root: not measured, ${obstacle}`);
  }
  const peer = findPeerObstacle();
  if (peer === undefined) {
    await benchPeer();
  } else {
    console.log(`\nAgainst Debian's cloud-init: not measured. ${peer}`);
  }
}

/** An empty program, built with the flags of ours. */
function buildEmpty(work: string): string {
  const source = join(work, "empty.ts");
  const binary = join(work, "empty");
  writeFileSync(source, "export {};\n");
  const argv = ["build", ...COMPILE_FLAGS, source, `--outfile=${binary}`];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`Cannot build the empty program: ${stderr}`);
  }
  return binary;
}

async function benchStart(empty: string): Promise<void> {
  const hasNode = Bun.which("node") !== null;
  const figures = cpuFigures(
    await alternate<Usage>(
      {
        empty: () => measure([empty]),
        version: () => measure([AGENT, "--version"]),
        ...(hasNode
          ? {
              node: () => measure(["node", "--eval", "0"]),
              bundle: () => measure(["node", BUNDLE, "--version"]),
            }
          : {}),
      },
      ROUNDS * 3,
    ),
  );
  row("an empty Bun binary", figures["empty"], "");
  row("cloud-init --version", figures["version"], ratio(figures, "version", "empty", "≤ 1.3"));
  if (hasNode) {
    row("Node.js alone", figures["node"], "");
    row("cloud-init.cjs --version on Node.js", figures["bundle"], ratio(figures, "bundle", "node"));
  }
}

/** The carrier against what it unpacked: the same Node.js with the same program. */
async function benchCarrier(carrier: WrittenCarrier): Promise<void> {
  const figures = cpuFigures(
    await alternate<Usage>(
      {
        direct: () => measure(carrier.direct("--version")),
        carrier: () => measure(carrier.carried("--version")),
      },
      ROUNDS * 3,
    ),
  );
  row("what the carrier unpacked, --version", figures["direct"], "");
  row("the carrier, --version", figures["carrier"], ratio(figures, "carrier", "direct", "≤ 1.2"));
}

/** Whole boots on Node.js against those of the binary. */
async function benchCarrierBoots(
  work: string,
  empty: string,
  carrier: WrittenCarrier,
): Promise<void> {
  for (const [drive, seed] of [
    ["light", { files: { "/dev/cd0": lightDrive() }, adapters: ONE_ADAPTER }],
    ["sample", { files: { "/dev/cd0": sampleDrive() }, adapters: [...SAMPLE_ADAPTERS] }],
  ] as const) {
    const binary = await createAixBench(work, { agent: AGENT, empty }, seed);
    const carried = await createAixBench(
      work,
      { agent: carrier.path, empty, runtime: carrier.node },
      seed,
    );
    const boots = await alternate(
      { binary: () => binary.deploy(), carried: () => carried.deploy() },
      CARRIER_ROUNDS,
    );
    console.log(`\nFour stages in the AIX root, ${drive} drive, the installed carrier on Node.js`);
    for (const boot of ["first", "second"] as const) {
      const figures = cpuFigures({
        binary: (boots["binary"] ?? []).map((round) => round[boot]),
        carried: (boots["carried"] ?? []).map((round) => round[boot]),
      });
      row(`${boot} boot, the binary`, figures["binary"], "");
      row(
        `${boot} boot, the carrier`,
        figures["carried"],
        ratio(figures, "carried", "binary", boot === "first" ? "≤ 2" : undefined),
      );
    }
  }
}

async function benchAix(work: string, empty: string): Promise<void> {
  const binaries = { agent: AGENT, empty };
  const sample = await createAixBench(work, binaries, {
    files: { "/dev/cd0": sampleDrive() },
    adapters: [...SAMPLE_ADAPTERS],
  });
  const light = await createAixBench(work, binaries, {
    files: { "/dev/cd0": lightDrive() },
    adapters: ONE_ADAPTER,
  });
  const starts = cpuFigures(
    await alternate<Usage>(
      {
        empty: () => sample.start("empty"),
        per: () => sample.start("per"),
        stage: () => sample.start("stage"),
      },
      ROUNDS,
    ),
  );
  console.log("\nIn the AIX root");
  row("an empty Bun binary", starts["empty"], "");
  row("cloud-init-per once, has run", starts["per"], ratio(starts, "per", "empty", "≤ 1.3"));
  row("modules --mode config, has run", starts["stage"], ratio(starts, "stage", "empty"));
  const boots = await alternate(
    { sample: () => sample.deploy(), light: () => light.deploy() },
    ROUNDS,
  );
  for (const [name, title, target] of [
    ["sample", "sample drive: two NICs, a user, keys, files", ""],
    ["light", "light drive: one static NIC", "target "],
  ] as const) {
    const rounds = boots[name] ?? [];
    const figure = (pick: (round: (typeof rounds)[number]) => AixBoot): Figure =>
      summarize(rounds.map((round) => pick(round).cpuMs));
    console.log(`\nFour stages in the AIX root, ${title}`);
    row(
      "first boot",
      figure(({ first }) => first),
      "target ≤ 250",
    );
    row(
      "second boot",
      figure(({ second }) => second),
      "target ≤ 120",
    );
    row(
      "second boot, the drive gone",
      figure(({ withoutDrive }) => withoutDrive),
      "target ≤ 120",
    );
    const counts = summarize(rounds.map(({ first }) => first.commandCount));
    row("AIX commands of the first boot", counts, target === "" ? "" : "target ≤ 25");
  }
}

async function benchScale(work: string, empty: string): Promise<void> {
  const { image, sizeBytes } = manyFilesDrive(FILE_COUNT);
  const seed = { files: { "/dev/cd0": image }, adapters: ONE_ADAPTER };
  const big = await createAixBench(work, { agent: AGENT, empty }, seed);
  const { boots = [] } = await alternate({ boots: () => big.deploy() }, BIG_ROUNDS);
  const figure = (pick: (boot: AixBoot) => number): Figure =>
    summarize(boots.map(({ first }) => pick(first)));
  const mebibytes = (sizeBytes / 1_048_576).toFixed(1);
  console.log(
    `\nFour stages in the AIX root, ${FILE_COUNT} write_files (${mebibytes} MiB of YAML)`,
  );
  row(
    "first boot",
    figure(({ cpuMs }) => cpuMs),
    "target ≤ 3000",
  );
  row(
    "  its largest process, MiB",
    figure(({ maxRssMiB }) => maxRssMiB),
    "target ≤ 200",
  );
  row("second boot", summarize(boots.map(({ second }) => second.cpuMs)), "");
}

async function benchPeer(): Promise<void> {
  const figures = cpuFigures(
    await alternate<Usage>(
      {
        peer: () => bootInSandbox(undefined, LIGHT_USER_DATA),
        ours: () => bootInSandbox(AGENT, LIGHT_USER_DATA),
        bundle: () => bootInSandbox(BUNDLE, LIGHT_USER_DATA),
      },
      BIG_ROUNDS,
    ),
  );
  console.log("\nThe same first boot in a copy of this Debian");
  row("Debian's cloud-init", figures["peer"], "");
  row("cloud-init of ours", figures["ours"], ratio(figures, "ours", "peer", "≤ 0.125"));
  row("cloud-init.cjs on Node.js", figures["bundle"], ratio(figures, "bundle", "ours"));
}

type Figures = Readonly<Record<string, Figure>>;

function cpuFigures(results: Readonly<Record<string, readonly Usage[]>>): Figures {
  return Object.fromEntries(
    Object.entries(results).map(([name, usages]) => [
      name,
      summarize(usages.map(({ cpuMs }) => cpuMs)),
    ]),
  );
}

/** Of the medians. */
function ratio(figures: Figures, name: string, base: string, target?: string): string {
  const value = (figures[name]?.median ?? Number.NaN) / (figures[base]?.median ?? Number.NaN);
  return `${value.toFixed(2)} ×${target === undefined ? "" : `, target ${target} ×`}`;
}

function row(name: string, figure: Figure | undefined, remark: string): void {
  const cells = [figure?.min, figure?.median, figure?.max].map((value) =>
    (value ?? Number.NaN).toFixed(1).padStart(8),
  );
  console.log(`${name.padEnd(NAME_WIDTH)}${cells.join("")}   ${remark}`);
}
