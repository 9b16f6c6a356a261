import { describe, expect, test } from "bun:test";
import { yumAddRepo } from "../../src/modules/yum-add-repo.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { type ModuleRun, runModule } from "../support/module-context.ts";

const AIX_DIRECTORY = "/opt/freeware/etc/yum/repos.d";

function run(
  config: Readonly<Record<string, unknown>>,
  platform = "aix",
  files: Readonly<Record<string, string>> = {},
): Promise<ModuleRun> {
  return runModule(yumAddRepo, { config, machine: { platform, files } });
}

const read = (done: ModuleRun, path: string): string | undefined =>
  readTextIfExists(done.system.fs, path);

describe("a repository", () => {
  const settings = {
    name: "Own",
    baseurl: ["https://example.com/a", "https://example.com/b"],
    enabled: true,
    gpgcheck: false,
    priority: 5,
  };

  test("becomes a file where the AIX Toolbox looks, or Linux", async () => {
    const expected =
      "# Created by cloud-init on Fri, 02 Jan 2026 03:04:05 +0000\n[own-tools]\nname = Own\nbaseurl = https://example.com/a\n    https://example.com/b\nenabled = 1\ngpgcheck = 0\npriority = 5\n";
    const config = { yum_repos: { "own tools": settings } };
    expect(read(await run(config), `${AIX_DIRECTORY}/own-tools.repo`)).toBe(expected);
    const dnf = await run(config, "aix", { "/opt/freeware/etc/dnf/repos.d/x": "" });
    expect(read(dnf, "/opt/freeware/etc/dnf/repos.d/own-tools.repo")).toBe(expected);
    expect(read(await run(config, "linux"), "/etc/yum.repos.d/own-tools.repo")).toBe(expected);
    const elsewhere = await run({ ...config, yum_repo_dir: "/etc/own/" });
    expect(read(elsewhere, "/etc/own/own-tools.repo")).toBe(expected);
  });

  test("that is there already stays as it is", async () => {
    const path = `${AIX_DIRECTORY}/own.repo`;
    const done = await run({ yum_repos: { own: settings } }, "aix", { [path]: "mine\n" });
    expect(read(done, path)).toBe("mine\n");
    expect(done.log).toEqual([`INFO Skipping repo own, file ${path} already exists!`]);
  });

  test("a text of YAML's | is taken without its line end; nothing usable writes no file", async () => {
    const done = await run({ yum_repos: { own: { baseurl: "https://example.com/\n" } } });
    expect(read(done, `${AIX_DIRECTORY}/own.repo`)).toContain("baseurl = https://example.com/\n");
    const broken = await run({ yum_repos: { own: { baseurl: "a\nb", metalink: "" } } });
    expect(read(broken, `${AIX_DIRECTORY}/own.repo`)).toBeUndefined();
  });

  test("with a password in it is readable by root alone", async () => {
    const repo = { baseurl: "https://me:Secret-1@example.com/" };
    const done = await run({
      yum_repos: { own: repo, other: { baseurl: "https://example.com/" } },
    });
    expect(done.system.fs.stat(`${AIX_DIRECTORY}/own.repo`)?.mode).toBe(0o600);
    expect(done.system.fs.stat(`${AIX_DIRECTORY}/other.repo`)?.mode).toBe(0o644);
    expect(done.log.join("\n")).not.toContain("Secret");
  });
});

describe("what is wrong does not stop the next", () => {
  const good = { baseurl: "https://example.com/" };
  const cases: readonly [string, Readonly<Record<string, unknown>>, string][] = [
    ["a name with a path", { "../x": good }, "is no name for a repository"],
    ["a name with a line end", { "a]\n[b": good }, "is no name for a repository"],
    ["no mapping", { own: "https://example.com/" }, "expected a mapping"],
    ["a value with a line end", { own: { ...good, name: "a\n[evil]" } }, '"name" is left out'],
    ["a value that is a mapping", { own: { ...good, name: {} } }, '"name" is left out'],
    ["a key with a blank", { own: { ...good, "a b": "c" } }, '"a b" is left out'],
  ];
  for (const [title, repos, message] of cases) {
    test(title, async () => {
      const done = await run({ yum_repos: { ...repos, last: good } });
      expect(done.failures).toEqual([expect.stringContaining(message)]);
      expect(read(done, `${AIX_DIRECTORY}/last.repo`)).toContain("[last]");
      expect(read(done, `${AIX_DIRECTORY}/own.repo`) ?? "").not.toContain("evil");
    });
  }

  test("one without an address is left out with a warning", async () => {
    const done = await run({ yum_repos: { own: { name: "x" }, last: good } });
    expect(done.failures).toEqual([]);
    expect(done.log[0]).toStartWith(
      "WARNING Repository own does not contain a usable one of the required",
    );
    expect(read(done, `${AIX_DIRECTORY}/own.repo`)).toBeUndefined();
  });

  test("no mapping at all, and a relative directory", async () => {
    expect((await run({ yum_repos: ["x"] })).failures).toHaveLength(1);
    const relative = await run({ yum_repos: { own: good }, yum_repo_dir: "repos" });
    expect(relative.failures).toEqual([expect.stringContaining("expected an absolute path")]);
  });
});
