import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { aptConfigure } from "../../src/modules/apt-configure.ts";
import { disableSuites, findMirrors, replaceMirrors } from "../../src/modules/apt-sources-text.ts";
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

const LIST = "/etc/apt/sources.list";
const DEB822 = "/etc/apt/sources.list.d/debian.sources";
const KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----";
const MIRROR = "https://mirror.example.com/debian";
const LINES = [
  "# Debian's own",
  "deb http://deb.example.com/debian bookworm main contrib",
  "deb-src [arch=amd64 trusted=yes] http://deb.example.com/debian bookworm-updates main",
  "deb http://deb.example.com/debian-security bookworm-security main",
  "",
].join("\n");
const ENTRIES = [
  "Types: deb",
  "# a comment",
  "URIs: http://deb.example.com/debian",
  " http://other.example.com/debian",
  "Suites: bookworm bookworm-updates bookworm-backports",
  "Components: main",
  "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  "",
  "Types: deb",
  "URIs: http://deb.example.com/debian-security",
  "Suites: bookworm-security",
  "Components: main",
  "",
].join("\n");

interface Given extends ScriptedSystemOptions {
  readonly scripted?: ScriptedSystem;
  readonly distro?: "debian" | "ubuntu";
}

async function run(
  apt: unknown,
  given: Given = {},
  config: object = {},
): Promise<
  ModuleRun & {
    read(path: string): string | undefined;
    mode(path: string): number | undefined;
    readonly scripted: ScriptedSystem;
  }
> {
  const scripted = given.scripted ?? createScriptedSystem(given);
  const { system } = scripted;
  const distro = {
    ...createTestDistro(system),
    name: given.distro ?? "debian",
    readSystemFacts: async () => ({
      uname: ["", "", "", "", "", ""] as const,
      dist: ["debian", "12", "bookworm"] as const,
    }),
  };
  const all = { ...(apt === undefined ? {} : { apt }), ...config };
  const done = await runModule(aptConfigure, { config: all, system, distro });
  return {
    ...done,
    scripted,
    changes: scripted.changes,
    commands: scripted.commands,
    read: (path) => readTextIfExists(system.fs, path),
    mode: (path) => system.fs.stat(path)?.mode,
  };
}

