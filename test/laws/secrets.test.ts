// Secrets never stand in argv, logs, ledger, status, results, plans, messages or files that others
// may read (DECISIONS: secrets go by standard input or in 0600 files). Every marked value is searched
// for in everything that a whole boot leaves behind.
import { describe, expect, test } from "bun:test";
import { runStage } from "../../src/stages/run-stage.ts";
import type { FileSystem, System } from "../../src/system/system.ts";
import { STAGES } from "../support/boot-scenario.ts";
import { planCommand } from "../support/plan-command.ts";
import { buildDrive, createMachine } from "../support/sample-machine.ts";

/** In every secret; nothing else has it. */
const MARK = "MARKED";
const secret = (name: string): string => `${MARK}-${name}-0815`;
const pem = (name: string): string =>
  `-----BEGIN PRIVATE KEY-----\n${secret(name)}\n-----END PRIVATE KEY-----\n`;

/** Each key that takes a secret, with users that are there, that are not, and with nonsense around. */
const SECRETS = {
  users: [
    { name: "alice", plain_text_passwd: secret("plain"), lock_passwd: false },
    { name: "bob", hashed_passwd: `{ssha256}06$${secret("aixhash")}$x`, lock_passwd: false },
    { name: "carol", passwd: `$6$${secret("linuxhash")}$x`, lock_passwd: false },
    { name: "bad:name", plain_text_passwd: secret("badname") },
    { name: "dave", plain_text_passwd: { nested: secret("nested") } },
    { name: "erin", "plain-text-passwd": `${secret("twolines")}\n${secret("second")}` },
  ],
  password: secret("default"),
  chpasswd: {
    expire: false,
    list: [`alice:${secret("list")}`, `nobody:${secret("unknown")}`, secret("nocolon")],
    users: [
      { name: "alice", password: secret("entry"), type: "text" },
      { name: "nobody", password: secret("nouser"), type: "text" },
      { name: "bob", password: `$6$${secret("wronghash")}$x`, type: "hash" },
      { password: secret("noname") },
      { name: "carol", type: "md5", password: secret("notype") },
    ],
  },
  ssh_keys: {
    rsa_private: pem("rsa"),
    ed25519_private: secret("broken"),
    what_private: pem("what"),
  },
  random_seed: { file: "/var/seed", data: secret("seed"), encoding: "raw" },
  chef: { validation_key: pem("chef"), server_url: "https://chef.example.com" },
  puppet: { conf: { agent: { server_password: secret("puppet") } } },
  mcollective: { conf: { "private-cert": pem("mcollective") } },
  salt_minion: { private_key: pem("salt") },
  phone_home: { url: `http://me:${secret("url")}@example.com/?token=${secret("query")}` },
  power_state: { mode: 7, message: "x" },
  write_files: [
    { path: "/etc/own/secret", permissions: "0600", content: secret("file") },
    {
      path: "/etc/own/broken",
      permissions: "0600",
      encoding: "b64",
      content: `%%${secret("bad64")}`,
    },
  ],
};

/**
 * Where a secret may stand: who reads them needs root anyway, and each is there for a reason. The
 * mode is checked with it.
 */
const ALLOWED: readonly RegExp[] = [
  // What the cloud gave, kept as it came: 0600.
  /\/instances\/[^/]+\/(?:user-data|vendor-data|cloud-config|vendor-cloud-config)[^/]*\.txt(?:\.i)?$/u,
  /\/instances\/[^/]+\/obj\.[a-z]+$/u,
  /\/instances\/[^/]+\/(?:instance|handlers|boot-hooks)[^/]*\.json$/u,
  /^\/run\/cloud-init\/.*sensitive.*\.json$/u,
  /^\/run\/cloud-init\/(?:combined-cloud-config|cloud-config|config)[^/]*\.json$/u,
  // Where a system keeps the hashes.
  /^\/etc\/(?:security\/passwd|shadow)$/u,
  // What the user wanted written.
  /^\/etc\/own\//u,
  /^\/etc\/ssh\/ssh_host_[a-z0-9]+_key$/u,
  /^\/var\/seed$/u,
];

