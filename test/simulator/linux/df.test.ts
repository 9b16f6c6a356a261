import { expect, test } from "bun:test";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";

const MIB = 2 ** 20;

test("df tells of the file system that a path is on what is free, in KB", async () => {
  const { system } = bootSimulatedLinux({
    storage: {
      disks: [{ name: "vdb", sizeBytes: 100 * MIB, content: { type: "xfs", usedBytes: 25 * MIB } }],
      mounts: [{ device: "/dev/vdb", target: "/opt" }],
    },
  });
  const ask = (path: string) =>
    system.exec.query(["/usr/bin/df", "-P", "-k", path], { okExitCodes: "any" });
  const lineOf = async (path: string): Promise<string> =>
    (await ask(path)).stdout.split("\n")[1]?.split(/\s+/u).join(" ") ?? "";
  expect(await lineOf("/opt")).toBe("/dev/vdb 102400 25600 76800 25% /opt");
  expect(await lineOf("/etc")).toStartWith("/dev/sda1 ");
  const missing = await ask("/none");
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toBe("df: /none: No such file or directory\n");
});
