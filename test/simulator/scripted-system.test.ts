import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

test("a command answers by its whole line before its name", async () => {
  const { system, commands, changes } = createScriptedSystem({
    commands: {
      "/usr/sbin/lsattr -El inet0": "hostname vm1\n",
      "/usr/sbin/lsattr": (argv) => `asked for ${argv.at(-1)}\n`,
      "/usr/bin/false": { exitCode: 1 },
    },
  });
  expect((await system.exec.query(["/usr/sbin/lsattr", "-El", "inet0"])).stdout).toBe(
    "hostname vm1\n",
  );
  expect((await system.exec.run(["/usr/sbin/lsattr", "-El", "en0"])).stdout).toBe(
    "asked for en0\n",
  );
  await expect(system.exec.query(["/usr/bin/false"])).rejects.toThrow("exit code 1");
  expect((await system.exec.query(["/usr/bin/false"], { okExitCodes: "any" })).exitCode).toBe(1);
  expect(commands).toEqual([
    ["/usr/sbin/lsattr", "-El", "inet0"],
    ["/usr/sbin/lsattr", "-El", "en0"],
    ["/usr/bin/false"],
    ["/usr/bin/false"],
  ]);
  expect(changes).toEqual([
    {
      kind: "command",
      argv: ["/usr/sbin/lsattr", "-El", "en0"],
      hasStdin: false,
      owner: "agent",
    },
  ]);
});

test("an unknown command throws even where any exit code is fine", async () => {
  const { system } = createScriptedSystem({ commands: { "/bin/a": "" } });
  await expect(system.exec.query(["/bin/b", "c"], { okExitCodes: "any" })).rejects.toThrow(
    'No script for command "/bin/b c"',
  );
  await expect(system.exec.query(["constructor"])).rejects.toThrow("No script for command");
});

test("a command is verified after it ran", async () => {
  const { system } = createScriptedSystem({ commands: { "/usr/sbin/chdev": "en0 changed\n" } });
  await expect(
    system.exec.run(["/usr/sbin/chdev"], {
      verify: async () => "the address is still the old one",
    }),
  ).rejects.toThrow(
    'Command "/usr/sbin/chdev" ended with exit code 0, yet it did not do its work: the address is still the old one',
  );
  const ok = await system.exec.run(["/usr/sbin/chdev"], { verify: async () => undefined });
  expect(ok.stdout).toBe("en0 changed\n");
});

test("inherited output goes to the stage's output and is not captured", async () => {
  const { system, output } = createScriptedSystem({
    commands: { "/tmp/script": { stdout: "one\n", stderr: "two\nthree\n" } },
  });
  system.output.write("stdout", "before\n");
  const mark = system.output.mark();
  const result = await system.exec.run(["/tmp/script"], { output: "inherit", owner: "user" });
  system.output.writeConsole("to the console\n");
  expect(result.stdout).toBe("");
  expect(output).toEqual({
    stdout: "before\none\n",
    stderr: "two\nthree\n",
    console: "to the console\n",
  });
  expect(system.output.tailSince(mark, 2)).toBe("two\nthree");
  expect(system.output.tailSince(system.output.mark(), 2)).toBe("");
});

test("time passes only by sleeping", async () => {
  const { system } = createScriptedSystem();
  expect(system.clock.now().toISOString()).toBe("2026-01-02T03:04:05.000Z");
  expect(system.clock.uptimeSeconds()).toBe(42);
  await system.clock.sleep(1500);
  expect(system.clock.now().toISOString()).toBe("2026-01-02T03:04:06.500Z");
  expect(system.clock.monotonicMs()).toBe(1500);
  expect(system.clock.uptimeSeconds()).toBe(43.5);
});

test("a request without a script is one without an answer", async () => {
  const { system } = createScriptedSystem();
  const request = {
    method: "GET",
    url: "http://192.0.2.1/?key=1",
    effect: "query",
    timeoutMs: 1,
  } as const;
  await expect(system.http.request(request)).rejects.toThrow(
    "GET http://192.0.2.1/?… failed: no network in this test",
  );
});
