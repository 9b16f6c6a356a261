import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dottedPath } from "../../src/modules/finding.ts";
import { MODULES } from "../../src/modules/registry.ts";
import { validateCloudConfig } from "../../src/modules/validate-cloud-config.ts";

async function lines(text: string, distro = "aix"): Promise<readonly string[]> {
  const { findings } = await validateCloudConfig(text, "f", { distro });
  return findings.map(
    ({ level, line, column, path, message }) =>
      `${line}:${column} ${level} ${dottedPath(path)}: ${message}`,
  );
}

test("a key with a slip of the finger is told with the key that was meant", async () => {
  expect(await lines("#cloud-config\nwrite_file:\n  - path: /x\nrun-cmd: []\nzzzz: 1\n")).toEqual([
    '2:1 unknown write_file: "write_file" is not a known key, did you mean "write_files"?',
    '4:1 unknown run-cmd: "run-cmd" is not a known key, did you mean "runcmd"?',
    '5:1 unknown zzzz: "zzzz" is not a known key',
  ]);
});

test("so are keys inside entries", async () => {
  const text = `#cloud-config
write_files:
- path: /x
  permision: '0644'
users:
- name: a
  ssh-authorised-keys: []
`;
  expect(await lines(text)).toEqual([
    '4:3 unknown write_files.0.permision: "permision" is not a known key, did you mean "permissions"?',
    '7:3 unknown users.0.ssh-authorised-keys: "ssh-authorised-keys" is not a known key, did you mean "ssh_authorized_keys"?',
  ]);
});

test("a command with a colon in it wants quotes", async () => {
  expect(await lines("#cloud-config\nruncmd:\n  - ls\n  - echo a: b\n")).toEqual([
    '4:5 error runcmd.1: expected a string or a list of strings, got a mapping (a command with ": " in it must be written in quotes)',
  ]);
});

test("what a value is expected to be is said, and what kind was there", async () => {
  const text =
    "#cloud-config\nssh_deletekeys: {a: b}\nruncmd: ls\nusers:\n  - uid: 1\nwrite_files:\n  - content: x\n";
  expect(await lines(text)).toEqual([
    "2:1 error ssh_deletekeys: expected true or false, found a mapping",
    "3:1 error runcmd: expected a list, got text",
    '7:5 error write_files.0: "path" is missing, expected an absolute path',
  ]);
});

test("keys of modules without effect say why", async () => {
  expect(await lines("#cloud-config\napt: {}\nlxd: {}\n")).toEqual([
    "2:1 info apt: has no effect on aix: apt_configure is for debian",
    "3:1 info lxd: has no effect: it belongs to Ubuntu",
  ]);
});

test("what the old names of things are", async () => {
  const text =
    "#cloud-config\nvendor_data:\n  enabled: 'yes'\nusers:\n  - name: a\n    lock-passwd: true\n";
  expect(await lines(text, "debian")).toEqual([
    "3:3 deprecated vendor_data.enabled: Deprecated in version 22.3. Use a boolean instead.",
    '6:5 deprecated users.0.lock-passwd: Deprecated in version 22.3. Use "lock_passwd" instead.',
  ]);
});

describe("written for Linux, on AIX", () => {
  const HINTS: readonly (readonly [string, string, string])[] = [
    ["write_files:\n  - {path: /x, owner: 'root:root'}", "write_files.0.owner", 'no group "root"'],
    [
      "write_files:\n  - {path: /x, content: '#!/bin/bash'}",
      "write_files.0.content",
      "/usr/bin/ksh",
    ],
    [
      "write_files:\n  - {path: /etc/sudoers.d/x}",
      "write_files.0.path",
      "/opt/freeware/etc/sudoers",
    ],
    ["users:\n  - {name: a, groups: [wheel]}", "users.0.groups", 'no group "root"'],
    ["users:\n  - {name: a, groups: 'staff, wheel'}", "users.0.groups", 'no group "root"'],
    ["users:\n  - {name: a, shell: /bin/bash}", "users.0.shell", "no /bin/bash"],
    ["users:\n  - {name: a, passwd: $6$salt$hash}", "users.0.passwd", "{ssha512}"],
    ["swap: {filename: /swap}", "swap", "mkps"],
    ["runcmd: [sudo ls]", "runcmd.0", "run as root already"],
    ["runcmd: [[/bin/bash, -c, ls]]", "runcmd.0", "no /bin/bash"],
    ["bootcmd: [systemctl restart sshd]", "bootcmd.0", "startsrc"],
  ];
  test("swap by its size needs no hint", async () => {
    const found = await lines("#cloud-config\nswap: {size: 1G, volume_group: datavg}\n");
    expect(found.filter((line) => line.includes(" hint "))).toEqual([]);
  });

  test.each(HINTS)("%s", async (yaml, path, words) => {
    const found = await lines(`#cloud-config\n${yaml}\n`);
    expect(
      found.filter((line) => line.includes(` hint ${path}: `) && line.includes(words)),
    ).toHaveLength(1);
    const onLinux = await lines(`#cloud-config\n${yaml}\n`, "debian");
    expect(onLinux.filter((line) => line.includes(" hint "))).toEqual([]);
  });
});