describe("the system's own sources", () => {
  test("a mirror goes into the lines; security, options and the rest stay", async () => {
    const { read, failures } = await run(
      { primary: [{ uri: MIRROR }] },
      { files: { [LIST]: LINES } },
    );
    expect(failures).toEqual([]);
    expect(read(LIST)).toBe(LINES.replaceAll("http://deb.example.com/debian ", `${MIRROR} `));
    expect(read(`${LIST}.cloud-init.orig`)).toBe(LINES);
  });

  test("and into the entries of the newer format, which stays", async () => {
    const { read } = await run(
      { primary: [{ uri: MIRROR }], security: [{ uri: `${MIRROR}-security` }] },
      { files: { [DEB822]: ENTRIES } },
    );
    expect(read(DEB822)).toBe(
      ENTRIES.replace(/http:.*\n http:.*$/mu, MIRROR).replace(
        /http:.*-security/u,
        `${MIRROR}-security`,
      ),
    );
    expect(read(`${DEB822}.cloud-init.orig`)).toBe(ENTRIES);
    expect(read(LIST)).toBeUndefined();
  });

  test("repositories of others and installation discs are not the system's own", async () => {
    const others = [
      "deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64 DVD]/ bookworm main",
      "deb https://other.example.com/linux/debian bookworm stable",
    ].join("\n");
    const { read } = await run(
      { primary: [{ uri: MIRROR }] },
      { files: { [LIST]: `deb http://deb.example.com/debian/ bookworm main\n${others}\n` } },
    );
    expect(read(LIST)).toBe(`deb ${MIRROR} bookworm main\n${others}\n`);
  });

  test("Ubuntu's security updates come from the same mirror", async () => {
    const files = { [LIST]: "deb http://a.example.com/ubuntu noble-security main\n" };
    const apt = { primary: [{ uri: MIRROR }] };
    expect((await run(apt, { files, distro: "ubuntu" })).read(LIST)).toContain(MIRROR);
    expect((await run(apt, { files })).read(LIST)).not.toContain(MIRROR);
  });

  test("the entry for the machine's architecture wins over the default", async () => {
    const primary = [
      { arches: ["default"], uri: "http://other.example.com" },
      { arches: ["amd64", "arm64", "ppc64el", "s390x", "riscv64", "i386"], uri: MIRROR },
    ];
    const { read } = await run({ primary }, { files: { [LIST]: LINES } });
    expect(read(LIST)).toContain(MIRROR);
  });

  test("of `search` the first that answers is taken; where none does, nothing changes", async () => {
    const apt = { primary: [{ search: ["http://one.example.com/d", "http://two.example.com/d"] }] };
    const { read, failures, log } = await run(apt, { files: { [LIST]: LINES } });
    expect([read(LIST), failures]).toEqual([LINES, []]);
    expect(log.join("\n")).toContain("none of the mirrors answers: http://one.example.com/d, http");
    const some = await run(apt, {
      files: { [LIST]: LINES },
      http: () => ({ status: 404, headers: {}, body: new Uint8Array() }),
    });
    expect(some.read(LIST)).toContain("deb http://one.example.com/d bookworm main");
  });

  test("suites are taken out by word or by name, and stand there as comments", async () => {
    const apt = { disable_suites: ["updates", "$RELEASE-backports", "bookworm-security"] };
    const { read } = await run(apt, { files: { [LIST]: LINES, [DEB822]: ENTRIES } });
    expect(read(LIST)).toContain("# suite disabled by cloud-init: deb-src [arch=amd64");
    expect(read(LIST)).toContain("\ndeb http://deb.example.com/debian bookworm main contrib\n");
    expect(read(DEB822)).toContain("Suites: bookworm\n");
    expect(read(DEB822)).toContain("disable_suites\n# Types: deb\n# URIs: http");
    expect(findMirrors(read(DEB822) ?? "").security).toBeUndefined();
  });

  test("sources_list takes their place, in the format that it has", async () => {
    const line = await run(
      { sources_list: "deb $MIRROR $RELEASE main\ndeb $SECURITY ${RELEASE}-security main\n" },
      { files: { [DEB822]: ENTRIES } },
    );
    expect(line.read(LIST)).toBe(
      "deb http://deb.example.com/debian bookworm main\ndeb http://deb.example.com/debian-security bookworm-security main\n",
    );
    expect(line.read(DEB822)).toStartWith("# Made empty by cloud-init");
    expect(line.read(`${DEB822}.cloud-init.orig`)).toBe(ENTRIES);
    const entry = await run(
      {
        sources_list: "Types: deb\nURIs: $PRIMARY\nSuites: $codename\n",
        primary: [{ uri: MIRROR }],
      },
      { files: { [LIST]: LINES } },
    );
    expect(entry.read(DEB822)).toBe(`Types: deb\nURIs: ${MIRROR}\nSuites: bookworm\n`);
    expect(entry.read(LIST)).toStartWith("# Made empty by cloud-init");
  });

  test("a name that is not known is told, with those that are", async () => {
    const { failures, read } = await run(
      { sources_list: "deb $NOBODY x y" },
      { files: { [LIST]: LINES } },
    );
    expect(failures[0]).toStartWith(
      'apt.sources_list: "$NOBODY" is not known here; known are PRIMARY',
    );
    expect(read(LIST)).toBe(LINES);
  });

  test("preserve_sources_list leaves all of them alone", async () => {
    const { changes } = await run(
      {
        preserve_sources_list: true,
        primary: [{ uri: MIRROR }],
        sources_list: "x",
        disable_suites: ["updates"],
      },
      { files: { [LIST]: LINES } },
    );
    expect(changes).toEqual([]);
  });

  test("an address that is none is left out", async () => {
    const { failures, changes } = await run(
      { primary: [{ uri: "no address" }] },
      { files: { [LIST]: LINES } },
    );
    expect(failures[0]).toContain('"no address" is no address of a mirror');
    expect(changes).toEqual([]);
  });
});

