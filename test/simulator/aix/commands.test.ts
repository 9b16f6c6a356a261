import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { aixCommands, commandPaths, findCommand } from "../../../src/simulator/aix/commands.ts";
import { exportMachine } from "../../../src/simulator/aix/machine.ts";
import { bootAixShell } from "./aix-shell.ts";

describe("the table of commands", () => {
  test("has every file of its folder once, in order, at the path that the command says", async () => {
    const folder = new URL("../../../src/simulator/aix/commands/", import.meta.url);
    const files = readdirSync(folder)
      .map((file) => file.replace(/\.ts$/u, ""))
      .sort();
    expect(aixCommands.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))).toEqual(files);
    for (const entry of aixCommands) {
      expect((await entry.load()).path).toBe(entry.path);
    }
    expect(new Set(commandPaths()).size).toBe(commandPaths().length);
  });

  test("is found by path, alias, the links /bin and /sbin, and plain name", () => {
    const uname = findCommand("/usr/bin/uname");
    expect(uname).toBeDefined();
    for (const program of ["/bin/uname", "uname"]) {
      expect(findCommand(program)).toBe(uname);
    }
    expect(findCommand("/etc/ifconfig")).toBe(findCommand("ifconfig"));
    for (const program of ["/usr/sbin/uname", "/opt/bin/uname", "name", "", "/"]) {
      expect(findCommand(program)).toBeUndefined();
    }
  });
});

describe("every command", () => {
  test.each(commandPaths())("%s refuses GNU long options and changes nothing", async (path) => {
    const aix = bootAixShell();
    const before = exportMachine(aix.machine);
    const result = await aix.run([path, "--verbose"]);
    expect(result.exitCode).toBeGreaterThan(0);
    expect(result.stderr).not.toBe("");
    expect(exportMachine(aix.machine)).toBe(before);
  });

  test("that says it only reads leaves machine and files as they were", async () => {
    const samples = [[], ["-a"], ["-l", "en0"], ["-b"], ["x"], ["-s", "sshd"], ["root"], ["-rn"]];
    let readingCount = 0;
    for (const entry of aixCommands) {
      const command = await entry.load();
      for (const args of samples.filter((words) => !command.isChange(words))) {
        const aix = bootAixShell();
        const before = [exportMachine(aix.machine), aix.system.fs.readBytes("/etc/passwd")];
        await aix.run([entry.path, ...args]);
        expect([exportMachine(aix.machine), aix.system.fs.readBytes("/etc/passwd")]).toEqual(
          before,
        );
        readingCount += 1;
      }
    }
    expect(readingCount).toBeGreaterThan(aixCommands.length);
  });
});
