/**
 * Files and folders under test/ that do not run on Node.js, each with the reason. All of them drive
 * programs that run in processes of their own: which runtime drives them changes nothing.
 */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "aix-root/": "runs the built binary in a root of simulated AIX commands",
  "carrier/": "builds carriers and runs their stubs, with Node.js inside",
  "cli/binary.test.ts":
    "builds with Bun, and runs both artefacts itself: binary and Node.js bundle",
  "demo/": "runs the demo, a script of Bun's",
  "linux/": "runs the built binary in a copy of this Debian",
  "vm/": "boots virtual machines with the built artefacts",
  "node-tests/never-laxer.test.ts": "compares the matchers of this runner with Bun's own",
  "node-tests/runner.test.ts": "runs this runner itself, a script of Bun's",
  "system/host-runtimes.test.ts": "runs its probe on both runtimes itself",
};

/** Why a file (its path under test/) is left out; undefined where it runs. */
export function reasonToLeaveOut(name: string): string | undefined {
  return Object.entries(LEFT_OUT).find(([path]) =>
    path.endsWith("/") ? name.startsWith(path) : name === path,
  )?.[1];
}