describe("repositories", () => {
  test("each has its file, and its key the file that it names", async () => {
    const { read, mode, failures } = await run({
      sources: {
        tools: {
          source: "deb [signed-by=$KEY_FILE] https://p.example.com $RELEASE main",
          key: KEY,
        },
        "two.list": { source: "deb https://p.example.com stable main", key: KEY },
        new: { source: "Types: deb\nURIs: https://p.example.com\nSuites: ./" },
        "key only": { key: KEY },
      },
    });
    expect(failures).toEqual([]);
    expect(read("/etc/apt/sources.list.d/tools.list")).toBe(
      "deb [signed-by=/etc/apt/cloud-init.gpg.d/tools.asc] https://p.example.com bookworm main\n",
    );
    expect(read("/etc/apt/cloud-init.gpg.d/tools.asc")).toBe(`${KEY}\n`);
    expect(mode("/etc/apt/cloud-init.gpg.d/tools.asc")).toBe(0o644);
    expect(read("/etc/apt/sources.list.d/two.list")).toContain("stable main");
    expect(read("/etc/apt/trusted.gpg.d/two.asc")).toBe(`${KEY}\n`);
    expect(read("/etc/apt/sources.list.d/new.sources")).toContain("Suites: ./\n");
    expect(read("/etc/apt/trusted.gpg.d/key-only.asc")).toBe(`${KEY}\n`);
  });

  test("lines are added to a file, each once; append false replaces it", async () => {
    const entry = { source: "deb https://p.example.com stable main", filename: "x" };
    const path = "/etc/apt/sources.list.d/x.list";
    const files = { [path]: "deb https://q.example.com stable main" };
    const first = await run({ sources: { a: entry, b: entry } }, { files });
    expect(first.read(path)).toBe(`${files[path]}\n${entry.source}\n`);
    const second = await run({ sources: { a: { ...entry, append: false } } }, { files });
    expect(second.read(path)).toBe(`${entry.source}\n`);
  });

  test("a second run changes nothing", async () => {
    const apt = {
      primary: [{ uri: MIRROR }],
      http_proxy: "http://proxy.example.com:3128",
      conf: 'A "b";',
      disable_suites: ["updates"],
      sources: { a: { source: "deb https://p.example.com stable main", key: KEY } },
    };
    const { scripted } = await run(apt, { files: { [LIST]: LINES, [DEB822]: ENTRIES } });
    const count = scripted.changes.length;
    await run(apt, { scripted });
    expect([count > 4, scripted.changes.slice(count)]).toEqual([true, []]);
  });

  test("a password in an address makes the file root's alone", async () => {
    const { mode } = await run({
      sources: { a: { source: "deb https://u:secret@p.example.com stable main" } },
      https_proxy: "http://u:secret@proxy.example.com/",
    });
    expect(mode("/etc/apt/sources.list.d/a.list")).toBe(0o600);
    expect(mode("/etc/apt/apt.conf.d/90cloud-init-aptproxy")).toBe(0o600);
  });

  test("so does a token", async () => {
    const source = "deb https://TOKENtoken@p.example.com stable main";
    const { mode } = await run({ sources_list: source, sources: { a: { source } } });
    expect(mode("/etc/apt/sources.list.d/a.list")).toBe(0o600);
    expect(mode(LIST)).toBe(0o600);
  });

  test("a name that is not known is not told where it may be part of a password", async () => {
    const source = "deb https://u:pa$MARKword@p.example.com/$MIRROR stable main";
    const { failures } = await run({ sources_list: source, sources: { a: { source } } });
    expect(failures).toEqual([
      expect.stringContaining('apt.sources_list: a "$" in user or password of an address'),
      expect.stringContaining('apt.sources "a": a "$" in user or password of an address'),
    ]);
    expect(failures.join()).not.toContain("MARK");
  });

  test("a comment and a longer line are not the source; other blanks and a remark are", async () => {
    const source = "deb https://p.example.com/debian bookworm main";
    const path = "/etc/apt/sources.list.d/own.list";
    const after = async (before: string, wanted = source): Promise<string | undefined> =>
      (await run({ sources: { own: { source: wanted } } }, { files: { [path]: before } })).read(
        path,
      );
    for (const before of [`# ${source}\n`, `${source}-old\n`, `x${source}\n`]) {
      expect(await after(before)).toBe(`${before}${source}\n`);
    }
    for (const before of [`${source}\n`, `a\n deb  ${source.slice(4)} # ours\n`]) {
      expect(await after(before)).toBe(before);
    }
    const more = source.replace("deb ", "deb-src ");
    expect(await after(`${source}\n`, `${source}\n${more}`)).toBe(`${source}\n${more}\n`);
  });

  test("an entry of the newer format is there only as a whole", async () => {
    const source = "Types: deb\nURIs: https://p.example.com\nSuites: stable\nComponents: main";
    const path = "/etc/apt/sources.list.d/own.sources";
    const after = async (before: string): Promise<string | undefined> =>
      (await run({ sources: { own: { source } } }, { files: { [path]: before } })).read(path);
    for (const before of [`${source} contrib\n`, `${source.replaceAll(/^/gmu, "# ")}\n`]) {
      expect(await after(before)).toBe(`${before}\n${source}\n`);
    }
    const there = `# ours\n${source}\n\nTypes: deb\nURIs: x:y\nSuites: z\n`;
    expect(await after(there)).toBe(there);
  });

  test("a ppa goes to add-apt-repository, where that is installed", async () => {
    const sources = { a: { source: "ppa:team/tools" } };
    const program = "/usr/bin/add-apt-repository";
    const { commands } = await run(
      { sources },
      { files: { [program]: "" }, commands: { [program]: "" } },
    );
    expect(commands).toEqual([[program, "--yes", "--no-update", "ppa:team/tools"]]);
    expect((await run({ sources })).failures[0]).toContain(
      "needs add-apt-repository, which is not",
    );
  });

  test("wrong lines, files and keys are told, and the others are added", async () => {
    const { failures, read } = await run({
      sources: {
        a: { source: "debian stuff" },
        b: { source: "Types: deb\nURIs: https://p.example.com" },
        c: { source: "deb https://p.example.com s m", filename: "../../passwd" },
        d: { source: "deb $X s m" },
        e: { source: "deb https://p.example.com good m", key: "nonsense" },
      },
    });
    expect(failures).toEqual([
      expect.stringContaining('apt.sources "a": expected lines such as'),
      expect.stringContaining('apt.sources "b": "Suites:" is missing'),
      expect.stringContaining('apt.sources "c": filename "../../passwd"'),
      expect.stringContaining('apt.sources "d": "$X" is not known'),
      expect.stringContaining("apt.sources.e: Cannot add the key: expected the key as PGP text"),
    ]);
    expect(read("/etc/apt/sources.list.d/e.list")).toContain("good");
  });
});

