// The same logs for `analyze` of Debian's cloud-init 22.4 and of the built program: our own of some
// boots of a simulated AIX, and one as cloud-init writes it.
import { beforeAll, describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { bootMachine, CLEAN } from "../support/run-by-hand.ts";
import { CONFIG_DIR, textAt } from "../support/sample-machine.ts";
import { comparePeers, findPeerObstacle, type PeerOutcomes } from "../support/state-peer.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const LOG = "/root/cloud-init.log";
const RUNS = [
  ["analyze", "show", "-i", LOG],
  ["analyze", "blame", "-i", LOG],
  ["analyze", "dump", "-i", LOG],
  ["analyze", "show", "-i", LOG, "-f", "%I%n|%D|%d|%e|%o|%r"],
  ["analyze", "show", "-i", "/root/none.log"],
];

/** Python writes 1.0 where JavaScript writes 1. */
function sameNumbers(text: string): string {
  return text.replaceAll(/^( *"timestamp": \d+)\.0$/gmu, "$1");
}

/** Three boots: a first one, a second one, one whose last two stages have no module to run. */
async function ownLog(): Promise<string> {
  const aix = await bootMachine();
  aix.reboot();
  expect(await runBoot(aix)).toEqual(CLEAN);
  aix.system.fs.write(
    `${CONFIG_DIR}/99_test.cfg`,
    "cloud_config_modules: []\ncloud_final_modules: [yum_add_repo]\n",
  );
  aix.reboot();
  expect(await runBoot(aix)).toEqual(CLEAN);
  return textAt(aix, "/var/log/cloud-init.log");
}

/** A boot as cloud-init writes it, of a line a second, with a warning and a failure. */
function peerBoot(day: string, ran: string, nested: readonly string[] = []): string {
  const welcome = (action: string): string =>
    `util.py[DEBUG]: Cloud-init v. 22.4.2 running '${action}' at Fri, 02 Jan 2026 03:04:05 +0000. Up 10.50 seconds.`;
  const part = (name: string, description: string, end = `SUCCESS: ${description}`) => [
    `handlers.py[DEBUG]: start: ${name}: ${description}`,
    "util.py[DEBUG]: Reading from /etc/hosts (quiet=False)",
    `handlers.py[DEBUG]: finish: ${name}: ${end}`,
  ];
  const lines = [
    welcome("init-local"),
    "main.py[DEBUG]: No kernel command line url found.",
    ...part(
      "init-local/check-cache",
      "attempting to read from cache [check]",
      "SUCCESS: no cache found",
    ),
    ...part("init-local/search-NoCloud", "searching for local data from DataSourceNoCloud"),
    "handlers.py[DEBUG]: finish: init-local: SUCCESS: searching for local datasources",
    welcome("init"),
    "handlers.py[DEBUG]: start: init-network/consume-user-data: reading and applying user-data",
    ...nested.flatMap((name) => part(`init-network/consume-user-data/${name}`, "a part of it")),
    "handlers.py[DEBUG]: finish: init-network/consume-user-data: SUCCESS: reading and applying user-data",
    ...part(
      "init-network/config-ssh",
      "running config-ssh with frequency once-per-instance",
      `SUCCESS: config-ssh ${ran}`,
    ),
    "handlers.py[DEBUG]: finish: init-network: SUCCESS: searching for network datasources",
    welcome("modules:config"),
    ...part(
      "modules-config/config-runcmd",
      "running config-runcmd with frequency once-per-instance",
      "WARN: it was odd",
    ),
    "handlers.py[DEBUG]: finish: modules-config: WARN: running modules for config",
    welcome("modules:final"),
    ...part(
      "modules-final/config-scripts-user",
      "running config-scripts-user with frequency once-per-instance",
      "FAIL: running config-scripts-user with frequency once-per-instance",
    ),
    "util.py[DEBUG]: Cloud-init v. 22.4.2 finished at Fri, 02 Jan 2026 03:04:05 +0000. Datasource DataSourceNoCloud.  Up 60.00 seconds",
    "handlers.py[DEBUG]: finish: modules-final: FAIL: running modules for final",
  ];
  return lines
    .map((line, second) => `${day} 03:04:${String(second).padStart(2, "0")},125 - ${line}\n`)
    .join("");
}

describe.skipIf(requireOrSkip(findPeerObstacle()))("analyze of cloud-init and of ours", () => {
  let outcomes: Readonly<Record<string, PeerOutcomes>> = {};

  beforeAll(async () => {
    const own = await ownLog();
    const theirs =
      peerBoot("2026-01-02", "ran successfully") + peerBoot("2026-01-03", "previously ran");
    outcomes = await comparePeers<string>({
      "our log of three boots": { files: { [LOG]: own }, runs: RUNS },
      "a log of cloud-init": { files: { [LOG]: theirs }, runs: RUNS },
      "a part within a part": {
        files: { [LOG]: peerBoot("2026-01-02", "ran successfully", ["part"]) },
        runs: RUNS,
      },
      "an empty log": { files: { [LOG]: "" }, runs: RUNS },
    });
  }, 300_000);

  for (const name of ["our log of three boots", "a log of cloud-init"]) {
    for (const [index, run] of RUNS.entries()) {
      test(`${name}: ${run.join(" ")}`, () => {
        const { peer, ours } = outcomes[name] ?? { peer: [], ours: [] };
        const [theirs, own] = [peer[index], ours[index]];
        expect(own?.exitCode).toBe(theirs?.exitCode ?? -1);
        expect(sameNumbers(own?.stdout ?? "")).toBe(sameNumbers(theirs?.stdout ?? "-"));
        expect(own?.stderr).toBe(theirs?.stderr ?? "-");
      });
    }
  }

  test("our log has three boots for both", () => {
    const { peer, ours } = outcomes["our log of three boots"] ?? { peer: [], ours: [] };
    expect(peer[0]?.stdout).toEndWith("\n3 boot records analyzed\n");
    expect(ours[0]?.stdout).toEndWith("\n3 boot records analyzed\n");
  });

  test("an empty log is told as one, where cloud-init ends in a traceback", () => {
    const { peer, ours } = outcomes["an empty log"] ?? { peer: [], ours: [] };
    expect(peer[0]?.exitCode).toBe(1);
    expect(ours[0]).toEqual({ exitCode: 1, stdout: "", stderr: `Empty file ${LOG}\n` });
  });

  test("differs: a part that has parts is counted once", () => {
    const { peer, ours } = outcomes["a part within a part"] ?? { peer: [], ours: [] };
    expect(peer[0]?.stdout).toContain("\nStarting stage: init-network/consume-user-data\n");
    expect(ours[0]?.stdout).toContain(
      "\n|`->reading and applying user-data @10.00000s +04.00000s\n| `->a part of it @11.00000s",
    );
    const total = (text = ""): number => Number(/^Total Time: ([\d.]+)/mu.exec(text)?.[1]);
    expect(total(peer[0]?.stdout) - total(ours[0]?.stdout)).toBe(4);
  });
});
