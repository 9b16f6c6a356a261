// Each deploy of the network issue through the built program: one root, a machine of its own for each.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  canUseAixRoot,
  changeAixMachine,
  clearAixCalls,
  readAixCalls,
  readAixMachine,
} from "../../scripts/aix-root.ts";
import type { AixCall } from "../../scripts/aix-root/root-paths.ts";
import { findCommand } from "../../src/simulator/aix/commands.ts";
import { createMachine } from "../../src/simulator/aix/seed.ts";
import {
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_CFG,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { describeNetwork } from "../support/describe-network.ts";
import {
  ipv4On,
  NETWORK_SCENARIOS,
  networkDrive,
  type NetworkScenario,
  networkSeed,
} from "../support/network-scenarios.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const BUILD_TIMEOUT_MS = 120_000;
/** Files of the network, and their modes. */
const FILES: Readonly<Record<string, number>> = {
  "/etc/rc.tcpip": 0o774,
  "/etc/dhcpcd.ini": 0o664,
  "/etc/dhcpv6/dhcpc6.cnf": 0o644,
  "/etc/resolv.conf": 0o644,
};

describe.skipIf(requireOrSkip(canUseAixRoot()))("the network of a deploy", () => {
  let scenarios: AixScenario;
  let root: AixTestRoot;
  const stock = new Map<string, string>();

  beforeAll(async () => {
    scenarios = createAixScenario();
    root = await scenarios.image();
    for (const file of Object.keys(FILES)) {
      stock.set(file, root.read(file));
    }
  }, BUILD_TIMEOUT_MS);

  afterAll(() => {
    scenarios.removeAll();
  });

  /** The machine as the image brings it, with the scenario's hardware and drive. */
  async function reset(scenario: NetworkScenario): Promise<void> {
    await root.sh(
      `rm -rf ${CLOUD_DIR}/instances ${CLOUD_DIR}/instance ${CLOUD_DIR}/data /run/cloud-init /etc/resolv.conf.cloud-init.orig /var/log/cloud-init*`,
    );
    for (const [file, text] of stock) {
      root.write(file, text, FILES[file] ?? 0o644);
    }
    changeDisc(root, networkDrive(scenario.network));
    changeAixMachine(root.path, (machine) => {
      Object.assign(machine, createMachine(networkSeed(scenario)));
    });
  }

  function networkNow(): readonly string[] {
    return describeNetwork(readAixMachine(root.path), Date.now());
  }

  test.each(NETWORK_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (_, scenario) => {
      await reset(scenario);
      expect((await root.boot({ runsRc: false })).exitCode).toBe(0);
      expect(await root.agent("init", "--local")).toMatchObject({ exitCode: 0 });
      expect(networkNow()).toEqual([...scenario.expected]);
      clearAixCalls(root.path);
      const again = await root.agent("single", "-n", "network", "--frequency", "always");
      expect(again.exitCode).toBe(0);
      expect(await changingCalls(readAixCalls(root.path))).toEqual([]);
      await root.boot({ runsRc: false });
      expect(networkNow()).toEqual([...scenario.expected]);
    },
    BUILD_TIMEOUT_MS,
  );

  test(
    "a new deploy with a new address replaces address and route",
    async () => {
      const [scenario] = NETWORK_SCENARIOS;
      if (scenario === undefined || typeof scenario.network === "string") {
        throw new Error("The first scenario has no network_data.json");
      }
      await reset(scenario);
      await root.boot({ runsRc: false });
      await root.agent("init", "--local");
      const moved = {
        ...scenario.network,
        networks: [ipv4On("tap0", "198.51.100.10", "198.51.100.1")],
      };
      changeDisc(root, networkDrive(moved, { uuid: "0a1b2c3d-0000-4000-8000-000000000002" }));
      await root.boot({ runsRc: false });
      expect(await root.agent("init", "--local")).toMatchObject({ exitCode: 0 });
      expect(networkNow()).toEqual([
        "en0 up: 198.51.100.10/24",
        "inet0 route=net,-hopcount,0,,0,198.51.100.1",
        "default by 198.51.100.1 on en0",
      ]);
    },
    BUILD_TIMEOUT_MS,
  );

  test.each([true, false])(
    "a host name that an administrator changed, update_hostname listed: %p",
    async (isListed) => {
      const [scenario] = NETWORK_SCENARIOS;
      if (scenario === undefined) {
        throw new Error("There is no scenario");
      }
      await reset(scenario);
      const config = root.read(CLOUD_CFG);
      if (!isListed) {
        root.edit(CLOUD_CFG, /^.*update[-_]hostname.*\n/mu, "");
      }
      await root.boot();
      await root.sh("chdev -l inet0 -a hostname=admin; uname -S admin");
      await root.boot();
      expect((await root.sh("hostname; uname -n")).stdout).toBe(
        isListed ? "vm1\nvm1\n" : "admin\nadmin\n",
      );
      root.write(CLOUD_CFG, config);
    },
    BUILD_TIMEOUT_MS,
  );

  test(
    "a whole boot of one static NIC: no error, and 2 commands for the network",
    async () => {
      const [scenario] = NETWORK_SCENARIOS;
      if (scenario === undefined) {
        throw new Error("There is no scenario");
      }
      await reset(scenario);
      clearAixCalls(root.path);
      expect((await root.boot()).exitCode).toBe(0);
      const result = JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`));
      expect(result.v1.errors).toEqual([]);
      const lines = await changingCalls(readAixCalls(root.path));
      expect(lines.filter((line) => / (?:en0|route=)/u.test(line))).toEqual([
        "chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
        "chdev -l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
      ]);
      expect(root.read("/var/log/cloud-init-output.log")).toContain(
        "ci-info: |  en0   | True | 192.0.2.10 | 255.255.255.0 | fa:16:3e:5c:1a:01 |",
      );
    },
    BUILD_TIMEOUT_MS,
  );
});

async function changingCalls(calls: readonly AixCall[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { argv } of calls) {
    const [program = "", ...args] = argv;
    const command = await findCommand(program)?.load();
    if (command?.isChange(args) === true) {
      lines.push(argv.join(" "));
    }
  }
  return lines;
}
