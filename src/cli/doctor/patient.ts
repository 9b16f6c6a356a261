import { type CloudConfig, isMapping } from "../../config/cloud-config.ts";
import { loadBaseConfig } from "../../config/load-base-config.ts";
import type { Distro } from "../../distros/distro.ts";
import type { DoctorAdapter, DoctorSubject } from "../../distros/doctor-adapter.ts";
import { findDistroName, loadDistro } from "../../distros/registry.ts";
import type { Paths } from "../../instance/paths.ts";
import { type ModuleEntry, parseModuleList } from "../../stages/module-list.ts";
import { readJsonIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import { createReadOnlySystem } from "./read-only-system.ts";

/** The machine that is looked at. */
export interface Patient extends DoctorSubject {
  /** Only asks. */
  readonly sys: System;
  readonly distro: Distro;
  /** Absent where nothing is known of this operating system. */
  readonly adapter: DoctorAdapter | undefined;
  readonly paths: Paths;
  readonly config: CloudConfig;
  /** What of the configuration cannot be read. */
  readonly configProblems: readonly Problem[];
  /** Of every module list, in order. */
  readonly modules: readonly ListedModule[];
  /** How the program is called in commands that are shown. */
  readonly program: string;
}

/** An entry of a module list. */
export interface ListedModule extends ModuleEntry {
  /** "cloud_init_modules". */
  readonly section: string;
}

const SECTIONS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** Loads the distro and the configuration; asks the machine nothing but its files. */
export async function openPatient(base: System, paths: Paths): Promise<Patient> {
  const sys = createReadOnlySystem(base);
  const { defaults, create } = await loadDistro(findDistroName(sys));
  const { config, problems } = await loadBaseConfig(sys, {
    defaults: defaults.config,
    roots: paths,
  });
  const { system_info: systemInfo } = config;
  const silent = (): void => {};
  const distro = create({
    sys,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    systemInfo: isMapping(systemInfo) ? systemInfo : {},
  });
  const modules: ListedModule[] = [];
  for (const section of SECTIONS) {
    // What is wrong with a list is what its schema says.
    const { entries } = parseModuleList(config[section], section);
    modules.push(...entries.map((entry) => Object.assign(entry, { section })));
  }
  const { executablePath } = sys.process;
  const lastConfig = readLastConfig(sys, paths);
  return {
    sys,
    distro,
    adapter: await distro.loadDoctor?.(),
    paths,
    config,
    ...(lastConfig === undefined ? {} : { lastConfig }),
    configProblems: problems,
    modules,
    listsModule: (name) => modules.some((entry) => entry.name === name),
    program: executablePath.endsWith(".ts") ? "cloud-init" : executablePath,
  };
}

function readLastConfig(sys: System, paths: Paths): CloudConfig | undefined {
  try {
    const value = readJsonIfExists(sys.fs, `${paths.runDir}/combined-cloud-config.json`);
    return isMapping(value) ? value : undefined;
  } catch {
    // Cut short, or only root may read it.
    return undefined;
  }
}
