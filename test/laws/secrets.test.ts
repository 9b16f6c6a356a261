// Passwords, hashes and private keys of the user-data are where the system keeps them and in the
// agent's own 0600 copies of the user-data, and nowhere else: not in a command line, a log, the
// ledger, status, result, an error or a plan.
import { describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import { runCli } from "../../src/cli/cli.ts";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { planCommand } from "../support/plan-command.ts";
import { buildDrive } from "../support/sample-machine.ts";
import {
  ADMIN_PASS,
  findMarkedFiles,
  findMarks,
  LINUX_SEED,
  type Sabotage,
  type WatchedMachine,
  watchedAix,
  watchedCloud,
  watchedLinux,
} from "../support/secret-scenario.ts";

const KEY_BODY = "MARKprivateKeyBody0123456789";
const PRIVATE_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${KEY_BODY}\n-----END OPENSSH PRIVATE KEY-----\n`;

const MARKS = [
  "MARKplainAlice",
  "MARKhashBob",
  "MARKnewUserHash",
  "MARKdefaultUser",
  "MARKusersText",
  "MARKusersHash",
  "MARKlistText",
  "MARKlistHash",
  "MARKfileContent",
  "MARKwrong",
  "MARKpassword",
  "MARKcsr",
  "MARKpresharedKey",
  "MARKgitUser",
  "MARKextraVars",
  "MARKgalaxy",
  KEY_BODY,
  ADMIN_PASS,
] as const;

function userData(hashOf: (mark: string) => string): string {
  const config = {
    user: { name: "root", plain_text_passwd: "MARKdefaultUser-1", lock_passwd: false },
    users: [
      "default",
      { name: "alice", plain_text_passwd: "MARKplainAlice-1", lock_passwd: false },
      { name: "bob", hashed_passwd: hashOf("MARKhashBob"), lock_passwd: false },
      { name: "carol", passwd: hashOf("MARKnewUserHash"), lock_passwd: false },
      { name: "dave", "plain-text-passwd": "MARKplainAlice-2" },
    ],
    password: "MARKpassword-1",
    chpasswd: {
      expire: false,
      users: [
        { name: "alice", type: "text", password: "MARKusersText-1" },
        { name: "bob", type: "hash", password: hashOf("MARKusersHash") },
        { name: "carol", type: "RANDOM" },
      ],
      list: ["dave:MARKlistText-1", `bob:${hashOf("MARKlistHash")}`, "alice:RANDOM"],
    },
    ssh_keys: { rsa_private: PRIVATE_KEY, rsa_public: "ssh-rsa AAAAB3NzaC1yc2E host" },
    write_files: [{ path: "/etc/secret.conf", permissions: "0600", content: "MARKfileContent\n" }],
    puppet: {
      conf: { agent: { server: "puppet.example.com" } },
      csr_attributes: { custom_attributes: { "1.2.3": "MARKcsr-1" } },
    },
    salt_minion: {
      conf: { master: "salt.example.com" },
      public_key: "x",
      private_key: PRIVATE_KEY,
    },
    mcollective: { conf: { "plugin.psk": "MARKpresharedKey-1", "private-cert": PRIVATE_KEY } },
    ansible: {
      install_method: "distro",
      package_name: "ansible",
      galaxy: { actions: [["ansible-galaxy", "install", "x", "--token", "MARKgalaxy-1"]] },
      pull: {
        url: "https://bot:MARKgitUser-1@git.example.com/x.git",
        playbook_name: "x.yml",
        extra_vars: { a: "MARKextraVars-1" },
      },
    },
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

/** Each secret in a form that is refused. */
const WRONG = {
  users: [
    { name: "alice", plain_text_passwd: ["MARKwrong-1"], hashed_passwd: { a: "MARKwrong-2" } },
    { name: "bob", hashed_passwd: "{nonsense MARKwrong-3", lock_passwd: false },
    { name: "carol", plain_text_passwd: "MARKwrong-4\nMARKwrong-5", lock_passwd: false },
    { name: "dave", passwd: "MARKwrong 6:7", lock_passwd: false },
    { name: "erin", plain_text_password: "MARKwrong-8" },
    { name: "bad:name", plain_text_passwd: "MARKwrong-9" },
  ],
  password: ["MARKwrong-10"],
  chpasswd: {
    expire: "maybe",
    users: [
      { name: "ghost", type: "text", password: "MARKwrong-11" },
      { name: "alice", type: "MARK", password: "MARKwrong-12" },
      { name: "bob", type: "hash", password: "MARKwrong-13" },
      { password: "MARKwrong-14" },
    ],
    list: [{ alice: "MARKwrong-15" }, "ghost:MARKwrong-16", "MARKwrong-17"],
  },
  ssh_keys: { rsa_private: ["MARKwrong-18"], ed25519_private: "MARKwrong-19" },
  write_files: [
    { path: "/etc/x", permissions: "0600", content: ["MARKwrong-20"] },
    { path: "/etc/hosts/x", permissions: "0600", content: "MARKwrong-21" },
    { path: "/etc/y", permissions: "0600", encoding: "b64", content: "%%MARKwrong-22" },
  ],
  puppet: { csr_attributes: { custom_attributes: { a: ["MARKwrong-23"] } } },
  salt_minion: { private_key: "MARKwrong-24" },
  mcollective: { conf: { "private-cert": "MARKwrong-25", "plugin.psk": ["MARKwrong-26"] } },
  ansible: {
    install_method: "distro",
    package_name: "ansible",
    pull: {
      url: "https://bot:MARKwrong-27@git.example.com/x.git",
      playbook_name: "x.yml",
      extra_vars: ["MARKwrong 28"],
      vault_password: ["MARKwrong-29"],
    },
  },
};

const AIX_HASH = (mark: string): string => `{ssha512}06$${mark}$0123456789abcdefghijklmnop`;
const LINUX_HASH = (mark: string): string => `$6$${mark}$0123456789abcdefghijklmnop`;
const wrongData = `#cloud-config\n${JSON.stringify(WRONG)}\n`;

/** A chpasswd, ssh-keygen and sshd that fail and repeat what they were given. */
const repeatInput: Sabotage = (argv, options) =>
  /\/(?:chpasswd|pwdadm|passwd|chsec)$/u.test(argv[0] ?? "")
    ? { exitCode: 1, stderr: `cannot use: ${String(options.stdin ?? "")}` }
    : undefined;

const VARIANTS: readonly (readonly [string, () => WatchedMachine])[] = [
  ["AIX", () => watchedAix(userData(AIX_HASH))],
  ["AIX, with hashes of Linux", () => watchedAix(userData(LINUX_HASH))],
  ["AIX, where passwords cannot be set", () => watchedAix(userData(AIX_HASH), repeatInput)],
  ["AIX, with wrong values", () => watchedAix(wrongData)],
  [
    "AIX, with YAML that cannot be read",
    () => watchedAix('#cloud-config\npassword: "MARKwrong\n a: ['),
  ],
  ["Linux", () => watchedLinux(userData(LINUX_HASH))],
  ["Linux, with hashes of AIX", () => watchedLinux(userData(AIX_HASH))],
  ["Linux, where passwords cannot be set", () => watchedLinux(userData(LINUX_HASH), repeatInput)],
  ["Linux, with wrong values", () => watchedLinux(wrongData)],
  [
    "Linux, with YAML that cannot be read",
    () => watchedLinux('#cloud-config\npassword: "MARKwrong\n a: ['),
  ],
];

/** Where a secret may be, and why. Everything of these is 0600 or stricter, what the user gave aside. */
const ALLOWED: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/security\/passwd$/u, "AIX keeps hashes there"],
  [/^\/etc\/shadow$/u, "Linux keeps hashes there"],
  [/^\/etc\/ssh\/ssh_host_(?:rsa|ed25519)_key$/u, "the host key itself, 0600"],
  [/^\/etc\/chef\/(?:validation\.pem|firstboot\.json)$/u, "chef reads them there, 0600"],
  [/^\/etc\/apt\/apt\.conf\.d\/90cloud-init-aptproxy$/u, "apt reads it there, 0600"],
  [/^\/etc\/secret\.conf$/u, "the file that write_files was to write, 0600"],
  [/^\/etc\/(?:puppetlabs\/)?puppet\/csr_attributes\.yaml$/u, "for the agent's request, 0600"],
  [/^\/etc\/salt\/pki\/minion\.pem$/u, "the minion's key itself, 0400"],
  [/^\/etc\/mcollective\/(?:server\.cfg|ssl\/server-private\.pem)$/u, "the server's own, 0600"],
  [/\/instances\/[^/]+\/(?:user-data|cloud-config)\.txt(?:\.i)?$/u, "the user-data as it came"],
  [/\/instances\/[^/]+\/obj\.pkl$/u, "the instance for the next boot, user-data included"],
  [
    /\/run\/cloud-init\/(?:instance-data-sensitive\.json|combined-cloud-config\.json)$/u,
    "for root alone",
  ],
];

