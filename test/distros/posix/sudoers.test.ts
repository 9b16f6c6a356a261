import { describe, expect, test } from "bun:test";
import { ensureSudoRules } from "../../../src/distros/posix/sudoers.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const PLACES = {
  sudoers: ["/etc/sudoers", "/opt/freeware/etc/sudoers"],
  visudo: ["/opt/freeware/sbin/visudo", "/usr/sbin/visudo"],
};
const FILE = "/etc/sudoers.d/90-cloud-init-users";
const RULE = "ALL=(ALL) NOPASSWD:ALL";
const MAIN = "root ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n";

function run(options: ScriptedSystemOptions) {
  const scripted = createScriptedSystem(options);
  const log: string[] = [];
  const ensure = (name: string, rules: readonly string[]): Promise<void> =>
    ensureSudoRules(scripted.system, createTestLogger(log), PLACES, { name, rules });
  return { ...scripted, fs: scripted.system.fs, log, ensure };
}

describe("ensureSudoRules", () => {
  test("writes a file of mode 0440 with a block for each user", async () => {
    const { fs, ensure, log } = run({ files: { "/etc/sudoers": MAIN } });
    await ensure("alice", [RULE]);
    await ensure("bob", ["ALL=(oracle) /usr/bin/sqlplus", "ALL=(root) /usr/sbin/lsvg"]);
    expect(readText(fs, FILE).split("\n").slice(1)).toEqual([
      "",
      "# User rules for alice",
      `alice ${RULE}`,
      "",
      "# User rules for bob",
      "bob ALL=(oracle) /usr/bin/sqlplus",
      "bob ALL=(root) /usr/sbin/lsvg",
      "",
    ]);
    expect(fs.stat(FILE)?.mode).toBe(0o440);
    expect(fs.stat("/etc/sudoers.d")?.mode).toBe(0o750);
    expect(readText(fs, "/etc/sudoers")).toBe(MAIN);
    expect(log).toEqual([]);
  });

  test("a second time changes nothing, new rules take the place of old ones", async () => {
    const { fs, ensure, changes } = run({ files: { "/etc/sudoers": MAIN } });
    await ensure("alice", [RULE]);
    await ensure("bob", [RULE]);
    const count = changes.length;
    await ensure("alice", [RULE]);
    expect(changes).toHaveLength(count);
    await ensure("alice", ["ALL=(ALL) /usr/bin/id"]);
    expect(readText(fs, FILE)).not.toContain(`alice ${RULE}`);
    expect(readText(fs, FILE)).toContain("alice ALL=(ALL) /usr/bin/id\n\n# User rules for bob");
  });

  test("a wrong mode is put right", async () => {
    const { fs, ensure } = run({ files: { "/etc/sudoers": MAIN } });
    await ensure("alice", [RULE]);
    fs.setAttributes(FILE, { mode: 0o666 });
    await ensure("alice", [RULE]);
    expect(fs.stat(FILE)?.mode).toBe(0o440);
  });

  test("the sudoers file that exists is the one that counts, and it gets an includedir once", async () => {
    const path = "/opt/freeware/etc/sudoers";
    const { fs, ensure } = run({ files: { [path]: "root ALL=(ALL) ALL" } });
    fs.setAttributes(path, { mode: 0o440 });
    await ensure("alice", [RULE]);
    await ensure("bob", [RULE]);
    expect(readText(fs, path)).toBe(
      `root ALL=(ALL) ALL\n\n# Added by cloud-init\n#includedir ${path}.d\n`,
    );
    expect(fs.stat(path)?.mode).toBe(0o440);
    expect(readText(fs, `${path}.d/90-cloud-init-users`)).toContain(`bob ${RULE}`);
    expect(fs.stat("/etc/sudoers.d")).toBeUndefined();
  });

  test.each([
    "@includedir /etc/sudoers.d/",
    '@includedir "/etc/sudoers.d"',
    " #includedir\t/etc/sudoers.d ",
  ])("%j is an includedir", async (line) => {
    const { fs, ensure } = run({ files: { "/etc/sudoers": `${line}\n` } });
    await ensure("alice", [RULE]);
    expect(readText(fs, "/etc/sudoers")).toBe(`${line}\n`);
  });

  test("without sudo the rules are kept, no sudoers file is made, and that is said", async () => {
    const { fs, ensure, log } = run({});
    await ensure("alice", [RULE]);
    expect(readText(fs, FILE)).toContain(`alice ${RULE}`);
    expect(fs.stat("/etc/sudoers")).toBeUndefined();
    expect(log[0]).toContain("sudo is not installed");
  });

  test("the main file that visudo refuses with the directory is put back, in every byte", async () => {
    const latin1 = Buffer.from("# caf\xe9\nroot ALL=(ALL) ALL\n", "latin1");
    const { fs, ensure } = run({
      files: { "/etc/sudoers": latin1, "/usr/sbin/visudo": "" },
      commands: {
        "/usr/sbin/visudo -c -q -f -": "",
        "/usr/sbin/visudo -c -f /etc/sudoers": { exitCode: 1, stderr: "10-site: syntax error" },
      },
    });
    expect(ensure("alice", [RULE])).rejects.toThrow("10-site: syntax error");
    await Bun.sleep(0);
    expect(Buffer.from(fs.readBytes("/etc/sudoers")).equals(latin1)).toBe(true);
  });

  test("visudo reads the new text first, and what it refuses never gets there", async () => {
    const seen: (string | undefined)[] = [];
    const { fs, ensure, changes } = run({
      files: { "/etc/sudoers": MAIN, "/opt/freeware/sbin/visudo": "" },
      commands: {
        "/opt/freeware/sbin/visudo -c -q -f -": (_, { stdin }) => {
          seen.push(stdin);
          return stdin?.includes("NONSENSE") === true
            ? { exitCode: 1, stderr: "stdin:4:9: syntax error\n" }
            : "";
        },
      },
    });
    await ensure("alice", [RULE]);
    expect(seen).toEqual([readText(fs, FILE)]);
    const count = changes.length;
    await expect(ensure("bob", ["NONSENSE"])).rejects.toThrow("stdin:4:9: syntax error");
    expect(changes).toHaveLength(count);
  });

  test("a visudo that cannot read standard input is asked about the file, which is put back if it is broken", async () => {
    const { fs, ensure } = run({
      files: { "/etc/sudoers": MAIN, "/usr/sbin/visudo": "" },
      commands: {
        "/usr/sbin/visudo": (argv) =>
          argv.at(-1) === "-"
            ? { exitCode: 1, stderr: "visudo: unable to open -: No such file" }
            : readText(fs, argv.at(-1) ?? "").includes("NONSENSE")
              ? { exitCode: 1, stderr: `${argv.at(-1)}:4:9: syntax error` }
              : "",
      },
    });
    await expect(ensure("bob", ["NONSENSE"])).rejects.toThrow("syntax error");
    expect(fs.stat(FILE)).toBeUndefined();
    await ensure("alice", [RULE]);
    const good = readText(fs, FILE);
    expect(good).toContain(`alice ${RULE}`);
    await expect(ensure("bob", ["NONSENSE"])).rejects.toThrow("syntax error");
    expect(readText(fs, FILE)).toBe(good);
    expect(fs.stat(FILE)?.mode).toBe(0o440);
  });

  test("a name that sudoers would take for an alias, or for everybody, is quoted", async () => {
    const { fs, ensure } = run({ files: { "/etc/sudoers": MAIN } });
    for (const name of ["ALL", "DBA1", "Dba", "a.b", "svc$"]) {
      await ensure(name, [RULE]);
    }
    const lines = readText(fs, FILE).split("\n");
    expect(lines.filter((line) => line.endsWith(RULE))).toEqual([
      `"ALL" ${RULE}`,
      `"DBA1" ${RULE}`,
      `Dba ${RULE}`,
      `a.b ${RULE}`,
      `"svc$" ${RULE}`,
    ]);
    await ensure("ALL", ["ALL=(ALL) /usr/bin/id"]);
    expect(readText(fs, FILE).match(/^"ALL"/gmu)).toHaveLength(1);
  });

  test.each([[[]], [["a\nroot ALL"]], [[" "]]])("rules %j are refused", async (rules) => {
    const { ensure, changes } = run({ files: { "/etc/sudoers": MAIN } });
    await expect(ensure("alice", rules)).rejects.toThrow('Cannot give user "alice" sudo rules');
    expect(changes).toEqual([]);
  });
});
