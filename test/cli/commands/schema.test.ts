import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { runCli } from "../../../src/cli/cli.ts";
import { MODULES } from "../../../src/modules/registry.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

async function schema(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: { readonly uid?: number; readonly platform?: string } = {},
) {
  const { system } = createScriptedSystem({ files, platform: "aix", ...options });
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    cwd: "/home",
    stdout: (text: string) => {
      out.stdout += text;
    },
    stderr: (text: string) => {
      out.stderr += text;
    },
    exitCode: 0,
  };
  await runCli("cloud-init", ["schema", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

const GOOD = "#cloud-config\nhostname: vm1\n";
const BAD = "#cloud-config\nruncmd:\n  - echo a: b\nhostnam: x\n";

test("a file that is right", async () => {
  expect(await schema(["-c", "good.yaml"], { "/home/good.yaml": GOOD })).toEqual({
    stdout: "Valid schema good.yaml\n",
    stderr: "",
    exitCode: 0,
  });
});

test("a file that is not: each error with its key, line and column", async () => {
  expect(await schema(["--config-file", "/bad.yaml"], { "/bad.yaml": BAD })).toEqual({
    stdout: "Invalid user-data /bad.yaml\n",
    stderr:
      "Error: Cloud config schema errors: " +
      'runcmd.0: expected a string or a list of strings, got a mapping (a command with ": " in it must be written in quotes) (line 3, column 5), ' +
      'hostnam: "hostnam" is not a known key, did you mean "hostname"? (line 4, column 1)\n\n' +
      "Error: Invalid schema: user-data\n",
    exitCode: 1,
  });
});

test("deprecations and hints leave it right", async () => {
  const text = "#cloud-config\nvendor_data:\n  enabled: 'yes'\nruncmd: [sudo ls]\nlxd: {}\n";
  expect(await schema(["-c", "/f"], { "/f": text })).toEqual({
    stdout: [
      "Cloud config schema deprecations: vendor_data.enabled:  Deprecated in version 22.3. Use a boolean instead.",
      "Hint: /f:4:10: runcmd.0: These commands run as root already: sudo is not needed",
      "Note: /f:5:1: lxd: has no effect: it belongs to Ubuntu",
      "Valid schema /f",
      "",
    ].join("\n"),
    stderr: "",
    exitCode: 0,
  });
  const onLinux = await schema(["-c", "/f", "--distro", "debian"], { "/f": text });
  expect(onLinux.stdout).not.toContain("Hint:");
});

test("--annotate puts marks behind the lines", async () => {
  const done = await schema(["-c", "/f", "--annotate"], {
    "/f": `${BAD}vendor_data: {enabled: 'on'}\n`,
  });
  expect(done).toEqual({
    stdout: [
      "#cloud-config",
      "runcmd:",
      "  - echo a: b\t\t# E1",
      "hostnam: x\t\t# E2",
      "vendor_data: {enabled: 'on'}\t\t# D1",
      "",
      "# Errors: -------------",
      '# E1: runcmd.0: expected a string or a list of strings, got a mapping (a command with ": " in it must be written in quotes)',
      '# E2: hostnam: "hostnam" is not a known key, did you mean "hostname"?',
      "",
      "# Deprecations: -------------",
      "# D1: vendor_data.enabled:  Deprecated in version 22.3. Use a boolean instead.",
      "",
    ].join("\n"),
    stderr: "Error: Invalid schema: user-data\n",
    exitCode: 1,
  });
  expect((await schema(["-c", "/f", "--annotate"], { "/f": GOOD })).stdout).toBe(
    "Valid schema /f\n",
  );
});

test("YAML that breaks", async () => {
  const done = await schema(["-c", "/f"], { "/f": "#cloud-config\na: b\n c: d: e\n" });
  expect(done.stderr).toMatch(
    /^Error: Cloud config schema errors: format-l\d+\.c\d+: File \/f is not valid YAML\. .+\n\nError: Invalid schema: user-data\n$/u,
  );
  expect(done.exitCode).toBe(1);
});

test.each([
  ["neither", [], {}, "Error:\nExpected one of --config-file or --system arguments\n"],
  [
    "both",
    ["-c", "/f", "--system"],
    { "/f": GOOD },
    "Error:\nExpected one of --config-file or --system arguments\n",
  ],
  ["no file", ["-c", "nowhere.yaml"], {}, "Error: Config file nowhere.yaml does not exist\n"],
  [
    "no mapping",
    ["-c", "/f"],
    { "/f": "#cloud-config\n- a\n" },
    "Error: cloud-config /f is not a YAML dict.\nError: Invalid schema: user-data\n",
  ],
  [
    "no header",
    ["-c", "/f"],
    { "/f": "hostname: a\n" },
    'Error: Unrecognized user-data header in /f: "hostname: a".\nExpected first line to be one of: #!, ## template: jinja, #cloud-boothook, #cloud-config, #cloud-config-archive, #cloud-config-jsonp, #include, #include-once, #part-handler\nError: Invalid schema: user-data\n',
  ],
] as const)("%s is an error", async (_name, args, files, stderr) => {
  expect(await schema(args, files)).toMatchObject({ stderr, exitCode: 1 });
});

test.each([
  ["", "Empty 'cloud-config' found at /f. Nothing to validate.\n"],
  ["#cloud-config\n", "Empty 'cloud-config' found at /f. Nothing to validate.\n"],
  [
    "#!/bin/sh\nls\n",
    'Nothing to validate in /f: it is no cloud-config, its first line is "#!/bin/sh"\n',
  ],
])("%p is nothing to validate", async (text, stdout) => {
  expect(await schema(["-c", "/f"], { "/f": text })).toEqual({ stdout, stderr: "", exitCode: 0 });
});

test("words without --docs are a usage error", async () => {
  expect((await schema(["x.yaml"])).exitCode).toBe(2);
});

test("a template is rendered first, and its lines keep their numbers", async () => {
  const files = {
    "/t": "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\nhostnam: x\n",
    "/i.json": JSON.stringify({ v1: { local_hostname: "vm1" } }),
  };
  const done = await schema(["-c", "/t", "-i", "/i.json"], files);
  expect(done.stderr).toContain('did you mean "hostname"? (line 4, column 1)');
  const none = await schema(["-c", "/t"], files);
  expect(none.stderr).toContain("there is no instance-data, name its file with --instance-data");
  expect(none.exitCode).toBe(1);
  const missing = await schema(["-c", "/t", "-i", "/i.json"], {
    ...files,
    "/i.json": '{"v1": {}}',
  });
  expect(missing.stderr).toContain(
    'the template names "local_hostname", which instance-data does not have',
  );
});

test("each part of what has several is checked", async () => {
  const mime = [
    "Content-Type: multipart/mixed; boundary=B",
    "MIME-Version: 1.0",
    "",
    "--B",
    "Content-Type: text/cloud-config",
    'Content-Disposition: attachment; filename="a.yaml"',
    "",
    GOOD,
    "--B",
    "Content-Type: text/cloud-config",
    'Content-Disposition: attachment; filename="b.yaml"',
    "",
    BAD,
    "--B--",
    "",
  ].join("\n");
  const done = await schema(["-c", "/m"], { "/m": gzipSync(mime) });
  expect(done.stdout).toBe('Valid schema /m part "a.yaml"\nInvalid user-data /m part "b.yaml"\n');
  expect(done.exitCode).toBe(1);
});

test("a network configuration", async () => {
  const good =
    "version: 1\nconfig:\n  - type: physical\n    name: en0\n    subnets: [{type: dhcp}]\n";
  expect(await schema(["-c", "/n", "-t", "network-config"], { "/n": good })).toEqual({
    stdout: "Valid schema /n\n",
    stderr: "",
    exitCode: 0,
  });
  const bad = await schema(["-c", "/n", "-t", "network-config"], {
    "/n": "version: 1\nconfig:\n  - type: physical\n    name: en0\n    subnets: [{type: static, address: 300.1.1.1/24}]\n",
  });
  expect(bad.stdout).toBe("Invalid network-config /n\n");
  expect(bad.stderr).toContain("(line 5, column ");
  expect(bad.stderr).toEndWith("Error: Invalid schema: network-config\n");
});

const CLOUD = "/opt/freeware/var/lib/cloud";

test("--system checks what the instance was given", async () => {
  const files = {
    [`${CLOUD}/data/instance-id`]: "i-1\n",
    [`${CLOUD}/instances/i-1/user-data.txt`]: BAD,
    [`${CLOUD}/instances/i-1/vendor-cloud-config.txt`]: GOOD,
    [`${CLOUD}/instances/i-1/vendor-data.txt`]: "Content-Type: multipart/mixed\n",
  };
  const done = await schema(["--system"], files);
  expect(done.stdout).toBe(
    [
      "Found cloud-config data types: user-data, vendor-data",
      "",
      `1. user-data at ${CLOUD}/instances/i-1/user-data.txt:`,
      `  Invalid user-data ${CLOUD}/instances/i-1/user-data.txt`,
      "",
      `2. vendor-data at ${CLOUD}/instances/i-1/vendor-cloud-config.txt:`,
      "  Valid schema vendor-data",
      "",
    ].join("\n"),
  );
  expect(done.exitCode).toBe(1);
  const one = await schema(["--system"], {
    [`${CLOUD}/data/instance-id`]: "i-1\n",
    [`${CLOUD}/instances/i-1/user-data.txt`]: GOOD,
  });
  expect(one).toEqual({ stdout: "Valid schema user-data\n", stderr: "", exitCode: 0 });
});

test("--system without an instance has nothing, and is for root", async () => {
  expect((await schema(["--system"])).stdout).toContain("Nothing to validate");
  expect(await schema(["--system"], {}, { uid: 1000 })).toEqual({
    stdout: "",
    stderr:
      "Error:\nUnable to read system userdata or vendordata as non-root user. Try using sudo.\n",
    exitCode: 1,
  });
});

test("--docs lists the modules and tells about one", async () => {
  const all = await schema(["--docs"]);
  for (const { name } of MODULES) {
    expect(all.stdout).toContain(name);
  }
  const one = await schema(["--docs", "write-files"]);
  expect(one.stdout).toStartWith("write_files\n===========\nFiles\n");
  expect(one.stdout).toContain("    permissions (");
  expect(one.stdout).toContain("  #cloud-config\n  write_files:\n");
  const none = await schema(["--docs", "write_fils"]);
  expect(none).toMatchObject({
    stderr:
      'Error: There is no documentation of a module "write_fils", did you mean "write_files"?\n',
    exitCode: 1,
  });
});

const MODULES_DIR = "/opt/freeware/lib/cloud-init/modules";
const HELLO_FILES = {
  "/home/hello.yaml": "#cloud-config\nhello: {name: 5, nam: x}\n",
  [`${MODULES_DIR}/hello.schema.json`]: JSON.stringify({
    properties: {
      hello: {
        type: "object",
        description: "Whom to greet.",
        properties: { name: { type: "string" } },
        additionalProperties: false,
      },
    },
  }),
};

async function withHello(
  args: readonly string[],
  files: Readonly<Record<string, string>> = HELLO_FILES,
) {
  const module = `${MODULES_DIR}/hello`;
  const { system } = createScriptedSystem({
    files: { ...files, [module]: "#!/usr/bin/ksh\n# cloud-init: frequency=always\n" },
    platform: "aix",
  });
  system.fs.setAttributes(module, { mode: 0o755 });
  const out: string[] = [];
  const ctx = {
    sys: system,
    cwd: "/home",
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void out.push(text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["schema", ...args], ctx);
  return { text: out.join(""), exitCode: ctx.exitCode };
}

test("keys of external modules are checked by the schema beside them", async () => {
  const { text, exitCode } = await withHello(["-c", "hello.yaml"]);
  expect(text).toContain("hello.name: must be string");
  expect(text).toContain('"nam" is not a known key');
  expect(exitCode).toBe(1);
});

test("a broken schema is a warning", async () => {
  const path = `${MODULES_DIR}/hello.schema.json`;
  const { text } = await withHello(["-c", "hello.yaml"], { ...HELLO_FILES, [path]: "[]" });
  expect(text).toContain(`Warning: Cannot use the schema "${path}"`);
  expect(text).toContain('"hello" is not a known key');
});

test("--docs tells about datasources and their settings", async () => {
  const one = await schema(["--docs", "OpenNebula", "none"]);
  expect(one.exitCode).toBe(0);
  expect(one.stdout).toStartWith("OpenNebula\n==========\nTried: before the network is up");
  expect(one.stdout).toContain("  id_from_vmid\n");
  expect(one.stdout).toContain("\nNone\n====\n");
  expect((await schema(["--docs", "datasource"])).stdout).toContain("CloudSigma\n");
});

test("--docs shows an external module too", async () => {
  const { text, exitCode } = await withHello(["--docs", "hello"]);
  expect(text).toContain(`The executable ${MODULES_DIR}/hello\n`);
  expect(text).toContain("Runs: on every boot\n");
  expect(text).toContain("  hello (a mapping)\n      Whom to greet.\n    name (text)\n");
  expect(exitCode).toBe(0);
});
