import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { PackageAdapter } from "../../src/distros/package-adapter.ts";
import { chef } from "../../src/modules/chef.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import {
  createTestDistro,
  INSTANCE_DIR,
  type ModuleRun,
  runModule,
} from "../support/module-context.ts";

const CLIENT = "/usr/bin/chef-client";
const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMARKkey\n-----END RSA PRIVATE KEY-----";
const BASE = {
  server_url: "https://chef.example.com",
  validation_name: "validator",
  validation_cert: PEM,
};

interface Given extends ScriptedSystemOptions {
  readonly packages?: Partial<PackageAdapter>;
  /** Run on this machine, which an earlier run left. */
  readonly scripted?: ScriptedSystem;
}

async function run(
  settings: unknown,
  given: Given = {},
): Promise<ModuleRun & { readonly scripted: ScriptedSystem; readonly ran: readonly string[] }> {
  const scripted = given.scripted ?? createScriptedSystem(given);
  const { system } = scripted;
  const before = scripted.changes.length;
  const packages: PackageAdapter = {
    name: "apt-get",
    updateLists: async () => {},
    upgradeAll: async () => {},
    findMissing: async (wishes) => wishes,
    install: async (wishes) => {
      await system.exec.run(["install", ...wishes.map(({ name }) => name)]);
    },
    needsRestart: async () => false,
    ...given.packages,
  };
  const distro = { ...createTestDistro(system), packages };
  const done = await runModule(chef, { config: { chef: settings }, system, distro });
  const ran = scripted.changes
    .slice(before)
    .flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
  return { ...done, scripted, ran };
}

/** A machine that has chef-client. */
function withClient(
  commands: ScriptedSystemOptions["commands"] = { [CLIENT]: "" },
): ScriptedSystem {
  const scripted = createScriptedSystem(commands === undefined ? {} : { commands });
  scripted.system.fs.write(CLIENT, "", { mode: 0o755 });
  return scripted;
}

function read({ system }: ScriptedSystem, path: string): string | undefined {
  return readTextIfExists(system.fs, path);
}

