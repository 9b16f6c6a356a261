import { expect, test } from "bun:test";
import { createReadOnlySystem } from "../../../src/cli/doctor/read-only-system.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";

test("questions are answered, and none may take longer than 20 seconds", async () => {
  const timeouts: (number | undefined)[] = [];
  const { system } = createScriptedSystem({
    files: { "/etc/motd": "hello\n" },
    commands: {
      ask: (_argv, { timeoutMs }) => {
        timeouts.push(timeoutMs);
        return "yes\n";
      },
    },
  });
  const sys = createReadOnlySystem(system);
  expect(readText(sys.fs, "/etc/motd")).toBe("hello\n");
  expect(sys.fs.list("/etc")).toEqual(["motd"]);
  expect((await sys.exec.query(["ask"])).stdout).toBe("yes\n");
  await sys.exec.query(["ask"], { timeoutMs: 300_000 });
  await sys.exec.query(["ask"], { timeoutMs: 1_000 });
  expect(timeouts).toEqual([20_000, 20_000, 1_000]);
});

test("nothing can be changed", async () => {
  const { system, changes } = createScriptedSystem({ files: { "/etc/motd": "hello\n" } });
  const { fs, exec, http } = createReadOnlySystem(system);
  const attempts = [
    () => fs.write("/etc/motd", ""),
    () => fs.append("/etc/motd", ""),
    () => fs.setAttributes("/etc/motd", { mode: 0o777 }),
    () => fs.makeDirectory("/x"),
    () => fs.symlink("/x", "/y"),
    () => fs.remove("/etc/motd"),
  ];
  for (const attempt of attempts) {
    expect(attempt).toThrow(/^Cannot change "/u);
  }
  await expect(exec.run(["/usr/sbin/chdev"])).rejects.toThrow('Cannot change "/usr/sbin/chdev"');
  const request = { method: "GET", url: "http://192.0.2.1/x", effect: "query" } as const;
  await expect(http.request({ ...request, timeoutMs: 1 })).rejects.toThrow("192.0.2.1");
  expect(changes).toEqual([]);
});

test("what asks again and again is not waited for for ever", async () => {
  const { system } = createScriptedSystem();
  const { clock } = createReadOnlySystem(system);
  const wait = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(1_000);
    }
  };
  await expect(wait()).rejects.toThrow("No answer came within 20 seconds");
  expect(clock.monotonicMs()).toBe(20_000);
});
