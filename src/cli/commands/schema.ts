import { distroDefaults, findDistroName } from "../../distros/registry.ts";
import { isFile, readTextIfExists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";
import type { ExternalKeyCheck } from "../../modules/external-schemas.ts";
import type { InputOptions, SchemaType } from "../schema/check-input.ts";
import type { SchemaInput } from "../schema/schema-inputs.ts";
import { UsageError } from "../usage-error.ts";

/** `cloud-init schema (-c FILE | --system) [-t TYPE] [-i FILE] [--annotate]`, `cloud-init schema --docs [NAME…]` (compat core.md §7.4). */
export function createSchemaCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "schema",
    description: "Check cloud-config and network configuration, or show what can be in it",
    args: {
      "config-file": {
        type: "string",
        alias: "c",
        valueHint: "FILE",
        description: "Check this file",
      },
      system: { type: "boolean", description: "Check what this machine's instance was given" },
      "schema-type": {
        type: "enum",
        alias: "t",
        options: ["cloud-config", "network-config"],
        description: "What the file is. Default cloud-config",
      },
      "instance-data": {
        type: "string",
        alias: "i",
        valueHint: "FILE",
        description: "Instance-data for templates; this machine's if not said",
      },
      annotate: { type: "boolean", description: "Print the file with what was found in it" },
      distro: {
        type: "string",
        valueHint: "NAME",
        description: 'The system it is for, "aix" or a Linux; this machine\'s if not said',
      },
      docs: {
        type: "boolean",
        description: "Show the documentation of the modules named, or list all",
      },
      "module...": { type: "positional", required: false, description: "For --docs" },
    },
    examples: [
      {
        command: "cloud-init schema --config-file user-data.yaml --annotate",
        about: "Check a cloud-config before a machine is deployed with it",
      },
      { command: "cloud-init schema --system", about: "Check what this machine was given" },
      { command: "cloud-init schema --docs write_files", about: "What a module takes" },
    ],
    async run(args) {
      if (args.docs === true) {
        await printDocs(ctx, args._);
        return;
      }
      if (args._.length > 0) {
        throw new UsageError(
          `unrecognized argument: "${args._[0] ?? ""}" (only --docs takes names)`,
        );
      }
      const file = args["config-file"];
      const options: CheckCommand = {
        distro: args.distro ?? findDistroName(ctx.sys),
        isAnnotated: args.annotate === true,
        instanceDataFile: args["instance-data"],
      };
      if ((file === undefined) === (args.system !== true)) {
        fail(ctx, "Error:\nExpected one of --config-file or --system arguments");
      } else if (file !== undefined) {
        await checkFile(ctx, file, args["schema-type"] ?? "cloud-config", options);
      } else if (ctx.sys.process.uid === 0) {
        await checkSystem(ctx, options);
      } else {
        fail(
          ctx,
          "Error:\nUnable to read system userdata or vendordata as non-root user. Try using sudo.",
        );
      }
    },
  });
}

interface CheckCommand {
  readonly distro: string;
  readonly isAnnotated: boolean;
  readonly instanceDataFile: string | undefined;
}

function fail(ctx: CliContext, text: string): void {
  ctx.stderr(`${text}\n`);
  ctx.exitCode = 1;
}

async function checkFile(
  ctx: CliContext,
  name: string,
  type: SchemaType,
  options: CheckCommand,
): Promise<void> {
  const path = absolutePath(ctx, name);
  if (!isFile(ctx.sys.fs, path)) {
    fail(ctx, `Error: Config file ${name} does not exist`);
    return;
  }
  let bytes: Uint8Array;
  try {
    bytes = ctx.sys.fs.readBytes(path);
  } catch (error) {
    fail(ctx, `Error: ${errorMessage(error)}`);
    return;
  }
  const title = type === "cloud-config" ? "user-data" : "network-config";
  const input = { title, type, path: name, bytes, hasHeader: true };
  await checkInputs(ctx, [{ ...input, shownName: name }], options);
}

async function checkSystem(ctx: CliContext, options: CheckCommand): Promise<void> {
  const { findSystemInputs } = await import("../schema/schema-inputs.ts");
  const paths = await installedPaths(ctx.sys);
  const inputs: (SchemaInput & { readonly shownName: string })[] = [];
  for (const input of findSystemInputs(ctx.sys, paths)) {
    inputs.push({ ...input, shownName: input.title });
  }
  if (inputs.length === 0) {
    ctx.stdout(`Empty 'cloud-config' found at ${paths.instanceLink}. Nothing to validate.\n`);
    return;
  }
  await checkInputs(ctx, inputs, options);
}