/** Where what is between the machine and its cloud may be, and why. */
const CLOUD_ALLOWED: readonly (readonly [RegExp, string])[] = [
  [/\/cloud\.cfg\.d\/99_cloud\.cfg$/u, "where the installation put it, 0600"],
  [/\/run\/cloud-init\/config-cache\.json$/u, "the same, read once, 0600"],
];

function isGiven(path: string): boolean {
  return path === "/dev/cd0" || path.startsWith(`${LINUX_SEED}/`);
}

async function cli(system: System, ...args: readonly string[]): Promise<string> {
  let text = "";
  const add = (more: string): void => void (text += more);
  const ctx: CliContext = { sys: system, stdout: add, stderr: add, exitCode: 0 };
  await runCli("cloud-init", args, ctx);
  return text;
}

describe.each(VARIANTS)("%s", (_name, create) => {
  test("secrets are only where they have to be", async () => {
    const machine = create();
    await runBoot(machine);
    const { fs } = machine.system;
    const files = findMarkedFiles(fs, MARKS).filter(({ path }) => !isGiven(path));
    const isAllowed = (path: string): boolean => ALLOWED.some(([pattern]) => pattern.test(path));
    expect(files.filter(({ path }) => !isAllowed(path))).toEqual([]);
    // shadow(5): root and the group shadow, which Debian has it for.
    const open = files.filter(
      ({ path, mode }) => (mode & (path === "/etc/shadow" ? 7 : 0o77)) !== 0,
    );
    expect(open).toEqual([]);
    expect(files.some(({ path }) => path.endsWith("/user-data.txt"))).toBeTrue();
    expect(machine.argvs.filter((argv) => findMarks(argv, MARKS).length > 0)).toEqual([]);
    const { stdout, stderr, console: shown } = machine.output();
    expect(findMarks(`${stdout}${stderr}${shown}`, MARKS)).toEqual([]);
  });

  test("the commands that tell how it went show none", async () => {
    const machine = create();
    await runBoot(machine);
    for (const args of [
      ["status", "--long"],
      ["status", "--format", "json"],
      ["status", "--failed"],
      ["analyze", "show"],
      ["schema", "--system"],
    ]) {
      expect([args, findMarks(await cli(machine.system, ...args), MARKS)]).toEqual([args, []]);
    }
  });

  test("random passwords are on the console, and nowhere else", async () => {
    const machine = create();
    await runBoot(machine);
    const { stdout, stderr, console: shown } = machine.output();
    const passwords = [...shown.matchAll(/^(?:alice|carol):(\S{20})$/gmu)].map(
      ([, password = ""]) => password,
    );
    const log = readTextIfExists(machine.system.fs, "/var/log/cloud-init.log") ?? "";
    expect(passwords).toHaveLength(/Made (\d) random/u.exec(log)?.[1] === "2" ? 2 : 0);
    expect(findMarkedFiles(machine.system.fs, passwords)).toEqual([]);
    expect(findMarks(`${machine.argvs.join("\n")}${stdout}${stderr}`, passwords)).toEqual([]);
  });
});

