// The script that an administrator of a real AIX runs for us, in a root with ksh93 as its shell.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { canUseAixRoot, readAixMachine } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  createAixScenario,
  SAMPLE_ADAPTERS,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const SCRIPT = path.join(import.meta.dir, "../../scripts/capture-aix.sh");
const TIMEOUT_MS = 120_000;

describe.skipIf(requireOrSkip(canUseAixRoot()))("capture-aix.sh", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;
  let answers: string;
  let before: { readonly machine: string; readonly files: readonly string[] };

  beforeAll(async () => {
    scenario = createAixScenario({
      adapters: [...SAMPLE_ADAPTERS, { name: "ent2", mac: "fa:16:3e:5c:1a:03" }],
    });
    root = await scenario.deployed();
    root.write("/tmp/capture-aix.sh", fs.readFileSync(SCRIPT), 0o755);
    before = { machine: JSON.stringify(readAixMachine(root.path)), files: root.list("/tmp") };
    answers = (await root.sh("ksh /tmp/capture-aix.sh")).stdout;
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test("asks about each open point, and comes to its end", () => {
    for (let point = 1; point <= 10; point += 1) {
      expect(answers).toMatch(new RegExp(`^### ${point} `, "mu"));
    }
    expect(answers).toEndWith("\n### end\n");
  });

  test("gives its answers in one form", () => {
    const other = answers
      .split("\n")
      .filter(
        (line) =>
          line !== "" && !/^(?:capture-aix 1$|### |- |\$ |\| |! |= (?:-|timeout|\d+)$)/u.test(line),
      );
    expect(other.filter((line) => line !== "|" && line !== "!")).toEqual([]);
    expect(answers).toContain("\n$ lspv\n| hdisk0 ");
    expect(answers).toMatch(/\n\$ lsattr -El hdisk999\n(?:! .*\n)+= [1-9]\d*\n/u);
    expect(answers).toContain("\n$ whence getent\n= ");
  });

  test("changes nothing and leaves nothing", () => {
    expect(JSON.stringify(readAixMachine(root.path))).toBe(before.machine);
    expect(root.list("/tmp")).toEqual(before.files);
  });

  test("asks in words that AIX's tools know", () => {
    // "\\|" is an alternative to GNU's grep alone.
    expect(answers).not.toContain("\\|");
    expect(answers).toMatch(/\n\$ grep -n -E usage\|getopts\|now\S* \/usr\/sbin\/shutdown\n/u);
    expect(answers).toMatch(/\n\$ grep -n -E PermitRootLogin\|\S+ \/etc\/ssh\/sshd_config\n/u);
  });

  test("shows of a disc its descriptors and the root directory, where Rock Ridge would be", () => {
    const point = answers.slice(answers.indexOf("### 1 "), answers.indexOf("### 2 "));
    expect(point).toMatch(/\n\$ od -A d -t c -j 2048 -N 96 \S+\n\| 0002048 /u);
    expect(point).toMatch(/\n\$ dd if=\/dev\/cd0 bs=2048 skip=(?!0 )\d+ count=1 of=\S+\n/u);
    expect(point.replaceAll(/\|? +/gu, "")).toMatch(/\n\d+.*SP.*RR/u);
  });

  test(
    "with -w takes back what it tried",
    async () => {
      const { attributes, interfaces, routes } = readAixMachine(root.path);
      const names = ["passwd", "group", "environment", "security/passwd", "security/user"];
      const files = (): readonly string[] => names.map((name) => root.read(`/etc/${name}`));
      const homes = root.list("/home");
      const content = files();
      const { stdout } = await root.sh("ksh /tmp/capture-aix.sh -w");
      expect(stdout).toMatch(/\n\$ mkuser pgrp=citest home=\S+ citest\n= 0\n/u);
      expect(stdout).toMatch(
        /\n\$ chtz No\/Such_Zone\n= 0\n\$ grep \^TZ \S+\n\| TZ=No\/Such_Zone\n/u,
      );
      expect(stdout).toMatch(/\n\$ cmp \S+ \/etc\/environment\n= 0\n/u);
      const after = readAixMachine(root.path);
      expect(after.attributes).toEqual(attributes);
      expect(after.interfaces).toEqual(interfaces);
      expect(after.routes).toEqual(routes);
      expect(files()).toEqual(content);
      expect(root.list("/home")).toEqual(homes);
      expect(root.list("/tmp")).toEqual(before.files);
    },
    TIMEOUT_MS,
  );

  test(
    "never touches a user or group of the name that it would use",
    async () => {
      const own = scenario.copy(root);
      await own.sh("mkgroup citest; mkuser pgrp=citest citest; chuser gecos=mine citest");
      const files = (): readonly string[] =>
        ["passwd", "group", "security/passwd"].map((name) => own.read(`/etc/${name}`));
      const content = files();
      expect(content[0]).toContain("citest:");
      const { stdout } = await own.sh("ksh /tmp/capture-aix.sh -w");
      expect(stdout).toContain("\n- a user or group citest is there already\n");
      expect(stdout).not.toMatch(/^\$ (?:mk|rm|ch)(?:user|group|sec)/mu);
      expect(files()).toEqual(content);
    },
    TIMEOUT_MS,
  );

  test(
    "takes back what it tried when it is ended in the middle",
    async () => {
      const own = scenario.copy(root);
      const content = own.read("/etc/passwd");
      const { stdout } = await own.sh(`ksh /tmp/capture-aix.sh -w >/tmp/out & pid=$!
      until grep '^. lsuser -f citest' /tmp/out >/dev/null; do sleep 0.05; done
      grep -c '^citest:' /etc/passwd; kill -TERM $pid; wait $pid; echo "ended $?"; rm /tmp/out`);
      expect(stdout).toBe("1\nended 1\n");
      expect(own.read("/etc/passwd")).toBe(content);
      expect(own.list("/tmp")).toEqual(before.files);
    },
    TIMEOUT_MS,
  );

  test(
    "with -i tries an interface that has no address, and takes that back",
    async () => {
      const { attributes, interfaces, routes } = readAixMachine(root.path);
      const used = await root.sh("ksh /tmp/capture-aix.sh -i en0");
      expect(used.stdout).toContain("\n- en0 has an address\n");
      expect((await root.sh("ksh /tmp/capture-aix.sh -i en9")).stdout).toContain(
        "\n- en9 is no interface\n",
      );
      const { stdout } = await root.sh("ksh /tmp/capture-aix.sh -i en2");
      expect(stdout).toMatch(
        /\n\$ chdev -l en2 -a netaddr=203\.0\.113\.226 \S.*\n\| en2 changed\n= 0\n/u,
      );
      const after = readAixMachine(root.path);
      expect(after.attributes).toEqual(attributes);
      expect(after.interfaces).toEqual(interfaces);
      expect(after.routes).toEqual(routes);
    },
    TIMEOUT_MS,
  );

  for (const shell of ["ksh93", "mksh"].filter((name) => Bun.which(name) !== null)) {
    test(
      `leaves no process behind (${shell})`,
      () => {
        const mark = `CAPTURE_TEST=${process.pid}-${shell}`;
        const { status, stdout } = spawnSync(shell, [SCRIPT], {
          encoding: "utf8",
          env: { [mark.split("=")[0] ?? ""]: mark.split("=")[1] },
        });
        expect({ status, isWhole: stdout.endsWith("\n### end\n") }).toEqual({
          status: 0,
          isWhole: true,
        });
        expect(processesWith(mark)).toEqual([]);
      },
      TIMEOUT_MS,
    );
  }

  test("says how it is called", async () => {
    expect((await root.sh("ksh /tmp/capture-aix.sh -x")).exitCode).toBe(2);
  });
});

/** Command lines of processes with this word in their environment. */
function processesWith(word: string): readonly string[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((pid) => {
      try {
        const isOurs = fs.readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(word);
        return isOurs
          ? [fs.readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")]
          : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}
