// A terminal pair stands for a serial line: what the host's own code does with a real one.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHostSystem } from "../../src/system/host-system.ts";
import type { SerialExchange } from "../../src/system/system.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type SerialPeer, serialPeerObstacle, startSerialPeer } from "../support/serial-peer.ts";

const peers: SerialPeer[] = [];

afterEach(() => {
  for (const peer of peers.splice(0)) {
    peer.stop();
  }
});

async function start(...args: Parameters<typeof startSerialPeer>): Promise<SerialPeer> {
  const peer = await startSerialPeer(...args);
  peers.push(peer);
  return peer;
}

async function ask(path: string, options: Partial<SerialExchange> = {}): Promise<string> {
  const { serial } = createHostSystem();
  const answer = await serial?.exchange({
    path,
    request: new TextEncoder().encode("<\n\n>"),
    endByte: 0x0a,
    skippedBytes: [0x04, 0x0a, 0x0d],
    writeTimeoutMs: 2000,
    timeoutMs: 5000,
    maxBytes: 1024 * 1024,
    ...options,
  });
  return new TextDecoder().decode(answer);
}

describe.skipIf(requireOrSkip(serialPeerObstacle()))("a serial line", () => {
  test("is asked without echo, and is as it was afterwards", async () => {
    const peer = await start("answer", '{"uuid": "a"}');
    expect(await ask(peer.path)).toBe('{"uuid": "a"}');
    expect(await peer.finish()).toEqual(["b'<\\n\\n>' no echo", "restored"]);
  });

  test("with an answer to somebody else's request gives ours", async () => {
    const peer = await start("leftovers", "ours");
    expect(await ask(peer.path)).toBe("ours");
  });

  test("may answer byte by byte", async () => {
    const peer = await start("slow", '{"name": "slow"}');
    expect(await ask(peer.path)).toBe('{"name": "slow"}');
  });

  test("gives an answer of many reads whole", async () => {
    const peer = await start("answer", "y".repeat(100_000));
    expect(await ask(peer.path)).toBe("y".repeat(100_000));
  });

  test.each([
    ["silent", "", "nothing came within 0.4 s"],
    ["truncated", '{"uuid"', "only 7 bytes of it came within 0.4 s"],
  ] as const)("that is %s is given up in time, and is as it was", async (mode, answer, reason) => {
    const peer = await start(mode, answer);
    const startMs = performance.now();
    await expect(ask(peer.path, { timeoutMs: 400 })).rejects.toThrow(
      `Cannot read the answer from "${peer.path}": ${reason}`,
    );
    await ask(peer.path, { timeoutMs: 1 }).catch(() => undefined);
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(await peer.finish()).toContain("restored");
  });

  test("that never falls silent is given up when it has said too much", async () => {
    const peer = await start("flood");
    await expect(ask(peer.path, { maxBytes: 100_000 })).rejects.toThrow(
      "it is longer than 100000 bytes",
    );
  });

  test("that takes nothing is given up in time", async () => {
    const peer = await start("deaf");
    const startMs = performance.now();
    const request = new Uint8Array(1024 * 1024).fill(0x61);
    await expect(ask(peer.path, { request, writeTimeoutMs: 300 })).rejects.toThrow(
      `Cannot write to "${peer.path}": it took nothing for 0.3 s`,
    );
    expect(performance.now() - startMs).toBeLessThan(9000);
  });
});

describe("what is no serial line", () => {
  test("is refused with a reason", async () => {
    const directory = mkdtempSync(join(tmpdir(), "serial-"));
    try {
      const file = join(directory, "file");
      writeFileSync(file, "");
      await expect(ask(file)).rejects.toThrow(`Cannot use "${file}": expected a serial port`);
      await expect(ask(`${file}1`)).rejects.toThrow(
        `Cannot open "${file}1": no such file or directory`,
      );
      await expect(ask("/dev/null")).rejects.toThrow(
        'Cannot set up "/dev/null", expected a serial port',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
