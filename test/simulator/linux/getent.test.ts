import { expect, test } from "bun:test";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";

test("getent looks names and addresses up in /etc/hosts", async () => {
  const { system } = bootSimulatedLinux({
    files: { "/etc/hosts": "127.0.0.1 localhost\n192.0.2.1 r1.example.com r1 # 192.0.2.9\n" },
  });
  const ask = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const argv = ["/usr/bin/getent", ...args];
    const { exitCode, stdout } = await system.exec.query(argv, { okExitCodes: "any" });
    return [exitCode, stdout];
  };
  expect(await ask("hosts", "192.0.2.1")).toEqual([0, "192.0.2.1       r1.example.com r1\n"]);
  expect(await ask("ahosts", "r1")).toEqual([
    0,
    "192.0.2.1       STREAM r1.example.com\n192.0.2.1       DGRAM  \n192.0.2.1       RAW    \n",
  ]);
  expect(await ask("ahosts", "192.0.2.9")).toEqual([2, ""]);
});
