import { describe, expect, test } from "bun:test";
import { zypperAddRepo } from "../../src/modules/zypper-add-repo.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { type ModuleRun, runModule } from "../support/module-context.ts";

const CONF = "/etc/zypp/zypp.conf";

async function run(
  zypper: unknown,
  files: Readonly<Record<string, string>> = { [CONF]: "[main]\n# a = 1\nb = 2\n" },
): Promise<ModuleRun & { read(path: string): string | undefined }> {
  const done = await runModule(zypperAddRepo, { config: { zypper }, machine: { files } });
  return { ...done, read: (path) => readTextIfExists(done.system.fs, path) };
}

describe("zypper_add_repo", () => {
  test("writes a file for each repository, once", async () => {
    const repository = {
      id: "own tools",
      name: "Tools",
      baseurl: "https://packages.example.com/suse",
      enabled: true,
      autorefresh: 1,
    };
    const path = "/etc/zypp/repos.d/own-tools.repo";
    const { read, failures } = await run({ repos: [repository] });
    expect(failures).toEqual([]);
    expect(read(path)).toBe(
      "[own-tools]\nname=Tools\nbaseurl=https://packages.example.com/suse\nenabled=1\nautorefresh=1\n",
    );
    const again = await run({ repos: [repository] }, { [path]: "own" });
    expect(again.read(path)).toBe("own");
  });

  test("a password in the address makes the file root's alone", async () => {
    const { system } = await run({ repos: [{ id: "a", baseurl: "https://u:p@x.example.com/" }] });
    expect(system.fs.stat("/etc/zypp/repos.d/a.repo")?.mode).toBe(0o600);
  });

  test("sets keys in zypp.conf, not the directories", async () => {
    const { read, log, failures } = await run({
      config: { b: 3, "c.d": true, reposdir: "/tmp" },
    });
    expect(failures).toEqual([]);
    expect(read(CONF)).toBe("[main]\n# a = 1\nb = 3\nc.d = 1\n");
    expect(log.join()).toContain('"reposdir" is not set');
  });

  test("what cannot be used is told, and the others are written", async () => {
    const { failures, read } = await run({
      repos: [
        { id: "a" },
        { baseurl: "https://x.example.com" },
        { id: "../b", baseurl: "https://x.example.com" },
        { id: "c", baseurl: "https://x.example.com", name: "two\nlines" },
        "text",
      ],
      config: { "x y": 1, z: "two\nlines" },
    });
    expect(failures).toHaveLength(7);
    expect(read("/etc/zypp/repos.d/c.repo")).toBe("[c]\nbaseurl=https://x.example.com\n");
    expect((await run({ config: { a: 1 } }, {})).failures[0]).toContain(`no file "${CONF}"`);
  });
});