/** Every file that holds the mark: "path mode". */
function filesWithMark(fs: FileSystem, directory = "/"): readonly string[] {
  return fs.list(directory).flatMap((name): readonly string[] => {
    const path = `${directory === "/" ? "" : directory}/${name}`;
    const stat = fs.stat(path);
    if (stat?.kind === "directory") {
      return filesWithMark(fs, path);
    }
    const isMarked = stat?.kind === "file" && Buffer.from(fs.readBytes(path)).includes(MARK);
    return isMarked ? [`${path} ${stat.mode.toString(8).padStart(4, "0")}`] : [];
  });
}

function unwanted(fs: FileSystem): readonly string[] {
  return filesWithMark(fs).filter((line) => {
    const [path = "", mode = ""] = line.split(" ");
    return !ALLOWED.some((pattern) => pattern.test(path)) || !mode.endsWith("00");
  });
}

async function boot(system: System): Promise<void> {
  for (const stage of STAGES) {
    await runStage(stage, system, { configFiles: [], force: false, debug: true });
  }
}

const USER_DATA = `#cloud-config\n${JSON.stringify(SECRETS)}\n`;

describe("secrets law: a whole boot on AIX", () => {
  const drive = buildDrive({
    userData: USER_DATA,
    metaData: {
      admin_pass: secret("adminpass"),
      random_seed: Buffer.from(secret("b64")).toString("base64"),
    },
  });

  test("keeps them out of argv, output, console and every file that others may read", async () => {
    const aix = createMachine({ drive: drive });
    // The disc itself is not what the agent left.
    await boot(aix.system);
    aix.media.clear();

    expect(aix.gaps).toEqual([]);
    expect(aix.commands.flat().filter((word) => word.includes(MARK))).toEqual([]);
    expect(aix.output.stdout).not.toContain(MARK);
    expect(aix.output.stderr).not.toContain(MARK);
    expect(aix.output.console).not.toContain(MARK);
    expect(unwanted(aix.system.fs).filter((line) => !line.startsWith("/dev/"))).toEqual([]);
  });

  test("the search finds them where they may stand", async () => {
    const aix = createMachine({ drive: drive });
    await boot(aix.system);
    const found = filesWithMark(aix.system.fs).join("\n");
    expect(found).toContain("/etc/own/secret 0600");
    expect(found).toContain("/user-data.txt 0600");
  });

  test("a random password is on the console alone", async () => {
    const aix = createMachine({
      drive: buildDrive({
        userData: "#cloud-config\nchpasswd: {expire: false, users: [{name: root, type: RANDOM}]}\n",
      }),
    });
    await boot(aix.system);
    const password = /^root:(\S{20})$/mu.exec(aix.output.console)?.[1] ?? "";
    expect(password).toHaveLength(20);
    const everywhere = [JSON.stringify(aix.commands), aix.output.stdout, aix.output.stderr];
    expect(everywhere.filter((text) => text.includes(password))).toEqual([]);
    const walk = (directory: string): readonly string[] =>
      aix.system.fs.list(directory).flatMap((name): readonly string[] => {
        const path = `${directory === "/" ? "" : directory}/${name}`;
        const kind = aix.system.fs.stat(path)?.kind;
        if (kind === "directory") {
          return walk(path);
        }
        return kind === "file" && Buffer.from(aix.system.fs.readBytes(path)).includes(password)
          ? [path]
          : [];
      });
    expect(walk("/")).toEqual([]);
  });
});

describe("secrets law: a plan", () => {
  const files = {
    "/images/drive/openstack/latest/meta_data.json": JSON.stringify({
      uuid: "i-1",
      hostname: "vm1",
      admin_pass: secret("adminpass"),
    }),
    "/images/drive/openstack/latest/user_data": USER_DATA,
  };
  for (const distro of ["aix", "debian"]) {
    for (const options of [["--debug"], ["--diff"], ["--format", "json"]]) {
      test(`of a machine with ${distro} shows none with ${options.join(" ")}`, async () => {
        const args = ["drive", "--distro", distro, ...options];
        const { stdout, stderr } = await planCommand(args, { files });
        expect(stdout).toContain("alice");
        expect(marked(stdout)).toEqual([]);
        expect(marked(stderr)).toEqual([]);
      });
    }
  }
});

function marked(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.includes(MARK));
}
