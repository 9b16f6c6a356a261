import { Type } from "typebox";
import { exists } from "../system/files.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { errorMessage } from "../text/error-message.ts";
import { installAnsible } from "./ansible-install.ts";
import { readAnsibleOptions } from "./ansible-options.ts";
import { type AnsibleRunner, createAnsibleRunner } from "./ansible-runner.ts";
import { type AnsibleSettings, ansibleSettings } from "./ansible-schema.ts";
import { removeLeftSecrets } from "./ansible-secrets.ts";
import { splitCredentials } from "./ansible-source.ts";
import { ensurePackages } from "./ensure-packages.ts";
import { findProgram } from "./find-program.ts";
import { readGalaxyAction } from "./galaxy-action.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

const KEY = "ansible";
/** git(1): no question that nobody would answer, and no server that sends nothing for five minutes. */
const GIT_ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_HTTP_LOW_SPEED_LIMIT: "1",
  GIT_HTTP_LOW_SPEED_TIME: "300",
};

type Path = readonly (string | number)[];

/** Ansible, run by this machine for itself or for others (compat modules.md, ansible). */
export const ansible = defineModule({
  name: "ansible",
  title: "Ansible",
  description: [
    "Installs Ansible unless it is there, out of the system's repositories or with pip, then runs the",
    "commands of `galaxy.actions`, `ansible-pull` for each entry of `pull`, and what",
    "`setup_controller` says: repositories are cloned unless they are there, and `ansible-playbook`",
    "runs. All of it as root or as `run_user`, each command two hours at most. One that fails does not",
    "keep the next from running.",
    "",
    "What is secret is not put on a command line: user and password of an address go into a file for",
    "git (2.31 or newer), `extra_vars` and `…_password` into files of mode 0600, a token of",
    "ansible-galaxy and user and password of its `--server` (Ansible 2.9 or newer) too; they are gone",
    "after the run, those of a run that was cut off when the agent ends, else at the next boot. On AIX: Ansible and git come from the AIX Toolbox by `dnf`, pip is its python3-pip.",
    "On Linux: apt-get, dnf or yum. Another user's commands run by `su -`. Source: upstream's cc_ansible; ansible-pull(1), ansible-playbook(1).",
  ].join("\n"),
  aix: "`dnf` of the AIX Toolbox or pip, then `ansible-galaxy`, `ansible-pull`, `ansible-playbook`",
  linux: "the package or pip, then `ansible-galaxy`, `ansible-pull`, `ansible-playbook`",
  frequency: "once-per-instance",
  activateByKeys: [KEY],
  schema: Type.Object({ ansible: Type.Optional(ansibleSettings) }),
  examples: [
    [
      "#cloud-config",
      "ansible:",
      "  install_method: distro",
      "  package_name: ansible-core",
      "  galaxy:",
      "    actions:",
      "      - [ansible-galaxy, collection, install, ibm.power_aix]",
      "  pull:",
      "    url: https://git.example.com/machines.git",
      "    playbook_name: aix.yml",
      "    accept_host_key: true",
      "    tags: base",
      "",
    ].join("\n"),
    [
      "#cloud-config",
      "ansible:",
      "  install_method: pip",
      "  package_name: ansible",
      "  run_user: ansible",
      "  setup_controller:",
      "    repositories:",
      "      - {source: https://git.example.com/play.git, path: /home/ansible/play}",
      "    run_ansible:",
      "      - {playbook_dir: /home/ansible/play, playbook_name: start.yml, become: true}",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const wanted = config.ansible;
    if (wanted === undefined) {
      return;
    }
    const { install_method: method, package_name: packageName } = wanted;
    const missing = method === undefined ? "install_method" : "package_name";
    if (method === undefined || packageName === undefined) {
      fail(ctx, [], `Cannot use ansible: there is no usable "${missing}"`);
      return;
    }
    removeLeftSecrets(ctx.sys.fs, ctx.paths.runDir);
    const runner = await createRunner(ctx, wanted);
    if (runner === undefined) {
      return;
    }
    try {
      const isForUser = wanted.run_user !== undefined;
      await installAnsible(ctx, { method, packageName, isForUser }, runner);
    } catch (error) {
      fail(ctx, [], `Cannot install ${packageName}: ${errorMessage(error)}`, error);
      return;
    }
    for (const [index, words] of (wanted.galaxy?.actions ?? []).entries()) {
      await runGalaxy(ctx, runner, words, index);
    }
    await pullAll(ctx, runner, wanted.pull);
    await setUpController(ctx, runner, wanted.setup_controller);
  },
});

/** Undefined where the user does not exist. */
async function createRunner(
  ctx: ModuleContext,
  wanted: AnsibleSettings,
): Promise<AnsibleRunner | undefined> {
  const env = {
    ...GIT_ENVIRONMENT,
    ...(wanted.ansible_config === undefined ? {} : { ANSIBLE_CONFIG: wanted.ansible_config }),
  };
  const name = wanted.run_user === "root" ? undefined : wanted.run_user;
  const found = await ctx.distro.users.find(name ?? "root");
  if (name !== undefined && found === undefined) {
    fail(
      ctx,
      ["run_user"],
      `Cannot run Ansible as "${name}": there is no such user; make it with users`,
    );
    return undefined;
  }
  return createAnsibleRunner(ctx, { name, home: found?.home ?? "/", env });
}

async function runGalaxy(
  ctx: ModuleContext,
  runner: AnsibleRunner,
  written: readonly string[],
  index: number,
): Promise<void> {
  const { words, token, credentials, server } = readGalaxyAction(written);
  const [program = "", ...rest] = words;
  const place = ["galaxy", "actions", index];
  if (program === "") {
    fail(ctx, place, `Cannot run ansible.galaxy.actions[${index}]: there is no command in it`);
    return;
  }
  await runner.run({
    what: `${program} (galaxy.actions[${index}])`,
    path: [KEY, ...place],
    words: [program, ...rest],
    credentials,
    ...(server === undefined ? {} : { secretEnvironment: server }),
    ...(token === undefined ? {} : { secretFiles: { ANSIBLE_GALAXY_TOKEN_PATH: token } }),
  });
}

async function pullAll(
  ctx: ModuleContext,
  runner: AnsibleRunner,
  written: AnsibleSettings["pull"],
): Promise<void> {
  const isList = Array.isArray(written);
  const entries = isList ? written : written === undefined ? [] : [written];
  for (const [index, entry] of entries.entries()) {
    const place: Path = isList ? ["pull", index] : ["pull"];
    const playbooks = [entry.playbook_name, ...(entry.playbook_names ?? [])].filter(
      (name): name is string => name !== undefined && name !== "",
    );
    if (entry.url === undefined || entry.url === "" || playbooks.length === 0) {
      const missing = entry.url === undefined || entry.url === "" ? "url" : "playbook_name";
      fail(ctx, place, `Cannot run ansible-pull: there is no usable "${missing}"`);
      continue;
    }
    if (!(await ensureGit(ctx, place))) {
      continue;
    }
    const { words, problems } = readAnsibleOptions(entry, [KEY, ...place]);
    reportProblems(ctx, problems);
    const { url, credentials } = splitCredentials(entry.url);
    await runner.run({
      what: `ansible-pull of "${urlWithoutSecrets(url)}"`,
      path: [KEY, ...place],
      words: ["ansible-pull", `--url=${url}`, ...words, ...playbooks.map(asOperand)],
      credentials,
    });
  }
}

async function setUpController(
  ctx: ModuleContext,
  runner: AnsibleRunner,
  written: AnsibleSettings["setup_controller"],
): Promise<void> {
  for (const [index, { source, path }] of (written?.repositories ?? []).entries()) {
    const place: Path = ["setup_controller", "repositories", index];
    if (source === undefined || path?.startsWith("/") !== true) {
      const missing = source === undefined ? '"source"' : '"path", from the root';
      fail(ctx, place, `Cannot clone a repository: there is no usable ${missing}`);
    } else if (exists(ctx.sys.fs, `${path}/.git`)) {
      ctx.log.debug(`There is a repository at ${path} already`);
    } else if (await ensureGit(ctx, place)) {
      const { url, credentials } = splitCredentials(source);
      await runner.run({
        what: `git clone of "${urlWithoutSecrets(url)}"`,
        path: [KEY, ...place],
        words: [findProgram(ctx, "git") ?? "git", "clone", "--", url, path],
        credentials,
      });
    }
  }
  for (const [index, play] of (written?.run_ansible ?? []).entries()) {
    const place: Path = ["setup_controller", "run_ansible", index];
    const { playbook_dir: cwd, playbook_name: playbook } = play;
    if (cwd?.startsWith("/") !== true || playbook === undefined || playbook === "") {
      const missing = cwd?.startsWith("/") === true ? '"playbook_name"' : '"playbook_dir"';
      fail(ctx, place, `Cannot run ansible-playbook: there is no usable ${missing}`);
      continue;
    }
    const { words, problems } = readAnsibleOptions(play, [KEY, ...place]);
    reportProblems(ctx, problems);
    await runner.run({
      what: `ansible-playbook of "${playbook}"`,
      path: [KEY, ...place],
      words: ["ansible-playbook", ...words, asOperand(playbook)],
      cwd,
    });
  }
}

/** A name that begins with "-" would be read as an option. */
function asOperand(name: string): string {
  return name.startsWith("-") ? `./${name}` : name;
}

async function ensureGit(ctx: ModuleContext, place: Path): Promise<boolean> {
  if (findProgram(ctx, "git") !== undefined) {
    return true;
  }
  try {
    await ensurePackages(ctx, [{ name: "git" }]);
    return true;
  } catch (error) {
    fail(ctx, place, `Cannot install git: ${errorMessage(error)}`, error);
    return false;
  }
}

function fail(ctx: ModuleContext, place: Path, message: string, cause?: unknown): void {
  const path = [KEY, ...place];
  ctx.fail({ message, path, ...ctx.locate(path) }, cause);
}