test("what looks for marks finds them, also in base64", () => {
  for (const before of ["", "a", "ab", "abc"]) {
    const text = Buffer.from(`${before}MARKplainAlice-1 and more`).toString("base64");
    expect(findMarks(`x ${text} x`, MARKS)).toEqual(["MARKplainAlice"]);
  }
  expect(findMarks("password: MARKpassword-1", MARKS)).toEqual(["MARKpassword"]);
});

test("random passwords are made and shown where passwords can be set", async () => {
  for (const machine of [watchedAix(userData(AIX_HASH)), watchedLinux(userData(LINUX_HASH))]) {
    await runBoot(machine);
    expect(machine.output().console).toMatch(/^carol:\S{20}$/mu);
  }
});

test.each([
  ["with everything", userData(AIX_HASH)],
  ["with hashes of Linux", userData(LINUX_HASH)],
  ["with wrong values", wrongData],
  ["with YAML that cannot be read", '#cloud-config\npassword: "MARKwrong\n a: ['],
])("a plan %s shows no password, hash or private key", async (_name, data) => {
  const drive = buildDrive({ userData: data, metaData: { admin_pass: ADMIN_PASS } });
  for (const args of [[], ["--format", "json"], ["--diff"]]) {
    const plan = await planCommand(["drive.iso", ...args], {
      files: { "/images/drive.iso": drive },
    });
    expect([args, findMarks(`${plan.stdout}${plan.stderr}`, MARKS)]).toEqual([args, []]);
    expect([args, plan.stdout]).toEqual([args, expect.stringContaining("users_groups")]);
  }
});

