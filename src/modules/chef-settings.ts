import { booleanOption } from "../text/boolean-option.ts";
import { parseInteger } from "../text/integer-option.ts";
import type { Problem } from "../text/problem.ts";
import type { ChefConfig } from "./chef-schema.ts";

/** What the module works with: defaults filled in, paths absolute, texts safe inside Ruby's quotes. */
export interface ChefSettings {
  readonly directories: readonly string[];
  readonly configPath: string;
  readonly validation: Validation;
  readonly firstboot: { readonly path: string; readonly content: string } | undefined;
  /** Names as the template has them. */
  readonly variables: Readonly<Record<string, string | boolean>>;
  readonly install: InstallSettings;
  /** Undefined: as the way of installing has it. */
  readonly exec: boolean | undefined;
  readonly execArguments: readonly string[];
  readonly deletesValidation: boolean;
}

export interface Validation {
  readonly path: string;
  /** "system": the image has it; "none": nothing was said of it. */
  readonly source: "given" | "system" | "none";
  /** Only of "given". */
  readonly pem: string;
}

export interface InstallSettings {
  readonly type: string;
  readonly force: boolean;
  readonly omnibusUrl: string;
  readonly omnibusRetries: number;
  readonly omnibusVersion: string | undefined;
  readonly gemVersion: string | undefined;
  readonly rubyVersion: string | undefined;
}

const VALIDATION_PATH = "/etc/chef/validation.pem";
const OMNIBUS_URL = "https://www.chef.io/chef/install.sh";
const RETRIES = 5;
const RETRIES_MAX = 100;
const DIRECTORIES = [
  "/etc/chef",
  "/var/log/chef",
  "/var/lib/chef",
  "/var/cache/chef",
  "/var/backups/chef",
  "/var/run/chef",
];
/** Runs in the background, every half an hour, with some seconds of difference between machines. */
const EXEC_ARGUMENTS = ["-d", "-i", "1800", "-s", "20"];
const LICENCES = ["accept", "accept-silent", "accept-no-persist"];

type TextKey = {
  [K in keyof ChefConfig]-?: string extends NonNullable<ChefConfig[K]>
    ? NonNullable<ChefConfig[K]> extends string
      ? K
      : never
    : never;
}[keyof ChefConfig];

/**
 * Checks the values of `chef` and fills in what is missing. A value that cannot be used is a problem
 * and its default counts; no message shows a key.
 */
export function readChefSettings(
  config: ChefConfig,
  nodeName: string,
): { readonly settings: ChefSettings; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const complain = (key: string, message: string): void => {
    problems.push({ message: `chef.${key}: ${message}`, path: ["chef", key] });
  };
  const path = (key: TextKey, standard: string): string => {
    const value = config[key];
    if (value === undefined || (value.startsWith("/") && isPlain(value))) {
      return value ?? standard;
    }
    complain(key, `expected an absolute path, got other text; "${standard}" is used`);
    return standard;
  };
  const plain = (key: TextKey, standard?: string): string | undefined => {
    const value = config[key];
    if (value === undefined || value === "") {
      return standard;
    }
    if (isPlain(value)) {
      return value;
    }
    complain(key, "expected one line without quotes, backslashes and #{; it is left out");
    return standard;
  };
  const version = (key: "version" | "omnibus_version" | "ruby_version"): string | undefined => {
    const value = config[key] === undefined ? "" : String(config[key]).trim();
    if (value === "" || /^[0-9A-Za-z][0-9A-Za-z.+~:-]*$/u.test(value)) {
      return value === "" ? undefined : value;
    }
    complain(key, `expected a version such as 18.4.12, got "${value}"; the newest is taken`);
    return undefined;
  };
  const validation = readValidation(config, complain);
  const firstboot = readFirstboot(config, complain);
  const variables = readVariables({ config, path, plain, complain, nodeName });
  variables["validation_key"] = validation.path;
  if (config.json_attribs !== undefined) {
    variables["json_attribs"] = path("json_attribs", "/etc/chef/firstboot.json");
  } else if (firstboot !== undefined) {
    variables["json_attribs"] = firstboot.path;
  }
  const settings: ChefSettings = {
    directories: readDirectories(config.directories, complain),
    configPath: path("config_path", "/etc/chef/client.rb"),
    validation,
    firstboot,
    variables: withoutAbsent(variables),
    install: {
      type: config.install_type?.trim().toLowerCase() ?? "packages",
      force: booleanOption(config.force_install, false),
      omnibusUrl: config.omnibus_url ?? OMNIBUS_URL,
      omnibusRetries: readRetries(config.omnibus_url_retries, complain),
      omnibusVersion: version("omnibus_version"),
      gemVersion: version("version"),
      rubyVersion: version("ruby_version"),
    },
    exec: config.exec === undefined ? undefined : booleanOption(config.exec, false),
    execArguments: readArguments(config.exec_arguments),
    deletesValidation: booleanOption(config.delete_validation_post_exec, false),
  };
  return { settings, problems };
}

type Complain = (key: string, message: string) => void;

