import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { CliContext } from "../../../src/cli/cli-context.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { readCommandSpecs } from "../../../src/cli/reference/command-specs.ts";
import { renderManual } from "../../../src/cli/reference/render-manual.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const ctx: CliContext = {
  sys: createScriptedSystem().system,
  stdout: () => {},
  stderr: () => {},
  exitCode: 0,
};

test("it has every subcommand, option and example of the table", async () => {
  const text = (await renderManual(ctx)).replaceAll("\\-", "-");
  const { commands, globals } = await readCommandSpecs(ctx);
  expect(commands.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
  for (const option of globals) {
    expect(text).toContain(`\\fB--${option.name}\\fR`);
  }
  for (const { name, options, examples } of commands) {
    const start = text.indexOf(`.SS "${name}"\n`);
    expect(start).toBeGreaterThan(0);
    const section = text.slice(start, text.indexOf(".S", start + 3));
    for (const option of options.filter((one) => one.name !== "help")) {
      expect(section).toContain(`\\fB--${option.name}\\fR`);
    }
    for (const { about } of examples) {
      expect(section).toContain(about.replaceAll("'", "\\(aq"));
    }
  }
});

test("it uses requests of man(7) only, and no line is taken for one by mistake", async () => {
  const lines = (await renderManual(ctx)).split("\n");
  const requests = lines.filter((line) => /^[.']/u.test(line));
  expect(requests.filter((line) => !/^\.(?:TH|SH|SS|TP|PP|B|br)(?: |$)/u.test(line))).toEqual([]);
  // Hyphens that a person copies must be hyphens, and apostrophes no typographer's ones.
  expect(lines.slice(1).filter((line) => /(?<!\\)-|[^\\]'|[^\u0020-\u007E]/u.test(line))).toEqual(
    [],
  );
});

const OVERSTRUCK = new RegExp(`.${String.fromCodePoint(8)}`, "gu");
const RENDERERS: readonly (readonly [program: string, ...args: string[]])[] = [
  ["/usr/bin/groff", "-man", "-Tascii", "-ww", "-P-cbou"],
  ["/usr/bin/nroff", "-man"],
  ["/usr/bin/mandoc", "-Tascii", "-Wwarning"],
];

describe("it renders without a complaint", () => {
  for (const [program, ...args] of RENDERERS.filter(([path]) => existsSync(path))) {
    test(program, async () => {
      const input = await renderManual(ctx);
      const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      // Bold and underline are overstriking, or escape sequences.
      const plain = stripVTControlCharacters(stdout.replaceAll(OVERSTRUCK, ""));
      expect(plain).toMatch(/^SUBCOMMANDS$/mu);
      expect(plain).toMatch(/^ +cloud-init status \[options\]$/mu);
      expect(plain).toContain("cloud-init query --format 'I am {{ v1.instance_id }}'");
      expect(plain).toContain("/opt/freeware/etc/cloud/cloud.cfg");
    });
  }
});