describe.each([
  ["AIX", "aix"],
  ["Linux", "linux"],
] as const)("what clouds give and take, on %s", (_name, platform) => {
  const marks = ["MARKrouter", "MARKconsumer", "MARKtoken", "MARKsigned", "MARKuserInfo"];
  const MAAS = {
    metadata_url: "http://u:MARKuserInfo-1@192.0.2.10/MAAS",
    consumer_key: "MARKconsumer-1",
    token_key: "MARKtoken-1",
    token_secret: "MARKsigned-1",
    max_wait: 3,
  };
  const CLOUD_STACK = { metadata_address: "192.0.2.9", fetch_password: true };
  const tree: Readonly<Record<string, string>> = {
    "http://192.0.2.9/latest/meta-data/": "instance-id\nlocal-hostname",
    "http://192.0.2.9/latest/meta-data/instance-id": "i-1",
    "http://192.0.2.9/latest/meta-data/local-hostname": "vm1",
    "http://192.0.2.9:8080/": "MARKrouterPassword-1\n",
  };

  /** The credentials come in the configuration that the installation left, readable by root alone. */
  async function boot(list: readonly string[]): Promise<WatchedMachine> {
    const machine = watchedCloud(platform, {
      config: { datasource_list: list, datasource: { MAAS, CloudStack: CLOUD_STACK } },
      http({ method, url }) {
        const body = tree[url];
        if (url.includes("/MAAS/") && list[0] === "MAAS") {
          return { status: 401, headers: {}, body: new Uint8Array() };
        }
        if (!url.startsWith("http://192.0.2.9")) {
          throw new HttpError(method, url, "connection refused");
        }
        const status = body === undefined ? 404 : 200;
        return { status, headers: {}, body: new TextEncoder().encode(body ?? "") };
      },
    });
    await runBoot(machine);
    return machine;
  }

  test.each([
    ["a router's password", ["CloudStack"]],
    ["credentials that the server refuses", ["MAAS", "CloudStack"]],
    ["credentials for a server that is not there", ["CloudStack", "MAAS"]],
  ])("%s are nowhere but where they have to be", async (_what, list) => {
    const machine = await boot(list);
    const { fs } = machine.system;
    const files = findMarkedFiles(fs, marks);
    const isAllowed = (path: string): boolean =>
      [...ALLOWED, ...CLOUD_ALLOWED].some(([pattern]) => pattern.test(path));
    expect(files.filter(({ path }) => !isAllowed(path))).toEqual([]);
    expect(files.filter(({ mode }) => (mode & 0o77) !== 0).map(({ path }) => path)).toEqual([]);
    expect(files.some(({ path }) => path.endsWith("/obj.pkl"))).toBeTrue();
    const { stdout, stderr, console: shown } = machine.output();
    expect(findMarks(`${stdout}${stderr}${shown}${machine.argvs.join("\n")}`, marks)).toEqual([]);
    for (const args of [
      ["status", "--long"],
      ["status", "--format", "json"],
      ["analyze", "show"],
    ]) {
      expect([args, findMarks(await cli(machine.system, ...args), marks)]).toEqual([args, []]);
    }
  });
});