describe("keys by their ids", () => {
  const FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567";
  const sources = { a: { keyid: FINGERPRINT, keyserver: "keys.example.com" } };

  test("are fetched by gpg into a private directory, which goes again", async () => {
    const { read, commands, mode } = await run(
      { sources },
      {
        files: { "/usr/bin/gpg": "" },
        commands: {
          "/usr/bin/gpg": (argv) => (argv.includes("--export") ? KEY : ""),
          "/usr/bin/gpgconf": "",
        },
      },
    );
    expect(read("/etc/apt/trusted.gpg.d/a.asc")).toBe(`${KEY}\n`);
    expect(commands[0]?.slice(-4)).toEqual([
      "--keyserver",
      "keys.example.com",
      "--recv-keys",
      FINGERPRINT,
    ]);
    expect(mode(`${INSTANCE_DIR}/apt-gnupg`)).toBeUndefined();
  });

  test("without gpg, or from a server without it, say to give the key", async () => {
    expect((await run({ sources })).failures[0]).toContain(
      "gpg is not installed. Give the key itself",
    );
    const { failures, commands } = await run(
      { sources },
      {
        files: { "/usr/bin/gpg": "" },
        commands: { "/usr/bin/gpg": { exitCode: 2 }, "/usr/bin/gpgconf": "" },
      },
    );
    expect(failures[0]).toContain('"keys.example.com" gave no key in 3 tries');
    expect(commands).toHaveLength(4);
  });

  test("are no options of gpg", async () => {
    for (const wrong of [{ keyid: "--version" }, { keyid: FINGERPRINT, keyserver: "--x" }]) {
      const { failures, commands } = await run(
        { sources: { a: wrong } },
        { files: { "/usr/bin/gpg": "" } },
      );
      expect([failures.length, commands]).toEqual([1, []]);
    }
  });
});