function readVariables(given: {
  readonly config: ChefConfig;
  readonly path: (key: TextKey, standard: string) => string;
  readonly plain: (key: TextKey, standard?: string) => string | undefined;
  readonly complain: Complain;
  readonly nodeName: string;
}): Record<string, string | boolean | undefined> {
  const { config, path, plain, complain, nodeName } = given;
  const location = plain("log_location", "/var/log/chef/client.log");
  const isDevice = location !== undefined && /^(?:STDOUT|STDERR|:[a-z_]+)$/u.test(location);
  const licence = config.chef_license;
  if (licence !== undefined && !LICENCES.includes(licence)) {
    complain("chef_license", `expected one of ${LICENCES.join(", ")}; it is left out`);
  }
  return {
    server_url: plain("server_url"),
    validation_name: plain("validation_name"),
    node_name: plain("node_name") ?? usableName(nodeName, complain),
    environment: plain("environment", "_default"),
    log_level: symbol("log_level", config.log_level, ":info", complain),
    ssl_verify_mode: symbol("ssl_verify_mode", config.ssl_verify_mode, ":verify_none", complain),
    log_location: location,
    log_device: isDevice ? location : undefined,
    client_key: path("client_key", "/etc/chef/client.pem"),
    file_cache_path: path("file_cache_path", "/var/cache/chef"),
    file_backup_path: path("file_backup_path", "/var/backups/chef"),
    pid_file: path("pid_file", "/var/run/chef/client.pid"),
    encrypted_data_bag_secret:
      config.encrypted_data_bag_secret === undefined
        ? undefined
        : path("encrypted_data_bag_secret", "/etc/chef/encrypted_data_bag_secret"),
    chef_license: licence !== undefined && LICENCES.includes(licence) ? licence : undefined,
    show_time: booleanOption(config.show_time, true),
  };
}

/** Ruby's symbol, with its colon or without. */
function symbol(
  key: string,
  value: string | undefined,
  standard: string,
  complain: Complain,
): string {
  if (value === undefined || value === "") {
    return standard;
  }
  if (/^:?[a-z_]+$/u.test(value)) {
    return value.startsWith(":") ? value : `:${value}`;
  }
  complain(key, `expected a word such as ${standard}, got other text; ${standard} is used`);
  return standard;
}

/** An instance-id is the cloud's to choose; Chef takes letters, digits and "_-.:" in the name of a node. */
function usableName(instanceId: string, complain: Complain): string {
  const name = instanceId.replaceAll(/[^A-Za-z0-9_.:-]/gu, "-");
  if (name !== instanceId) {
    const got = JSON.stringify(instanceId);
    complain(
      "node_name",
      `expected letters, digits and "_-.:" in the instance-id, which is the default, got ${got}; "${name}" is used: set node_name`,
    );
  }
  return name;
}

/** Ends no Ruby string and is no code in it. */
function isPlain(value: string): boolean {
  return !/[\p{Cc}"\\]|#[{$@]/u.test(value);
}

function readValidation(config: ChefConfig, complain: Complain): Validation {
  const { validation_cert: cert, validation_key: key } = config;
  const isKeyPath = key?.startsWith("/") === true && isPlain(key);
  const path = isKeyPath ? key : VALIDATION_PATH;
  if (key !== undefined && !isKeyPath && !isPem(key) && key.trim() !== "system") {
    complain("validation_key", "expected an absolute path, or a key as PEM text; it is left out");
  }
  const given = cert ?? (isKeyPath ? undefined : key);
  if (given === undefined) {
    return { path, source: isKeyPath ? "system" : "none", pem: "" };
  }
  if (given.trim() === "system") {
    return { path, source: "system", pem: "" };
  }
  if (!isPem(given)) {
    if (cert !== undefined) {
      complain("validation_cert", 'expected a key as PEM text, or "system"; it is left out');
    }
    return { path, source: "none", pem: "" };
  }
  return { path, source: "given", pem: given.endsWith("\n") ? given : `${given}\n` };
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

function readFirstboot(config: ChefConfig, complain: Complain): ChefSettings["firstboot"] {
  const given = config.firstboot_path;
  if (given === false || given === "") {
    return undefined;
  }
  let path = "/etc/chef/firstboot.json";
  if (typeof given === "string" && given.startsWith("/") && isPlain(given)) {
    path = given;
  } else if (typeof given === "string") {
    complain("firstboot_path", `expected an absolute path or false, got "${given}"`);
  }
  const json = {
    ...(config.run_list === undefined ? {} : { run_list: config.run_list }),
    ...config.initial_attributes,
  };
  // What is too long for a number of JavaScript's would lose digits as one.
  const content = JSON.stringify(
    json,
    (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value),
    2,
  );
  return { path, content: `${content}\n` };
}

function readDirectories(
  given: readonly string[] | undefined,
  complain: Complain,
): readonly string[] {
  for (const directory of given ?? []) {
    if (!directory.startsWith("/")) {
      complain("directories", `expected absolute paths, got "${directory}"; it is left out`);
    }
  }
  const wanted = (given ?? DIRECTORIES).filter((directory) => directory.startsWith("/"));
  return [...new Set(wanted)];
}

function readRetries(given: number | string | undefined, complain: Complain): number {
  const retries = given === undefined ? RETRIES : parseInteger(given);
  if (retries !== undefined && retries >= 0 && retries <= RETRIES_MAX) {
    return retries;
  }
  complain("omnibus_url_retries", `expected a number from 0 to ${RETRIES_MAX}; ${RETRIES} is used`);
  return RETRIES;
}

function readArguments(given: ChefConfig["exec_arguments"]): readonly string[] {
  if (given === undefined) {
    return EXEC_ARGUMENTS;
  }
  return typeof given === "string"
    ? given.split(/\s+/u).filter((word) => word !== "")
    : given.map(String);
}

function withoutAbsent(
  values: Readonly<Record<string, string | boolean | undefined>>,
): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