async function checkInputs(
  ctx: CliContext,
  inputs: readonly (SchemaInput & { readonly shownName: string })[],
  options: CheckCommand,
): Promise<void> {
  const [{ checkInput }, { reportInput }] = await Promise.all([
    import("../schema/check-input.ts"),
    import("../schema/report-input.ts"),
  ]);
  const instanceData = await readInstanceData(ctx, options.instanceDataFile);
  const external = await externalKeyCheck(ctx, options.distro);
  const isMany = inputs.length > 1;
  if (isMany) {
    const titles = inputs.map(({ title }) => title).join(", ");
    ctx.stdout(`Found cloud-config data types: ${titles}\n`);
  }
  const invalid: string[] = [];
  for (const [index, { title, type, path, bytes, hasHeader, shownName }] of inputs.entries()) {
    const { distro, isAnnotated } = options;
    const checked = await checkInput(bytes, {
      type,
      path,
      distro,
      hasHeader,
      instanceData,
      ...external,
    });
    const report = reportInput(checked, { title, shownName, path, isAnnotated });
    if (isMany) {
      ctx.stdout(`\n${index + 1}. ${title} at ${path}:\n`);
    }
    for (const text of report.stdout) {
      ctx.stdout(`${isMany ? text.replace(/^/gmu, "  ") : text}\n`);
    }
    for (const text of report.stderr) {
      ctx.stderr(`${text}\n`);
    }
    if (!report.isValid) {
      invalid.push(title);
    }
  }
  if (invalid.length > 0) {
    fail(ctx, `Error: Invalid schema: ${invalid.join(", ")}`);
  }
}

/** Keys of external modules are known by the schemas beside them; one that is broken is told. */
async function externalKeyCheck(
  ctx: CliContext,
  distro: string,
): Promise<Pick<InputOptions, "checkExternalKey">> {
  const { modulesDir } = (await distroDefaults(ctx.sys, distro)).paths;
  if (modulesDir === undefined) {
    return {};
  }
  let check: ExternalKeyCheck | undefined;
  return {
    async checkExternalKey(key, value) {
      if (check === undefined) {
        const { createExternalKeyCheck } = await import("../../modules/external-schemas.ts");
        check = createExternalKeyCheck(ctx.sys, modulesDir, (message) =>
          ctx.stderr(`Warning: ${message}\n`),
        );
      }
      return check(key, value);
    },
  };
}

/** Undefined where nobody can read it: only a template needs it, and then says so. */
async function readInstanceData(ctx: CliContext, name: string | undefined): Promise<unknown> {
  const { runDir } = await installedPaths(ctx.sys);
  const candidates =
    name === undefined
      ? [`${runDir}/instance-data-sensitive.json`, `${runDir}/instance-data.json`]
      : [absolutePath(ctx, name)];
  for (const path of candidates) {
    try {
      const text = readTextIfExists(ctx.sys.fs, path);
      if (text !== undefined) {
        return JSON.parse(text) as unknown;
      }
    } catch {
      // Only root may read the first one.
    }
  }
  return undefined;
}

async function printDocs(ctx: CliContext, names: readonly string[]): Promise<void> {
  const [{ MODULES, findModule }, { canonicalModuleName }, { renderModuleDocs }] =
    await Promise.all([
      import("../../modules/registry.ts"),
      import("../../modules/canonical-name.ts"),
      import("../../modules/module-docs.ts"),
    ]);
  if (names.length === 0) {
    const { renderKeyTable } = await import("../../modules/key-table.ts");
    ctx.stdout(renderKeyTable(await Promise.all(MODULES.map((entry) => entry.load()))));
    return;
  }
  const wanted = names.length === 1 && names[0] === "all" ? MODULES.map(({ name }) => name) : names;
  for (const [index, name] of wanted.entries()) {
    const found = findModule(canonicalModuleName(name.replace(/^cc_/u, "")));
    const external =
      found === undefined
        ? ((await datasourceDocs(name)) ?? (await externalDocs(ctx, name)))
        : undefined;
    if (external !== undefined) {
      ctx.stdout(`${index > 0 ? "\n" : ""}${external}`);
      continue;
    }
    const { findKnownName, knownNameMessage } = await import("../../modules/known-names.ts");
    const known = findKnownName(canonicalModuleName(name));
    if (found === undefined && known !== undefined) {
      ctx.stdout(
        `${index > 0 ? "\n" : ""}${name}\n${"=".repeat(name.length)}\n${knownNameMessage(name, known)}\n`,
      );
      continue;
    }
    if (found === undefined) {
      const { nearestWord } = await import("../../text/nearest-word.ts");
      const near = nearestWord(
        canonicalModuleName(name),
        MODULES.map((entry) => entry.name),
      );
      const hint = near === undefined ? "" : `, did you mean "${near}"?`;
      fail(ctx, `Error: There is no documentation of a module "${name}"${hint}`);
      continue;
    }
    ctx.stdout(`${index > 0 ? "\n" : ""}${renderModuleDocs(await found.load())}`);
  }
}

async function datasourceDocs(name: string): Promise<string | undefined> {
  const { renderDatasourceDocs } = await import("../schema/datasource-docs.ts");
  return renderDatasourceDocs(name);
}

/** The documentation of an external module, from its header and its schema; undefined where there is none of that name. */
async function externalDocs(ctx: CliContext, written: string): Promise<string | undefined> {
  const { modulesDir } = (await distroDefaults(ctx.sys)).paths;
  if (modulesDir === undefined || ctx.sys.fs.stat(modulesDir) === undefined) {
    return undefined;
  }
  const { renderExternalDocs } = await import("../schema/external-docs.ts");
  return renderExternalDocs(ctx.sys, modulesDir, written, (message) =>
    ctx.stderr(`Warning: ${message}\n`),
  );
}
