// The examples of `cloud-init schema --docs` are what people copy: each plans on AIX, Debian and Red
// Hat without an internal error or a key that nobody knows, and its module runs where it has a
// function.
import { describe, expect, test } from "bun:test";
import { runCli } from "../../src/cli/cli.ts";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { renderModuleDocs } from "../../src/modules/module-docs.ts";
import { canonicalModuleName } from "../../src/modules/canonical-name.ts";
import type { ConfigModule } from "../../src/modules/module.ts";
import { MODULES } from "../../src/modules/registry.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { moduleLists } from "../../src/config/builtin-config.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { planCommand } from "../support/plan-command.ts";

const DISTROS = ["aix", "debian", "rhel"] as const;
type DistroName = (typeof DISTROS)[number];

const FILE = "/images/example.yaml";

interface Plan {
  readonly exitCode: number;
  readonly statuses: readonly string[];
  readonly messages: readonly string[];
  readonly stderr: string;
}

/** What an example needs of its machine that no plan has, or of the one system that it is for: the failure that says so. */
const NEEDS: Readonly<Record<string, RegExp>> = {
  ansible: /there is no such user/u,
  chef: /there is no file|there is no package manager/u,
  disk_setup:
    /no such disk|no name of a disk|volume_group|such a logical volume|cannot be made here|is for AIX/u,
  growpart: /a volume group or a disk|a mount point or a device/u,
  mounts:
    /such a logical volume|on AIX say|on AIX is a logical volume|no such device|not there|mount.nfs/iu,
  package_update_upgrade_install: /there is no file|is not installed after it|for AIX|on AIX/u,
  puppet: /knows no AIX/u,
  ssh_import_id: /no network on this simulated machine/u,
  timezone: /"CET-1CEST": it is not in/u,
  write_files: /Cannot find group "system"/u,
  write_files_deferred: /Cannot find group "staff"/u,
};

function isFor(module: ConfigModule, distro: DistroName): boolean {
  const families: readonly string[] = distro === "rhel" ? ["rhel", "redhat"] : [distro];
  const { distros } = module;
  return distros === undefined || families.some((name) => distros.includes(name));
}

/** The cloud.cfg of an image, with the module in it where it is in no list. */
function configFor(module: ConfigModule, distro: DistroName): string {
  const platform = distro === "aix" ? "aix" : "linux";
  const [file] = defaultConfigFiles(platform);
  const isListed = Object.values(moduleLists(platform))
    .flat()
    .some((name) => canonicalModuleName(name) === module.name);
  const text = file?.content ?? "";
  return isListed
    ? text
    : text.replace(/^cloud_config_modules:\n/mu, (line) => `${line}  - ${module.name}\n`);
}

async function plan(module: ConfigModule, example: string, distro: DistroName): Promise<Plan> {
  const files = { [FILE]: example, "/images/cloud.cfg": configFor(module, distro) };
  const { stdout, stderr, exitCode } = await planCommand(
    ["--user-data", FILE, "--config", "/images/cloud.cfg", "--distro", distro, "--format", "json"],
    { files },
  );
  const report: unknown = JSON.parse(stdout);
  const { stages, failures } = report as {
    readonly stages: readonly {
      readonly modules: readonly { readonly name: string; readonly status: string }[];
      readonly warnings: readonly string[];
    }[];
    readonly failures: readonly { readonly message: string }[];
  };
  return {
    exitCode,
    stderr,
    statuses: stages
      .flatMap(({ modules }) => modules)
      .filter(({ name }) => name === module.name)
      .map(({ status }) => status),
    messages: [
      ...failures.map(({ message }) => message),
      ...stages.flatMap(({ warnings }) => warnings).map((warning) => `warning: ${warning}`),
    ],
  };
}

async function checkSchema(example: string, distro: DistroName): Promise<string> {
  const { system } = createScriptedSystem({ files: { [FILE]: example } });
  let output = "";
  const add = (text: string): void => void (output += text);
  const ctx: CliContext = { sys: system, cwd: "/", stdout: add, stderr: add, exitCode: 0 };
  await runCli("cloud-init", ["schema", "-c", FILE, "--distro", distro], ctx);
  return ctx.exitCode === 0 ? output : `exit code ${ctx.exitCode}: ${output}`;
}

const INTERNAL = /TypeError|ReferenceError|RangeError|AssertionError|is not a function|undefined/u;

describe.each(MODULES.map(({ name, load }) => [name, load] as const))("%s", (name, load) => {
  test.each(DISTROS)("each example plans on %s", async (distro) => {
    const module = await load();
    for (const example of module.examples) {
      const { exitCode, statuses, messages, stderr } = await plan(module, example, distro);
      const isExcused = (message: string): boolean =>
        message.startsWith("warning: ") || NEEDS[name]?.test(message) === true;
      const about = `${example}\n`;
      expect(about + messages.filter((message) => !isExcused(message)).join("\n")).toBe(about);
      expect(messages.join("\n")).not.toMatch(INTERNAL);
      expect(stderr).toBe("");
      const fails = messages.some((message) => !message.startsWith("warning: "));
      expect([about, exitCode]).toEqual([about, fails ? 1 : 0]);
      // The network is given in the stage before.
      const done = fails ? ["runs", "fails"] : ["runs", "already-ran"];
      expect(isFor(module, distro) ? done : ["other-system"]).toContain(statuses.join());
    }
  });

  test.each(DISTROS)("no example has a key that nobody knows on %s", async (distro) => {
    const module = await load();
    for (const example of module.examples) {
      const output = await checkSchema(example, distro);
      expect(output).toContain("Valid schema");
      expect(output).not.toMatch(/unknown|not known|misspel|did you mean/iu);
    }
  });

  test("its documentation says all that there is to say", async () => {
    const module = await load();
    const text = renderModuleDocs(module);
    expect(text).toMatch(/^On AIX: \S/mu);
    expect(text).toMatch(/^On Linux: \S/mu);
    expect(text).toMatch(/^Runs: \S/mu);
    expect(text).toMatch(/Source: \S/u);
    expect(text).toContain(module.title);
    for (const key of Object.keys(module.schema.properties)) {
      expect(text).toContain(`  ${key} (`);
    }
    // A key without a word about it is no documentation; the word stands four blanks further in.
    const start = text.indexOf("\nKeys:\n");
    const lines = start === -1 ? [] : (text.slice(start).split("\nExample:")[0] ?? "").split("\n");
    const bare = lines.filter((line, index) => {
      const indent = /^( +)(?!NAME)[\w-]+ \(.*\)$/u.exec(line)?.[1];
      return (
        indent !== undefined && !new RegExp(`^${indent} {4}\\S`, "u").test(lines[index + 1] ?? "")
      );
    });
    expect(bare).toEqual([]);
  });
});

test("an example that is wrong would be noticed", async () => {
  const { load } = MODULES.find(({ name }) => name === "timezone") ?? {};
  const module = await load?.();
  if (module === undefined) {
    throw new Error("There is no module timezone");
  }
  const wrong = await plan(module, "#cloud-config\ntimezone: [1, 2]\n", "aix");
  expect([wrong.exitCode, wrong.statuses]).toEqual([1, ["fails"]]);
  expect(await checkSchema("#cloud-config\ntimezon: UTC\n", "aix")).toMatch(
    /unknown|did you mean/iu,
  );
});