test("keys that stand twice and broken YAML have their place", async () => {
  expect(await lines("#cloud-config\nhostname: a\nhostname: b\n")).toEqual([
    "3:1 hint : This key stands twice in its mapping: the last one counts",
  ]);
  const broken = await validateCloudConfig("#cloud-config\na: [1\n", "f", { distro: "aix" });
  expect(broken).toMatchObject({ kind: "no-yaml", findings: [{ level: "error", source: "f" }] });
  expect(broken.findings[0]?.line).toBeGreaterThan(0);
});

test.each([
  ["#cloud-config\n", "empty"],
  ["#cloud-config\n- a\n", "no-mapping"],
  ["#cloud-config\nhostname: a\n", "checked"],
] as const)("%p is %s", async (text, kind) => {
  expect(await validateCloudConfig(text, "f", { distro: "aix" })).toMatchObject({ kind });
});

test("the examples of every module are right", async () => {
  for (const entry of MODULES) {
    const { examples, name } = await entry.load();
    for (const example of examples) {
      const { findings } = await validateCloudConfig(example, name, { distro: "debian" });
      expect([
        name,
        findings.filter(({ level }) => level === "error" || level === "unknown"),
      ]).toEqual([name, []]);
    }
  }
});

test("no message repeats a value", async () => {
  const SECRET = "s3cr3tValue";
  const value = fc.oneof(
    fc.constant(SECRET),
    fc.constant([SECRET]),
    fc.constant({ [SECRET]: SECRET }),
    fc.constant([[SECRET], { a: SECRET }]),
    fc.constant({ content: [SECRET], path: { a: SECRET }, name: [SECRET] }),
  );
  const key = fc.constantFrom(
    "users",
    "user",
    "groups",
    "runcmd",
    "bootcmd",
    "write_files",
    "ssh_keys",
    "chpasswd",
    "password",
    "hostname",
    "timeouts",
    "vendor_data",
    "final_message",
    "output",
  );
  const userKey = fc.constantFrom(
    "passwd",
    "plain_text_passwd",
    "hashed_passwd",
    "ssh_authorized_keys",
    "sudo",
    "gecos",
  );
  const config = fc.oneof(
    fc.dictionary(key, value, { minKeys: 1 }),
    fc.record({ users: fc.array(fc.dictionary(userKey, value)) }),
    fc.record({
      write_files: fc.array(fc.record({ content: value, permissions: value, encoding: value })),
    }),
  );
  await fc.assert(
    fc.asyncProperty(config, async (given) => {
      const text = `#cloud-config\n${JSON.stringify(given)}\n`;
      const { findings } = await validateCloudConfig(text, "f", { distro: "aix" });
      const messages = findings.map(({ message }) => message).join("\n");
      // A key is a name: those of users and of timeouts are shown where they are plain ones.
      expect(messages.replaceAll(`"${SECRET}" is not a known key`, "")).not.toContain(SECRET);
    }),
    { numRuns: 300 },
  );
});

test("whatever the text is, an answer comes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      ),
      async (text) => {
        const { findings } = await validateCloudConfig(`#cloud-config\n${text}`, "f", {
          distro: "aix",
        });
        expect(Array.isArray(findings)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test("10,000 files are checked at once", async () => {
  const entry = "- path: /etc/x\n  owner: root:system\n  content: some text of a file\n";
  const text = `#cloud-config\nwrite_files:\n${entry.repeat(10_000)}`;
  const { findings } = await validateCloudConfig(text, "f", { distro: "aix" });
  expect(findings).toEqual([]);
});
