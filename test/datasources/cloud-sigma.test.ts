import { describe, expect, test } from "bun:test";
import { cloudSigma } from "../../src/datasources/cloud-sigma.ts";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { findDatasource } from "../../src/datasources/find-datasource.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createHostSystem } from "../../src/system/host-system.ts";
import type { Serial } from "../../src/system/system.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { serialPeerObstacle, startSerialPeer } from "../support/serial-peer.ts";

async function find(
  path: string,
  serial: Serial | undefined,
  platform = "linux",
): Promise<{ readonly answer: DatasourceAnswer; readonly log: RecordingLog }> {
  const { system: sys } = createScriptedSystem({
    platform,
    files: { [path]: "" },
    ...(serial === undefined ? {} : { serial }),
  });
  const log = createRecordingLog();
  const answer = await cloudSigma.find({
    sys,
    distro: createDatasourceDistro({ sys, log, systemInfo: {} }),
    paths: createTestPaths(),
    config: { serial_device: path },
    log,
  });
  return { answer, log };
}

/** The host's own ports, with less patience. */
function hostSerial(timeoutMs: number): Serial {
  const { serial } = createHostSystem();
  if (serial === undefined) {
    throw new Error("The host has no ports");
  }
  return { exchange: (given) => serial.exchange({ ...given, timeoutMs }) };
}

describe.skipIf(requireOrSkip(serialPeerObstacle()))("CloudSigma on a real line", () => {
  test.each(["answer", "leftovers", "slow"] as const)(
    "reads the context of a server that is: %s",
    async (mode) => {
      const context = {
        uuid: "01234567-89ab-cdef-0123-456789abcdef",
        name: "aix01",
        meta: { "cloudinit-user-data": "#cloud-config\n{}\n", "cloudinit-dsmode": "local" },
      };
      const peer = await startSerialPeer(mode, JSON.stringify(context));
      try {
        const { answer } = await find(peer.path, hostSerial(10_000), "aix");
        expect(answer).toMatchObject({
          found: true,
          instance: { id: context.uuid, localHostname: "aix01", dsmode: "local" },
        });
        expect(await peer.finish()).toEqual(["b'<\\n\\n>' no echo", "restored"]);
      } finally {
        peer.stop();
      }
    },
  );

  test.each(["silent", "truncated", "deaf"] as const)(
    "gives up in time where the server is: %s",
    async (mode) => {
      const peer = await startSerialPeer(mode, '{"uuid": "0');
      try {
        const startMs = performance.now();
        const { answer, log } = await find(peer.path, hostSerial(400));
        expect(performance.now() - startMs).toBeLessThan(5000);
        expect(answer).toMatchObject({ found: false });
        expect(log.warnings()).toEqual([]);
        expect(log.lines.join("\n")).toContain("CloudSigma: Unable to read from serial port");
      } finally {
        peer.stop();
      }
    },
  );
});

test("CloudSigma waits no longer than the whole search may", async () => {
  const waits: (readonly number[])[] = [];
  const { system: sys } = createScriptedSystem({
    files: { "/dev/ttyS1": "" },
    serial: {
      async exchange({ timeoutMs, writeTimeoutMs }) {
        waits.push([timeoutMs, writeTimeoutMs]);
        throw new Error("nothing came");
      },
    },
  });
  const log = createRecordingLog();
  const given = {
    sys,
    distro: createDatasourceDistro({ sys, log, systemInfo: {} }),
    paths: createTestPaths(),
    log,
  };
  const list = { datasource_list: ["CloudSigma"] };
  await findDatasource("init-local", list, given);
  await findDatasource("init-local", { ...list, timeouts: { datasources: "5s" } }, given);
  expect(waits).toEqual([
    [60_000, 10_000],
    [5000, 5000],
  ]);
});

test("CloudSigma says so where ports cannot be used at all", async () => {
  const { answer } = await find("/dev/ttyS1", undefined);
  expect(answer).toEqual({
    found: false,
    reason: 'serial port "/dev/ttyS1" cannot be used here',
  });
});
