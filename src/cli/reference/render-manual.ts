import { distroDefaults } from "../../distros/registry.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { VERSION } from "../../version.ts";
import type { CliContext } from "../cli-context.ts";
import { type CommandSpec, type OptionSpec, readCommandSpecs } from "./command-specs.ts";

/**
 * The manual page cloud-init(1), made from the table of commands: roff with the macros of man(7)
 * that AIX's nroff, groff and mandoc have in common.
 */
export async function renderManual(ctx: CliContext): Promise<string> {
  const [program, aix, linux] = await Promise.all([
    readCommandSpecs(ctx),
    distroDefaults(ctx.sys, "aix"),
    distroDefaults(ctx.sys, "linux"),
  ]);
  return [
    `.TH CLOUD\\-INIT 1 "" "cloud\\-init ${escapeText(VERSION)}" "User Commands"`,
    ".SH NAME",
    "cloud\\-init \\- make a machine match its cloud",
    ".SH SYNOPSIS",
    `.B cloud\\-init\n[${bold("--debug")}] [${bold("--force")}] [${bold("--file")} ${italic("FILE")}] ${italic("SUBCOMMAND")} ...`,
    ".br",
    ".B cloud\\-init \\-\\-version",
    ".SH DESCRIPTION",
    paragraph(
      "cloud-init sets a machine up when it boots for the first time in a cloud: network, host name, users, keys, files, packages and commands, as the cloud's data and the configuration say. Boot scripts run its four stages; the other subcommands are for the people who build images and operate machines.",
    ),
    ".SH OPTIONS",
    ...program.globals.map(renderOption),
    ".SH SUBCOMMANDS",
    paragraph(
      `Every subcommand also takes ${program.inherited.map(({ name }) => `--${name}`).join(", ")} and --help.`,
    ),
    ...program.commands.map(renderCommand),
    ".SH EXIT STATUS",
    paragraph(
      "init and modules end with the number of errors of their stage, at most 255. status ends with 0 where all went well, 1 after errors, 2 after recoverable errors. cloud-id ends with 2 where cloud-init is switched off and with 3 before its first run. A call that cannot be understood ends with 2, any other failure with 1.",
    ),
    ".SH FILES",
    ...renderFiles(aix.paths, "AIX"),
    ...renderFiles(linux.paths, "Linux"),
    ".SH ENVIRONMENT",
    tagged(
      bold("CLOUD_CFG"),
      "A further configuration file, stronger than cloud.cfg and user-data.",
    ),
    ".SH SEE ALSO",
    paragraph(
      "cloud-init-per FREQUENCY NAME COMMAND runs a command once, once for each instance or always, and cloud-id is short for cloud-init cloud-id; both are this program under another name.",
    ),
    "",
  ].join("\n");
}

function renderCommand(command: CommandSpec): string {
  const positionals = command.positionals.map(({ name, isRequired, isRepeated }) => {
    const shown = `${italic(name.toUpperCase())}${isRepeated ? " ..." : ""}`;
    return isRequired ? shown : `[${shown}]`;
  });
  const described = command.positionals.map(({ name, description }) =>
    tagged(italic(name.toUpperCase()), description),
  );
  const options = command.options.filter(({ name }) => name !== "help");
  return [
    `.SS "${escapeText(command.name)}"`,
    [bold(`cloud-init ${command.name}`), ...(options.length === 0 ? [] : ["[options]"])]
      .concat(positionals)
      .join(" "),
    ".PP",
    paragraph(`${command.description}.`),
    ...described,
    ...options.map(renderOption),
    ...(command.examples.length === 0 ? [] : [".PP", "Examples:"]),
    ...command.examples.map(({ command: line, about }) => tagged(bold(line), about)),
  ].join("\n");
}

function renderOption(option: OptionSpec): string {
  const value = option.valueName === undefined ? "" : ` ${italic(option.valueName)}`;
  const names = [`--${option.name}`, ...option.letters.map((letter) => `-${letter}`)];
  return tagged(names.map((name) => `${bold(name)}${value}`).join(", "), option.description);
}

function renderFiles(paths: PathRoots, system: string): readonly string[] {
  const { configFile, cloudDir, templatesDir, logDir, modulesDir } = paths;
  const files: readonly (readonly [string, string])[] = [
    [
      configFile,
      `Configuration on ${system}; files in ${configFile}.d that end in .cfg win over it.`,
    ],
    [templatesDir, "Templates of files that are written whole."],
    [cloudDir, "State of the deployments; instance is a link to that of the current one."],
    [`${logDir}/cloud-init.log`, "Log."],
    [`${logDir}/cloud-init-output.log`, "Output of the stages and of user commands."],
    ...(modulesDir === undefined
      ? []
      : [[modulesDir, "Modules of your own: executables that read JSON."] as const]),
  ];
  return files.map(([path, what]) => tagged(italic(path), what));
}

function tagged(tag: string, text: string): string {
  return `.TP\n${tag}\n${paragraph(text === "" ? " " : text)}`;
}

/** One line of running text: what roff would take for a request at its start is guarded. */
function paragraph(text: string): string {
  return guard(escapeText(text));
}

function bold(text: string): string {
  return `\\fB${escapeText(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${escapeText(text)}\\fR`;
}

/** Backslash and hyphen of roff(7); quotation marks that typesetting would change stay as they are. */
function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replace(/\s+/gu, " ");
}

function guard(line: string): string {
  return /^[.']/u.test(line) ? `\\&${line}` : line;
}
