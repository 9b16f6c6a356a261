// Every format of user-data through the built program, in whole boots of an AIX root.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import { gzipSync } from "node:zlib";
import { canUseAixRoot, enterAixRoot } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const INSTANCE = `${CLOUD_DIR}/instance`;
/** What ran, one line for each run. */
const TRACE = "/var/trace";
const TIMEOUT_MS = 120_000;
const METADATA = {
  uuid: "1ba9e6b0-0001-4000-8000-00000000abcd",
  hostname: "vm1.example.com",
  availability_zone: "lab",
  admin_pass: "Secret-0815",
  random_seed: Buffer.from("seed of the machine").toString("base64"),
  meta: { "role-name": "db" },
};

interface DriveOptions {
  readonly userData?: string | Uint8Array;
  readonly vendorData?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

function drive({ userData, vendorData, metadata }: DriveOptions): Uint8Array {
  const at = (name: string): string => `openstack/latest/${name}`;
  return buildIso({
    files: {
      [at("meta_data.json")]: JSON.stringify({ ...METADATA, ...metadata }),
      ...(userData === undefined ? {} : { [at("user_data")]: userData }),
      ...(vendorData === undefined ? {} : { [at("vendor_data.json")]: JSON.stringify(vendorData) }),
    },
  });
}

function multipart(...parts: readonly string[]): string {
  const head =
    'Content-Type: multipart/mixed; boundary="===B=="\r\nMIME-Version: 1.0\r\n\r\npreamble\r\n';
  return `${head}${parts.map((part) => `--===B==\r\n${part}\r\n`).join("")}--===B==--\r\nepilogue\r\n`;
}

const script = (name: string): string => `#!/bin/sh\necho ${name} >> ${TRACE}\n`;
const named = (filename: string, ...headers: readonly string[]): string =>
  [`Content-Disposition: attachment; filename="${filename}"`, ...headers, "", ""].join("\n");

describe.skipIf(requireOrSkip(canUseAixRoot()))("user-data on AIX", () => {
  let scenario: AixScenario;
  const roots: AixTestRoot[] = [];

  beforeAll(async () => {
    scenario = createAixScenario();
    await scenario.image();
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  async function machine(options: DriveOptions): Promise<AixTestRoot> {
    roots.splice(0).forEach((root) => root.remove());
    const root = await scenario.image();
    roots.push(root);
    changeDisc(root, drive(options));
    return root;
  }

  async function boot(options: DriveOptions): Promise<AixTestRoot> {
    const root = await machine(options);
    await root.boot();
    return root;
  }

  const modeOf = (root: AixTestRoot, file: string): string =>
    (fs.statSync(root.path + file).mode & 0o7777).toString(8);
  const place = (root: AixTestRoot): string =>
    `${CLOUD_DIR}/instances/${root.list(`${CLOUD_DIR}/instances`)[0] ?? ""}`;
  const trace = (root: AixTestRoot): readonly string[] =>
    root.exists(TRACE) ? root.read(TRACE).trim().split("\n") : [];
  const errors = (root: AixTestRoot): readonly string[] => {
    const { v1 } = JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)) as {
      v1: { errors: readonly string[] };
    };
    return v1.errors;
  };
  const ledger = (root: AixTestRoot): readonly Readonly<Record<string, unknown>>[] =>
    root
      .read(`${INSTANCE}/ledger.jsonl`)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  describe("a message of all formats", () => {
    let root: AixTestRoot;

    beforeAll(async () => {
      root = await boot({
        userData: multipart(
          `${named("cc.yaml", "Content-Type: text/cloud-config")}#cloud-config\nruncmd: [[sh, -c, "echo runcmd >> ${TRACE}"]]\nlist: [1]\nmap: {a: 1}\n`,
          `${named("append.yaml", "X-Merge-Type: list(append)+dict(recurse_array,recurse_dict)")}#cloud-config\nlist: [2]\nmap: {b: 2}\n`,
          `${named("prepend.yaml", "Merge-Type: list(prepend)+dict(recurse_list)")}#cloud-config\nlist: [0]\n`,
          `${named("patch", "Content-Type: text/cloud-config-jsonp")}#cloud-config-jsonp\n[{"op": "add", "path": "/list/-", "value": 3}]`,
          `${named("archive", "Content-Type: text/cloud-config-archive")}#cloud-config-archive\n- {filename: from-archive.sh, content: "#!/bin/sh\\necho archive >> ${TRACE}\\n"}\n- {type: text/cloud-config, content: "archived: true", Merge-Type: dict(no_replace)}\n`,
          `${named("packed.gz", "Content-Type: application/x-gzip", "Content-Transfer-Encoding: base64")}${gzipSync(script("packed")).toString("base64")}`,
          `${named("hook", "Content-Type: text/cloud-boothook")}#cloud-boothook\n#!/usr/bin/ksh\nprint "hook $INSTANCE_ID" >> ${TRACE}\nprint "output of the hook"\n`,
          `${named("bare-hook")}#cloud-boothook\necho bare >> ${TRACE}; exit 7\n`,
          `${named("template.yaml")}## template: jinja\n#cloud-config\nfqdn: {{ v1.local_hostname }}.{{ availability_zone }}.example.com\nrole: {{ ds.meta_data.meta.role_name }}\nunknown: {{ nope }}\n`,
          `${named("template.sh")}## template: jinja\n#!/bin/sh\necho {{ v1.distro }} {{ v1.cloud_id }} >> ${TRACE}\n`,
          `${named("windows.sh")}#!/bin/sh\r\necho windows >> ${TRACE}\r\n`,
          `${named("no-shebang.txt", "Content-Type: text/x-shellscript")}echo no shebang >> ${TRACE}\n`,
          `${named("fails.sh")}#!/bin/sh\necho to standard error >&2\nexit 3\n`,
          `${named("missing.sh")}#!/bin/no-such-shell\n`,
          `${named("often.sh", "Content-Type: text/x-shellscript-per-boot")}${script("per-boot")}`,
          `${named("../../../../etc/evil")}#!/bin/sh\n:\n`,
          `${named("python")}#part-handler\nimport os\n`,
          `${named("job")}#upstart-job\nexec x\n`,
          `${named("notes.txt", "Content-Type: text/plain")}just a note\n`,
        ),
      });
    }, TIMEOUT_MS);

    test("cloud-config is merged part by part, by the parts' own rules", () => {
      const text = root.read(`${INSTANCE}/cloud-config.txt`);
      expect(text).toStartWith(
        "#cloud-config\n\n# from 6 files\n# cc.yaml\n# append.yaml\n# prepend.yaml\n# patch\n# part-006\n# template.yaml\n",
      );
      for (const expected of [
        "list:\n- 0\n- 1\n- 2\n- 3\n",
        "map:\n    a: 1\n    b: 2\n",
        "archived: true\n",
        "fqdn: vm1.lab.example.com\n",
        "role: db\n",
        "unknown: CI_MISSING_JINJA_VAR/nope\n",
      ]) {
        expect(text.replaceAll("-   ", "- ")).toContain(expected);
      }
    });

    test("boothooks run first, scripts last and in the order of their names", () => {
      expect(trace(root)).toEqual([
        `hook ${METADATA.uuid}`,
        "bare",
        "per-boot",
        "archive",
        "no shebang",
        "packed",
        "runcmd",
        "aix configdrive",
        "windows",
      ]);
      expect(root.read("/var/log/cloud-init-output.log")).toContain("output of the hook\n");
    });

    test("each has its own result, and each failure is an error of the boot", () => {
      const results = ledger(root)
        .filter(({ kind }) => kind === "script")
        .map(({ what, exitCode }) => [String(what).slice(place(root).length + 1), exitCode]);
      expect(results).toContainEqual(["boothooks/hook", 0]);
      expect(results).toContainEqual(["boothooks/bare-hook", 7]);
      expect(results).toContainEqual(["scripts/fails.sh", 3]);
      expect(errors(root).join("\n")).toContain(
        `Boothooks script ${place(root)}/boothooks/bare-hook execution error [7]`,
      );
      expect(errors(root).join("\n")).toContain("part handlers in Python are not run");
      expect(errors(root).join("\n")).toContain("2 failures (fails.sh,missing.sh)");
      expect(root.read("/var/log/cloud-init.log")).toContain(
        'its interpreter "/bin/no-such-shell" is not there; there is /bin/sh',
      );
      expect(root.read("/var/log/cloud-init.log")).toContain(
        "Could not render jinja template variables in file 'template.yaml': 'nope'",
      );
    });

    test("every file has its place and its mode, and none is outside", () => {
      const files: Readonly<Record<string, string>> = {
        "user-data.txt": "600",
        "user-data.txt.i": "600",
        "vendor-data.txt": "600",
        "vendor-data.txt.i": "600",
        "vendor-data2.txt": "600",
        "vendor-data2.txt.i": "600",
        "cloud-config.txt": "600",
        scripts: "755",
        "scripts/fails.sh": "700",
        "scripts/runcmd": "700",
        "scripts/.._.._.._.._etc_evil": "700",
        "boothooks/hook": "700",
        "handlers/part-handler-000.py": "600",
      };
      for (const [file, mode] of Object.entries(files)) {
        expect(`${file} ${modeOf(root, `${place(root)}/${file}`)}`).toBe(`${file} ${mode}`);
      }
      expect(root.read(`${INSTANCE}/scripts/windows.sh`)).not.toContain("\r");
      expect(root.read("/etc/rc.d/init.d/job.conf")).toBe("#upstart-job\nexec x\n");
      expect(modeOf(root, "/etc/rc.d/init.d/job.conf")).toBe("644");
      expect(modeOf(root, `${CLOUD_DIR}/scripts/per-boot/often.sh`)).toBe("700");
      expect(root.exists("/etc/evil")).toBe(false);
      expect(root.read(`${INSTANCE}/user-data.txt.i`)).toContain("Number-Attachments: 20\n");
    });

    test("instance-data is there for everybody without its secrets, and whole for root", () => {
      const open = root.read("/run/cloud-init/instance-data.json");
      const whole = root.read("/run/cloud-init/instance-data-sensitive.json");
      expect(modeOf(root, "/run/cloud-init/instance-data.json")).toBe("644");
      expect(modeOf(root, "/run/cloud-init/instance-data-sensitive.json")).toBe("600");
      expect(open).not.toMatch(/Secret-0815|c2VlZCBv/u);
      expect(whole).toContain('"admin_pass": "Secret-0815"');
      const data = JSON.parse(whole) as Record<string, unknown>;
      expect(data["v1"]).toMatchObject({
        distro: "aix",
        distro_version: "7.3",
        cloud_id: "configdrive",
        local_hostname: "vm1",
        availability_zone: "lab",
        kernel_release: "3",
      });
      expect(data["system_info"]).toMatchObject({ distro: "aix" });
      expect(data["base64_encoded_keys"]).toEqual(["ds/meta_data/random_seed"]);
      expect(root.read("/run/cloud-init/cloud-id")).toBe("configdrive\n");
      expect(fs.readlinkSync(`${root.path}/run/cloud-init/cloud-id`)).toBe(
        "/run/cloud-init/cloud-id-configdrive",
      );
    });

    test(
      "the next boot runs boothooks and per-boot scripts again, and writes no file anew",
      async () => {
        const stable = [
          `${place(root)}/cloud-config.txt`,
          `${place(root)}/user-data.txt.i`,
          `${place(root)}/scripts/fails.sh`,
          `${place(root)}/boothooks/hook`,
          "/run/cloud-init/instance-data.json",
          "/run/cloud-init/instance-data-sensitive.json",
        ];
        const stamps = (): readonly number[] =>
          stable.map((file) => fs.statSync(root.path + file).ino);
        // The second boot is the first that begins with the host name of the deploy.
        await root.boot();
        const before = stamps();
        fs.rmSync(root.path + TRACE);
        await root.boot();
        expect(trace(root)).toEqual([`hook ${METADATA.uuid}`, "bare", "per-boot"]);
        expect(stamps()).toEqual(before);
      },
      TIMEOUT_MS,
    );
  });

  test.each([
    ["gzip", gzipSync(script("alone"))],
    ["gzip in gzip", gzipSync(gzipSync(script("alone"), { level: 9 }), { level: 1 })],
    ["base64", Buffer.from(script("alone")).toString("base64")],
    ["base64 of gzip", gzipSync(script("alone")).toString("base64")],
    ["a byte order mark and NULs round it", `\u{feff}${script("alone")}\0\0\0`],
    ["a template", `## template: jinja\n${script("{{ 'al' ~ 'one' }}")}`],
    ["an archive", `#cloud-config-archive\n- ${JSON.stringify(script("alone"))}\n`],
    ["a boothook", `#cloud-boothook\n${script("alone")}`],
    [
      "runcmd by a patch of nothing",
      `#cloud-config-jsonp\n[{"op": "add", "path": "/runcmd", "value": ["echo alone >> ${TRACE}"]}]`,
    ],
    [
      "a message without its end",
      `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n${script("alone")}`,
    ],
  ])(
    "user-data that is %s does its work",
    async (_, userData) => {
      const root = await boot({ userData });
      expect(trace(root)).toEqual(["alone"]);
      expect(errors(root)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "includes come over the network and from root's files, and one that fails stops nothing",
    async () => {
      const root = await machine({
        userData: [
          "#include",
          "http://127.0.0.1:8099/config",
          "http://127.0.0.1:8099/missing?token=abc",
          "file:///etc/cloud-include",
          "/home/guest/include",
          "#include-once",
          "http://127.0.0.1:8099/once",
        ].join("\n"),
      });
      root.write("/www/config", `#cloud-config\nruncmd: [echo config >> ${TRACE}]\n`);
      root.write("/www/once", script("once"));
      root.write("/etc/cloud-include", script("file"));
      root.write("/home/guest/include", script("stolen"));
      fs.chownSync(`${root.path}/home/guest/include`, 1000, 1000);
      fs.mkdirSync(`${root.path}/tools`);
      for (const tool of ["httpd", "ifconfig"]) {
        fs.symlinkSync("/usr/lib/.tools", `${root.path}/tools/${tool}`);
      }
      const withServer = (): Promise<unknown> =>
        enterAixRoot(root.path, [
          "/usr/bin/ksh",
          "-c",
          "/tools/ifconfig lo 127.0.0.1 up; /tools/httpd -p 127.0.0.1:8099 -h /www; /etc/rc.d/rc 2",
        ]);
      await root.boot({ runsRc: false });
      await withServer();
      expect(trace(root)).toEqual(["file", "once", "config"]);
      const failed = errors(root);
      expect(failed).toEqual([
        'user-data: Cannot include "http://127.0.0.1:8099/missing?…": the server answers with status 404 (tried 11 times)',
        'user-data: Cannot include "/home/guest/include": "/home/guest/include" belongs to user 1000 and not to root',
      ]);
      const cache = `${place(root)}/data/urlcache`;
      expect(root.list(cache).length).toBe(1);
      expect(modeOf(root, `${cache}/${root.list(cache)[0]}`)).toBe("600");
      root.write("/www/missing", "#cloud-config\n{}\n");
      // What was fetched once is there at the next boot too, when its server is not.
      fs.rmSync(`${root.path}/www/once`);
      await root.boot({ runsRc: false });
      await withServer();
      expect(root.read(`${INSTANCE}/scripts/part-004`)).toBe(script("once"));
    },
    TIMEOUT_MS,
  );

  test.each([
    ["a text", script("vendor")],
    [
      "a list",
      ["#cloud-config\nvendor: 1\n", script("vendor"), multipart("\n#cloud-config\nmessage: 1\n")],
    ],
    ["an object", { "cloud-init": script("vendor"), other: { x: 1 } }],
    ["an object with a list", { "cloud-init": ["#cloud-config\nhostname: v\n", script("vendor")] }],
  ])(
    "vendor-data that is %s runs before the user's scripts",
    async (_, vendorData) => {
      const root = await boot({ userData: script("user"), vendorData });
      expect(trace(root)).toEqual(["vendor", "user"]);
      expect(errors(root)).toEqual([]);
      expect(root.list(`${INSTANCE}/scripts/vendor`).length).toBe(1);
      if (Array.isArray(vendorData)) {
        expect(root.read(`${INSTANCE}/vendor-cloud-config.txt`)).toContain(
          "message: 1\nvendor: 1\n",
        );
      }
    },
    TIMEOUT_MS,
  );

  test.each([
    ["vendor_data: {enabled: false}", []],
    ["vendor_data: {disabled_handlers: [text/x-shellscript]}", ["vendor"]],
  ] as const)(
    "the user opts out of vendor-data by %s",
    async (config, expected) => {
      const root = await boot({
        userData: `#cloud-config\n${config}\n`,
        vendorData: ["#cloud-config\nvendor: 1\n", script("vendor")],
      });
      expect(trace(root)).toEqual([]);
      const text = root.exists(`${INSTANCE}/vendor-cloud-config.txt`)
        ? root.read(`${INSTANCE}/vendor-cloud-config.txt`)
        : "";
      expect(text.includes("vendor: 1")).toBe(expected.length > 0);
    },
    TIMEOUT_MS,
  );

  test(
    "allow_userdata: false keeps user-data out, and vendor-data in",
    async () => {
      const root = await machine({ userData: script("user"), vendorData: script("vendor") });
      root.write("/opt/freeware/etc/cloud/cloud.cfg.d/20.cfg", "allow_userdata: false\n");
      await root.boot();
      expect(trace(root)).toEqual(["vendor"]);
    },
    TIMEOUT_MS,
  );

  test(
    "cloud.cfg and the final message can be templates",
    async () => {
      const root = await machine({ userData: "#cloud-config\n{}\n" });
      root.write(
        "/opt/freeware/etc/cloud/cloud.cfg.d/20.cfg",
        `## template: jinja\n{% if v1.availability_zone == "lab" %}\nbootcmd: [echo {{ v1.instance_id }} >> ${TRACE}]\n{% endif %}\nfinal_message: "## template: jinja\\n{{ '{{' }} version {{ '}}' }} is done"\n`,
      );
      await root.boot();
      expect(trace(root)).toEqual([METADATA.uuid]);
      expect(root.read("/var/log/cloud-init-output.log")).toMatch(/^\d+\.\d+\S* is done$/mu);
      expect(errors(root)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([
    [
      "plain text",
      "hello\n",
      "Unhandled non-multipart (text/x-not-multipart) userdata: 'hello...'",
    ],
    [
      "binary data",
      Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 9),
      "Unhandled non-multipart (text/x-not-multipart) userdata: 'ELF...'",
    ],
  ])(
    "%s is refused with its reason, and the boot goes on",
    async (_, userData, warning) => {
      const root = await boot({ userData });
      expect(root.read("/var/log/cloud-init.log")).toContain(warning);
      expect(root.read(`${CLOUD_DIR}/data/status.json`)).toContain(warning);
      expect(errors(root)).toEqual([]);
      expect(ledger(root).find(({ kind }) => kind === "part")).toMatchObject({
        outcome: "skipped",
        reason: expect.stringContaining('the first line is expected to be "#cloud-config"'),
      });
    },
    TIMEOUT_MS,
  );
});