describe("files", () => {
  test("client.rb has the settings and the defaults, in Ruby", async () => {
    const { scripted, failures } = await run(
      {
        ...BASE,
        environment: "production",
        chef_license: "accept",
        log_level: "debug",
        ssl_verify_mode: ":verify_peer",
        encrypted_data_bag_secret: "/etc/chef/data-bag-secret",
      },
      { scripted: withClient() },
    );
    expect(failures).toEqual([]);
    expect(read(scripted, "/etc/chef/client.rb")?.replaceAll(/^#.*\n/gmu, "")).toBe(
      [
        "log_level              :debug",
        'log_location           "/var/log/chef/client.log"',
        "ssl_verify_mode        :verify_peer",
        'validation_client_name "validator"',
        'validation_key         "/etc/chef/validation.pem"',
        'client_key             "/etc/chef/client.pem"',
        'chef_server_url        "https://chef.example.com"',
        'environment            "production"',
        'node_name              "i-test"',
        'json_attribs           "/etc/chef/firstboot.json"',
        'file_cache_path        "/var/cache/chef"',
        'file_backup_path       "/var/backups/chef"',
        'pid_file               "/var/run/chef/client.pid"',
        'encrypted_data_bag_secret "/etc/chef/data-bag-secret"',
        'chef_license           "accept"',
        "Chef::Log::Formatter.show_time = true",
        "",
      ].join("\n"),
    );
  });

  test("the validation key and the first run's attributes are for root alone", async () => {
    const { scripted } = await run(
      { ...BASE, run_list: "recipe[base]", initial_attributes: { db: { password: "x" } } },
      { scripted: withClient() },
    );
    const { fs } = scripted.system;
    expect(read(scripted, "/etc/chef/validation.pem")).toBe(`${PEM}\n`);
    expect(fs.stat("/etc/chef/validation.pem")?.mode).toBe(0o600);
    expect(JSON.parse(read(scripted, "/etc/chef/firstboot.json") ?? "")).toEqual({
      run_list: ["recipe[base]"],
      db: { password: "x" },
    });
    expect(fs.stat("/etc/chef/firstboot.json")?.mode).toBe(0o600);
    for (const name of ["log", "lib", "cache", "backups", "run"]) {
      expect(fs.stat(`/var/${name}/chef`)?.kind).toBe("directory");
    }
  });

  test("the key may stand under validation_key, as the AIX port had it", async () => {
    const { scripted, failures } = await run(
      { server_url: BASE.server_url, validation_name: "v", validation_key: PEM },
      { scripted: withClient() },
    );
    expect(failures).toEqual([]);
    expect(read(scripted, "/etc/chef/validation.pem")).toBe(`${PEM}\n`);
  });

  test("with `system` the image's key stays, and gets its mode", async () => {
    const scripted = withClient();
    scripted.system.fs.write("/etc/own.pem", "own", { mode: 0o644 });
    const settings = { ...BASE, validation_cert: "system", validation_key: "/etc/own.pem" };
    const { failures } = await run(settings, { scripted });
    expect(failures).toEqual([]);
    expect(read(scripted, "/etc/own.pem")).toBe("own");
    expect(scripted.system.fs.stat("/etc/own.pem")?.mode).toBe(0o600);
    expect(read(scripted, "/etc/chef/client.rb")).toContain('"/etc/own.pem"');
  });

  test("`system` without the file is told", async () => {
    const { log } = await run({ ...BASE, validation_cert: "system" }, { scripted: withClient() });
    expect(log.join("\n")).toContain('"/etc/chef/validation.pem", and there is no such file');
  });

  test("firstboot_path false writes none, and client.rb does not name one", async () => {
    const { scripted } = await run({ ...BASE, firstboot_path: false }, { scripted: withClient() });
    expect(read(scripted, "/etc/chef/firstboot.json")).toBeUndefined();
    expect(read(scripted, "/etc/chef/client.rb")).not.toContain("json_attribs");
  });

  test("STDOUT is a word of Ruby, no path", async () => {
    const { scripted } = await run({ ...BASE, log_location: "STDOUT" }, { scripted: withClient() });
    expect(read(scripted, "/etc/chef/client.rb")).toMatch(/^log_location +STDOUT$/mu);
  });

  test("a second run changes nothing", async () => {
    const first = await run(BASE, { scripted: withClient() });
    const count = first.scripted.changes.length;
    await run(BASE, { scripted: first.scripted });
    expect(first.scripted.changes.slice(count)).toEqual([]);
  });
});

describe("a template of the user's", () => {
  test("takes the place of the built-in one: Cheetah, or Jinja with its line", async () => {
    for (const template of [
      "#if $varExists('server_url')\nurl '$server_url'\n#end if\nname $node_name\n",
      "## template:jinja\n{% if server_url is defined %}\nurl '{{ server_url }}'\n{% endif %}\nname {{node_name}}\n",
    ]) {
      const scripted = withClient();
      scripted.system.fs.write("/etc/cloud/templates/chef_client.rb.tmpl", template);
      const { failures } = await run(BASE, { scripted });
      expect(failures).toEqual([]);
      expect(read(scripted, "/etc/chef/client.rb")).toBe(
        "url 'https://chef.example.com'\nname i-test\n",
      );
    }
  });

  test("that cannot be rendered fails with its file and line, and nothing runs", async () => {
    const scripted = withClient();
    scripted.system.fs.write("/etc/cloud/templates/chef_client.rb.tmpl", "a\nb $nobody\n");
    const { failures, ran } = await run({ ...BASE, exec: true }, { scripted });
    expect(failures).toEqual([
      '/etc/cloud/templates/chef_client.rb.tmpl:2: Cannot render this template: "$nobody" is not known',
    ]);
    expect(ran).toEqual([]);
    expect(read(scripted, "/etc/chef/client.rb")).toBeUndefined();
  });
});

describe("installing", () => {
  test("packages asks for chef, unless it is there", async () => {
    const machine = { commands: { install: "" } };
    expect((await run(BASE, machine)).ran).toEqual(["install chef"]);
    expect((await run(BASE, { scripted: withClient() })).ran).toEqual([]);
    const scripted = withClient({ install: "" });
    expect((await run({ ...BASE, force_install: true }, { scripted })).ran).toEqual([
      "install chef",
    ]);
  });

  test("on AIX a package that cannot be had says where Chef's .bff goes", async () => {
    const { failures } = await run(BASE, {
      platform: "aix",
      packages: { name: undefined as never },
    });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain("there is no package manager");
    expect(failures[0]).toContain('.bff file for AIX: give its path under "packages:"');
  });

  test("gems installs Ruby where it is missing, and runs chef-client by itself", async () => {
    const { ran, failures } = await run(
      { ...BASE, install_type: "gems", version: "18.4.12", ruby_version: 3.1 },
      { commands: { install: "", "/usr/bin/gem": "", [CLIENT]: "" } },
    );
    expect(ran.slice(0, 2)).toEqual([
      "install ruby3.1 ruby3.1-dev",
      "/usr/bin/gem install chef chef-bin --version 18.4.12 --no-document --bindir /usr/bin --quiet",
    ]);
    // Nothing was really installed here.
    expect(failures[0]).toContain("there is no chef-client after it");
  });

  test("before version 15 the gem chef has the client", async () => {
    const { ran } = await run(
      { ...BASE, install_type: "gems", version: "12.3" },
      { files: { "/usr/bin/gem": "" }, commands: { "/usr/bin/gem": "" } },
    );
    expect(ran[0]).toStartWith("/usr/bin/gem install chef --version 12.3");
  });

  test("an unknown way is said with those there are", async () => {
    const { failures, ran } = await run({ ...BASE, install_type: "magic", exec: true });
    expect(failures).toEqual([
      'Cannot install chef: Unknown chef install type "magic": expected packages, gems or omnibus',
    ]);
    expect(ran).toEqual([]);
  });
});

describe("omnibus", () => {
  const omnibus = {
    ...BASE,
    install_type: "omnibus",
    omnibus_url: "https://example.com/install.sh",
    omnibus_version: "18.4.12",
    exec: true,
  };
  const SCRIPT = `${INSTANCE_DIR}/chef-install.sh`;
  const script = new TextEncoder().encode("#!/bin/sh\nexit 0\n");

  test("the script is fetched, private, run with the version and removed; then chef-client runs", async () => {
    const modes: (number | undefined)[] = [];
    const scripted: ScriptedSystem = createScriptedSystem({
      http: () => ({ status: 200, headers: {}, body: script }),
      commands: {
        [`/bin/sh ${SCRIPT} -v 18.4.12`]: () => {
          modes.push(scripted.system.fs.stat(SCRIPT)?.mode);
          scripted.system.fs.write("/opt/chef/bin/chef-client", "", { mode: 0o755 });
          return "";
        },
        "/opt/chef/bin/chef-client": () => {
          scripted.system.fs.write("/etc/chef/client.pem", "own key");
          return "";
        },
      },
    });
    const { failures, ran } = await run(
      { ...omnibus, delete_validation_post_exec: true },
      { scripted },
    );
    expect(failures).toEqual([]);
    // By its interpreter, since /var may be mounted noexec.
    expect(ran).toEqual([
      `/bin/sh ${SCRIPT} -v 18.4.12`,
      "/opt/chef/bin/chef-client -d -i 1800 -s 20",
    ]);
    expect(modes).toEqual([0o700]);
    expect(read(scripted, SCRIPT)).toBeUndefined();
    expect(read(scripted, "/etc/chef/validation.pem")).toBeUndefined();
  });

  test("a server that fails is asked again, as often as said, and not for ever", async () => {
    let count = 0;
    const ask = (status: number, retries: number): Promise<ModuleRun> => {
      count = 0;
      return run(
        { ...omnibus, omnibus_url_retries: retries },
        {
          http: () => {
            count += 1;
            return { status, headers: {}, body: script };
          },
        },
      );
    };
    const { failures } = await ask(503, 2);
    expect([count, failures]).toEqual([
      3,
      [
        'Cannot install chef: Cannot fetch "https://example.com/install.sh" in 3 tries: the server answers with status 503',
      ],
    ]);
    await ask(503, 0);
    expect(count).toBe(1);
    await ask(503, 100);
    expect(count).toBeLessThan(101);
    await ask(404, 5);
    expect(count).toBe(1);
  });

  test("no answer, a web page, no address and a version with an option are told", async () => {
    const messages: (string | undefined)[] = [];
    messages.push((await run({ ...omnibus, omnibus_url_retries: 0 })).failures[0]);
    const page = new TextEncoder().encode("<!DOCTYPE html>");
    const http = () => ({ status: 200, headers: {}, body: page });
    messages.push((await run(omnibus, { http })).failures[0]);
    messages.push((await run({ ...omnibus, omnibus_url: "file:///etc/x" })).failures[0]);
    const options = { ...omnibus, omnibus_version: "--help", omnibus_url_retries: 0 };
    messages.push((await run(options)).failures[0]);
    expect(messages).toEqual([
      expect.stringContaining('Cannot fetch "https://example.com/install.sh"'),
      expect.stringContaining("a web page, no script"),
      expect.stringContaining('"file:///etc/x" is no address'),
      'chef.omnibus_version: expected a version such as 18.4.12, got "--help"; the newest is taken',
    ]);
  });
});

describe("chef-client", () => {
  test("runs where asked, with its configuration and arguments", async () => {
    const ran = async (more: object): Promise<readonly string[]> =>
      (await run({ ...BASE, exec: true, ...more }, { scripted: withClient() })).ran;
    expect(await ran({})).toEqual([`${CLIENT} -d -i 1800 -s 20`]);
    expect(await ran({ exec_arguments: "--once -l info" })).toEqual([`${CLIENT} --once -l info`]);
    expect(await ran({ config_path: "/etc/c.rb", exec_arguments: ["-i", 60] })).toEqual([
      `${CLIENT} -c /etc/c.rb -i 60`,
    ]);
    expect(await ran({ exec: false })).toEqual([]);
  });

  /** The daemon gets its key from the server after so many seconds, or never. */
  async function runDaemon(seconds: number, more: object = {}) {
    const plain = withClient();
    const { fs, clock } = plain.system;
    let waitedMs = 0;
    const sleep = async (ms: number): Promise<void> => {
      waitedMs += ms;
      if (waitedMs >= seconds * 1_000) {
        fs.write("/etc/chef/client.pem", "own key");
      }
      await clock.sleep(ms);
    };
    const scripted = { ...plain, system: { ...plain.system, clock: { ...clock, sleep } } };
    const settings = { ...BASE, exec: true, delete_validation_post_exec: true, ...more };
    const { log, failures } = await run(settings, { scripted });
    const isKept = read(scripted, "/etc/chef/validation.pem") !== undefined;
    return { isKept, waitedMs, failures, warnings: log.filter((line) => line.startsWith("WARN")) };
  }

  test("in the background needs the validation key until it has its own", async () => {
    expect(await runDaemon(30)).toEqual({
      isKept: false,
      waitedMs: 30_000,
      failures: [],
      warnings: [],
    });
    const { isKept, waitedMs, warnings } = await runDaemon(100_000);
    expect([isKept, waitedMs]).toEqual([true, 180_000]);
    expect(warnings).toEqual([
      expect.stringContaining(
        'chef: "/etc/chef/validation.pem" stays: chef-client has no key "/etc/chef/client.pem" yet',
      ),
    ]);
  });

  test("in the foreground has done with the validation key when it ends", async () => {
    const { isKept, waitedMs } = await runDaemon(100_000, { exec_arguments: "--once" });
    expect([isKept, waitedMs]).toEqual([false, 0]);
  });

  test("that fails keeps the key and says where its log is", async () => {
    const scripted = withClient({ [CLIENT]: { exitCode: 1 } });
    const settings = { ...BASE, exec: true, delete_validation_post_exec: true };
    const { failures } = await run(settings, { scripted });
    expect(failures[0]).toContain('chef-client failed, see "/var/log/chef/client.log"');
    expect(read(scripted, "/etc/chef/validation.pem")).toContain("MARKkey");
  });
});

describe("bad input", () => {
  test("an instance-id that is no name of a node is no Ruby, and is told", async () => {
    for (const id of ["i-#{`id`}", 'i"; system("id"); "', "i-'x", "i-\\"]) {
      const scripted = withClient();
      const { system } = scripted;
      const { failures } = await runModule(chef, {
        config: { chef: BASE },
        system,
        distro: createTestDistro(system),
        instance: { id },
      });
      expect(failures).toEqual([expect.stringContaining("is used: set node_name")]);
      const text = read(scripted, "/etc/chef/client.rb") ?? "";
      expect(text).toMatch(/^node_name +"i-[A-Za-z0-9-]*"$/mu);
    }
    const { failures, scripted } = await run(
      { ...BASE, node_name: "web 1" },
      { scripted: withClient() },
    );
    expect(failures).toEqual([]);
    expect(read(scripted, "/etc/chef/client.rb")).toContain('"web 1"');
  });

  test("without a server, or without validation and key, nothing is done", async () => {
    const first = await run({ validation_name: "v" });
    expect(first.failures).toEqual(["Cannot set up chef: server_url is missing"]);
    const second = await run({ server_url: BASE.server_url });
    expect(second.failures[0]).toContain("validation_name is missing");
    expect([...first.changes, ...second.scripted.changes]).toEqual([]);
  });

  test("what would end a Ruby string is left out, and so is a key that is none", async () => {
    const { failures, scripted } = await run(
      {
        ...BASE,
        environment: 'x"; system("id"); "',
        node_name: "a#{b}",
        log_level: "info; exit",
        pid_file: "relative",
        validation_cert: "MARKnonsense",
        chef_license: "no",
        directories: ["relative", "/etc/chef"],
      },
      { scripted: withClient() },
    );
    expect(failures.map((failure) => failure.split(":")[0])).toEqual([
      "chef.validation_cert",
      "chef.chef_license",
      "chef.node_name",
      "chef.environment",
      "chef.log_level",
      "chef.pid_file",
      "chef.directories",
    ]);
    expect(failures.join()).not.toContain("MARK");
    const text = read(scripted, "/etc/chef/client.rb") ?? "";
    expect(text).toContain('node_name              "i-test"');
    expect(text).not.toContain("system");
  });

  test("every key with every wrong type never throws", async () => {
    const keys = fc.constantFrom(
      ..."server_url validation_name validation_cert validation_key directories run_list initial_attributes firstboot_path install_type omnibus_url_retries version exec exec_arguments log_level json_attribs".split(
        " ",
      ),
    );
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.string()),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, values), async (more) => {
        const scripted = withClient();
        const { failures } = await run({ ...BASE, ...more, exec: false }, { scripted });
        expect(failures.join()).not.toMatch(/TypeError|undefined is not|Maximum call/u);
      }),
      { numRuns: 100 },
    );
    for (const wrong of [null, [], "text", 1]) {
      const { failures } = await run(wrong);
      expect(failures.length).toBeLessThan(2);
    }
  });
});