describe("settings", () => {
  test("proxies and conf have files, which go with their keys", async () => {
    const proxy = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
    const conf = "/etc/apt/apt.conf.d/94cloud-init-config";
    const { read, scripted, mode } = await run({
      proxy: "http://proxy.example.com:3128/",
      https_proxy: "http://proxy.example.com:3129/",
      conf: 'APT::Install-Recommends "false";',
    });
    expect(read(proxy)).toBe(
      'Acquire::http::Proxy "http://proxy.example.com:3128/";\nAcquire::https::Proxy "http://proxy.example.com:3129/";\n',
    );
    expect(read(conf)).toBe('APT::Install-Recommends "false";\n');
    expect([mode(proxy), mode(conf)]).toEqual([0o644, 0o644]);
    const later = await run({ ftp_proxy: 'x";' }, { scripted });
    expect([later.read(proxy), later.read(conf)]).toEqual([undefined, undefined]);
    expect(later.failures[0]).toContain("apt.ftp_proxy: expected an address");
  });

  test("answers go to debconf over standard input, and into no message", async () => {
    const stdin: (string | undefined)[] = [];
    const program = "/usr/bin/debconf-set-selections";
    const { failures } = await run(
      { debconf_selections: { b: "p q password MARKsecret\n", a: "p r select x" } },
      {
        files: { [program]: "" },
        commands: {
          [program]: (_argv, options) => {
            stdin.push(options.stdin);
            return { exitCode: 10, stderr: "error: p q password MARKsecret" };
          },
        },
      },
    );
    expect(stdin).toEqual(["p r select x\np q password MARKsecret\n"]);
    const without = await run({ debconf_selections: { a: "p q string x" } });
    expect(without.failures[0]).toContain(`there is no ${program} (package debconf)`);
    expect(failures.join()).toContain("exit code 10");
    expect(failures.join()).not.toContain("MARK");
  });

  test("the old names still count", async () => {
    const { read, failures } = await run(
      undefined,
      { files: { [LIST]: LINES } },
      {
        apt_mirror: MIRROR,
        apt_proxy: "http://proxy.example.com/",
        apt_sources: [
          { source: "deb https://p.example.com one m" },
          { source: "deb https://p.example.com two m", filename: "two.list" },
        ],
      },
    );
    expect(failures).toEqual([]);
    expect(read(LIST)).toContain(MIRROR);
    expect(read("/etc/apt/apt.conf.d/90cloud-init-aptproxy")).toContain("proxy.example.com");
    expect(read("/etc/apt/sources.list.d/cloud_config_sources.list")).toContain("one m");
    expect(read("/etc/apt/sources.list.d/two.list")).toContain("two m");
  });
});

test("wrong types are reported and nothing throws", async () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.dictionary(fc.string(), fc.string()),
    fc.array(fc.dictionary(fc.constantFrom("uri", "key", "search", "arches"), fc.string())),
  );
  const key = fc.constantFrom(
    ..."preserve_sources_list disable_suites primary security sources_list sources conf proxy debconf_selections add_apt_repo_match".split(
      " ",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.dictionary(key, value), value), async (apt) => {
      const commands = { "/usr/bin/debconf-set-selections": "" };
      const { failures } = await run(apt, {
        files: { [LIST]: LINES, [DEB822]: ENTRIES },
        commands,
      });
      expect(failures.join()).not.toMatch(/TypeError|is not a function|No script/u);
    }),
    { numRuns: 150 },
  );
});

test("edits of any text keep its comments and throw nothing", () => {
  const words = fc.constantFrom(
    ..."Types: URIs: Suites: deb deb-src [arch=amd64] [ ] http://x # bookworm \t".split(" "),
    "\n",
    "\n\n",
    " ",
    "\n ",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      const text = parts.join(" ");
      expect(replaceMirrors(text, {})).toBe(text);
      expect(disableSuites(text, new Set())).toBe(text);
      const edited = disableSuites(text, new Set(["bookworm"]));
      expect(edited.split("#").length).toBeGreaterThanOrEqual(text.split("#").length);
      expect(typeof replaceMirrors(text, { primary: "http://y", security: "http://z" })).toBe(
        "string",
      );
    }),
  );
});
