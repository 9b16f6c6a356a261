import { posix } from "node:path";
import { type CloudConfig } from "../../config/cloud-config.ts";
import { loadBaseConfig } from "../../config/load-base-config.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { readTemplateHeader } from "../../jinja/template-header.ts";
import { canonicalModuleName } from "../../modules/canonical-name.ts";
import { findExternalModule } from "../../modules/find-external-module.ts";
import { findKnownName } from "../../modules/known-names.ts";
import { findModule } from "../../modules/registry.ts";
import { isDirectory, readText } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { CheetahError, parseCheetah } from "../../text/cheetah-parser.ts";
import { errorMessage } from "../../text/error-message.ts";

/** Directories `cloudinit` of Python packages below `root`, without `root`; none where cloud-init in Python is not installed. */
export function findOldPackage(
  fs: FileSystem,
  root: string,
  modulesDir: string,
): readonly string[] {
  const library = posix.dirname(posix.dirname(modulesDir));
  return [library, `${library}64`].flatMap((directory) =>
    namesIn(fs, posix.join(root, directory))
      .filter((name) => /^python[0-9][0-9.]*$/u.test(name))
      .flatMap((name) => ["site-packages", "dist-packages"].map((kind) => `${name}/${kind}`))
      .map((name) => `${directory}/${name}/cloudinit`)
      .filter((path) => isDirectory(fs, posix.join(root, path))),
  );
}

/** The system that is taken over. */
export interface OldSystem {
  readonly root: string;
  readonly paths: PathRoots;
  readonly modulesDir: string;
  readonly pythonDirs: readonly string[];
  /** Built in. */
  readonly defaults: CloudConfig;
}

/**
 * What ran with the old package and does not with this program, a line each: modules and part
 * handlers in Python, templates outside the subset of Cheetah, and names in the module lists that
 * nothing answers to.
 */
export async function listLosses(sys: System, old: OldSystem): Promise<readonly string[]> {
  return [
    ...old.pythonDirs.flatMap((directory) => pythonLosses(sys.fs, old, directory)),
    ...handlerLosses(sys.fs, old, `${old.paths.cloudDir}/handlers`, new Set()),
    ...templateLosses(sys.fs, old),
    ...(await moduleLosses(sys, old)),
  ];
}

function pythonLosses(fs: FileSystem, old: OldSystem, directory: string): readonly string[] {
  const modules = namesIn(fs, posix.join(old.root, `${directory}/config`))
    .filter((name) => /^cc_.+\.py$/u.test(name))
    .filter((name) => !isKnownModule(name))
    .map((name) => {
      const place = posix.join(old.root, `${directory}/config/${name}`);
      const ours = `${old.modulesDir}/${canonicalModuleName(name)}`;
      return `${place}: modules in Python are not run; write it as an executable "${ours}" that reads JSON`;
    });
  return [...modules, ...handlerLosses(fs, old, `${directory}/handlers`, OLD_HANDLERS)];
}

/** Those of the old packages, whose work is built in. */
const OLD_HANDLERS: ReadonlySet<string> = new Set([
  "__init__.py",
  "boot_hook.py",
  "cloud_config.py",
  "jinja_template.py",
  "shell_script.py",
  "shell_script_by_frequency.py",
  "upstart_job.py",
]);

function handlerLosses(
  fs: FileSystem,
  old: OldSystem,
  directory: string,
  builtIn: ReadonlySet<string>,
): readonly string[] {
  return namesIn(fs, posix.join(old.root, directory))
    .filter((name) => name.endsWith(".py") && !builtIn.has(name))
    .map((name) => {
      const place = posix.join(old.root, `${directory}/${name}`);
      return `${place}: part handlers in Python are not run; send what it makes as #cloud-config or a script`;
    });
}

function templateLosses(fs: FileSystem, old: OldSystem): readonly string[] {
  const directory = posix.join(old.root, old.paths.templatesDir);
  return namesIn(fs, directory)
    .filter((name) => name.endsWith(".tmpl"))
    .flatMap((name) => {
      const fault = findTemplateFault(fs, `${directory}/${name}`);
      return fault === undefined
        ? []
        : [`${directory}/${name}${fault}; rewrite it with "## template:jinja" as its first line`];
    });
}

/** ", line 3: …", or undefined where this program can render it. */
function findTemplateFault(fs: FileSystem, path: string): string | undefined {
  try {
    const { engine, body } = readTemplateHeader(readText(fs, path));
    if (engine === undefined || engine === "cheetah") {
      parseCheetah(body);
    }
    return undefined;
  } catch (error) {
    const line = error instanceof CheetahError ? `, line ${error.line}` : "";
    return `${line}: this template cannot be rendered: ${errorMessage(error)}`;
  }
}

const LISTS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"] as const;

async function moduleLosses(sys: System, old: OldSystem): Promise<readonly string[]> {
  const { config } = await loadBaseConfig(sys, {
    defaults: old.defaults,
    roots: {
      configFile: posix.join(old.root, old.paths.configFile),
      runDir: posix.join(old.root, old.paths.runDir),
    },
  });
  return LISTS.flatMap((list) => {
    const entries: unknown = config[list];
    return (Array.isArray(entries) ? (entries as readonly unknown[]) : []).flatMap((entry) => {
      const written: unknown = Array.isArray(entry) ? entry[0] : entry;
      if (typeof written !== "string" || isKnownModule(written)) {
        return [];
      }
      const name = canonicalModuleName(written);
      const directory = posix.join(old.root, old.modulesDir);
      return findExternalModule(sys, directory, { name, writtenName: written }).kind === "found"
        ? []
        : [
            `module "${written}" in ${list}: nothing of this name is built in, and there is no executable "${old.modulesDir}/${name}"; take it out of the list, or write it`,
          ];
    });
  });
}

function isKnownModule(written: string): boolean {
  const name = canonicalModuleName(written);
  return findModule(name) !== undefined || findKnownName(name) !== undefined;
}

function namesIn(fs: FileSystem, directory: string): readonly string[] {
  return isDirectory(fs, directory) ? fs.list(directory) : [];
}
