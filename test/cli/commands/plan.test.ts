import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { buildIso } from "../../support/build-iso.ts";
import { planBlock, planCommand, SAMPLE_ISO, sampleDrive } from "../../support/plan-command.ts";

const ISO = { "/images/drive.iso": SAMPLE_ISO };

describe("the plan of the sample drive", () => {
  test("says what is assumed, then what would happen, then the sum", async () => {
    const { exitCode, stdout, stderr } = await planCommand(["drive.iso"], { files: ISO });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(planBlock(stdout, "source")).toBe(
      [
        '  source       drive.iso, disc image labelled "config-2", 104 KiB',
        "  config       cloud.cfg as it comes with this program",
        "  machine      simulated AIX 7.3 (7300-03-00-2446), base system only",
        "               ent0 fa:16:3e:5c:1a:01, ent1 fa:16:3e:5c:1a:02",
        "  instance     3976d990-ab42-4939-911a-21f6149170cd",
        "  datasource   DataSourceConfigDriveNet [net,ver=2][source=cd0]",
        "  host name    aixdemo1",
        "  network      openstack/2018-08-27/network_data.json",
        "  user-data    #cloud-config, 856 bytes, 37 lines",
      ].join("\n"),
    );
    expect(planBlock(stdout, "network  once")).toContain(
      "    run     /usr/sbin/chdev -l en0 -a netaddr=192.0.2.20 -a netmask=255.255.255.0 -a state=up\n",
    );
    expect(planBlock(stdout, "write_files")).toBe(
      [
        "  write_files  once per instance",
        "    mkdir   /etc/orders              0755  root:system",
        "    create  /etc/orders/orders.conf  0640  root:system  34 bytes  user-data:20",
        "    mkdir   /opt/orders              0755  root:system",
        "    mkdir   /opt/orders/bin          0755  root:system",
        "    create  /opt/orders/bin/hello    0755  root:system  46 bytes  user-data:26",
      ].join("\n"),
    );
    expect(planBlock(stdout, "users_groups")).toContain(
      "    user    deploy: new, groups staff,orders, shell /usr/bin/ksh, home /home/deploy, 1 SSH key  user-data:11\n",
    );
    expect(planBlock(stdout, "scripts_user")).toBe(
      [
        "  scripts_user  once per instance",
        "    script  scripts/runcmd by /bin/sh, 3 lines  user-data:32",
        "            | mkdir -p /var/orders",
        "            | 'sh' '-c' 'uname -n > /var/orders/node'",
        "            | /opt/orders/bin/hello",
      ].join("\n"),
    );
    expect(stdout).toEndWith("\nNothing would fail.\n");
    expect(stdout).not.toContain("\u001B");
  });

  test("the four stages stand in their order, and agent state is not listed", async () => {
    const { stdout } = await planCommand(["drive.iso"], { files: ISO });
    const headings = stdout.split("\n").filter((line) => /^(?:init|modules)/u.test(line));
    expect(headings.map((line) => line.split(" ")[0])).toEqual([
      "init-local",
      "init",
      "modules-config",
      "modules-final",
    ]);
    expect(stdout).not.toContain("/opt/freeware/var/lib/cloud");
    expect(stdout).not.toContain("/var/log/cloud-init");
  });

  test("changes nothing on this machine and runs nothing", async () => {
    for (const args of [["drive.iso"], ["tree", "--diff"], ["drive.iso", "--format", "json"]]) {
      const result = await planCommand(args, { files: { ...ISO, ...sampleDrive("/images/tree") } });
      expect(result).toMatchObject({ exitCode: 0, changes: [], commands: [] });
    }
  });

  test("a directory with the drive's files gives the same plan but for the source", async () => {
    const lines = async (source: string): Promise<readonly string[]> => {
      const files = { ...ISO, ...sampleDrive("/images/tree") };
      const { stdout } = await planCommand([source], { files });
      return stdout.split("\n").filter((line) => !/^ {2}(?:source|datasource) /u.test(line));
    };
    expect(await lines("tree")).toEqual(await lines("drive.iso"));
  });

  test("is coloured on a terminal, unless NO_COLOR is set", async () => {
    const options = { files: ISO, isTerminal: true };
    const coloured = (await planCommand(["drive.iso"], options)).stdout;
    expect(coloured).toContain("\u001B[1minit-local\u001B[22m");
    const plain = (await planCommand(["drive.iso"], { ...options, env: { NO_COLOR: "1" } })).stdout;
    expect(plain).not.toContain("\u001B");
    expect(Bun.stripANSI(coloured)).toBe(plain);
  });

  test("--diff shows what changes in each file", async () => {
    const { stdout } = await planCommand(["drive.iso", "--diff"], { files: ISO });
    const block = planBlock(stdout, "network  once");
    expect(block).toContain("            -nameserver\t198.51.100.53\n");
    expect(block).toContain("            +nameserver 192.0.2.53\n");
    expect(planBlock(stdout, "write_files")).toContain(
      "            @@ -0,0 +1,2 @@\n            +environment=production\n            +region=lab\n",
    );
  });

  test("the same drive on a Linux makes a Linux's changes", async () => {
    const { stdout, exitCode } = await planCommand(["drive.iso", "--distro", "debian"], {
      files: ISO,
    });
    expect(stdout).toContain('simulated Linux ("debian")');
    expect(planBlock(stdout, "set_hostname")).toContain("change  /etc/hostname  0644  root:root");
    expect(planBlock(stdout, "network  once")).toContain("/usr/bin/networkctl reload");
    // The sample's owner root:system is one of AIX.
    expect(planBlock(stdout, "write_files")).toContain("FAILS   user-data:20: ");
    expect(exitCode).toBe(1);
  });
});

describe("what would fail", () => {
  const userData = [
    "#cloud-config",
    "write_files:",
    "  - path: /etc/good.conf",
    "    content: good",
    "  - path: /etc",
    "    content: bad",
    "",
  ].join("\n");

  test("is told with its line of user-data, with that line, and in the sum; the rest is planned", async () => {
    const { exitCode, stdout } = await planCommand(["drive.iso", "--user-data", "ud"], {
      files: { ...ISO, "/images/ud": userData },
    });
    expect(exitCode).toBe(1);
    expect(planBlock(stdout, "write_files")).toBe(
      [
        "  write_files  once per instance",
        "    create  /etc/good.conf  0644  root:system  4 bytes  user-data:3",
        '    FAILS   user-data:5: Cannot write "/etc": a directory is there',
        "            5 |   - path: /etc",
      ].join("\n"),
    );
    expect(stdout).toEndWith(
      '\n1 failure:\n  init write_files  user-data:5: Cannot write "/etc": a directory is there\n',
    );
    expect(planBlock(stdout, "source")).toContain("               user-data from ud\n");
    expect(stdout).toContain("[source=/config-drive]");
  });

  test("without a drive the lines are those of the file too", async () => {
    const { exitCode, stdout } = await planCommand(["--user-data", "/images/ud"], {
      files: { "/images/ud": gzipSync(userData) },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("FAILS   user-data:5: ");
    expect(stdout).toContain("DataSourceNone");
  });

  test("YAML that cannot be read is told with its line and nothing of its text", async () => {
    const broken = "#cloud-config\nruncmd:\n  - a\n passwd: Geheim-4711\n";
    const { exitCode, stdout } = await planCommand(["--user-data", "ud"], {
      files: { "/images/ud": broken },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAILS {3}user-data:4:\d+: |FAILS {3}user-data:4: /u);
    expect(stdout).not.toContain("Geheim");
  });

  test("a script whose interpreter AIX does not have would not start", async () => {
    const { exitCode, stdout } = await planCommand(["--user-data", "ud"], {
      files: { "/images/ud": "#!/bin/bash\necho hi\n" },
    });
    expect(exitCode).toBe(1);
    expect(planBlock(stdout, "scripts_user")).toContain('its interpreter "/bin/bash" is not there');
    expect(planBlock(stdout, "store")).toContain("scripts/part-001, 20 bytes, for modules-final");
    expect(stdout).toContain("\n1 failure:\n");
  });

  test("a drive that is readable and broken is exit code 1 with the boot's own message", async () => {
    const files = sampleDrive("/images/tree");
    const cut = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        path.endsWith("/meta_data.json") ? text.slice(0, 200) : text,
      ]),
    );
    const { exitCode, stdout } = await planCommand(["tree"], { files: cut });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("  instance     none: no datasource answers\n");
    expect(planBlock(stdout, "FAILS   ")).toContain("meta_data.json");
    expect(stdout).toContain("  init            No instance datasource found.\n");
  });

  test("a disc that is no config drive is not found, and its label is told", async () => {
    const iso = buildIso({ label: "AIX_V7", files: { "readme.txt": "hello" } });
    const { exitCode, stdout } = await planCommand(["a.iso"], { files: { "/images/a.iso": iso } });
    expect(exitCode).toBe(1);
    expect(planBlock(stdout, "4 failures").replace(/\s+/gu, " ")).toStartWith(
      '4 failures: init-local No instance by ConfigDrive: no disc labelled config-2 (looked at cd0 (labelled "AIX_V7")) ',
    );
  });
});

describe("secrets", () => {
  const secret = "Geheim-4711";
  const userData = [
    "#cloud-config",
    "users:",
    "  - name: app",
    `    plain_text_passwd: ${secret}`,
    "    lock_passwd: false",
    "write_files:",
    "  - path: /etc/app.conf",
    `    content: "password=${secret}, admin=Admin-0815"`,
    "  - path: /etc/app.key",
    "    content: |",
    "      -----BEGIN PRIVATE KEY-----",
    "      c2VjcmV0a2V5",
    "      -----END PRIVATE KEY-----",
    `  - path: /${secret}/../etc`,
    "runcmd:",
    `  - echo ${secret}`,
    "",
  ].join("\n");
  const files = Object.fromEntries(
    Object.entries({ ...sampleDrive("/images/tree"), "/images/ud": userData }).map(
      ([path, text]) => [
        path,
        path.endsWith("/meta_data.json")
          ? text.replace('"name":', '"admin_pass": "Admin-0815",\n  "name":')
          : text,
      ],
    ),
  );

  for (const format of ["text", "json"]) {
    test(`none of them is in the ${format}`, async () => {
      const args = ["tree", "--user-data", "ud", "--diff", "--format", format];
      const { stdout, stderr } = await planCommand(args, { files });
      expect(stdout).toContain("password=***, admin=***");
      expect(stdout).toContain("echo ***");
      for (const text of [secret, "Admin-0815", "c2VjcmV0a2V5"]) {
        expect(stdout).not.toContain(text);
        expect(stderr).not.toContain(text);
      }
    });
  }

  test("escape sequences of the user's do not reach the terminal", async () => {
    const ud = '#cloud-config\nbootcmd:\n  - "echo \\e[2J"\n';
    const { stdout } = await planCommand(["--user-data", "ud"], { files: { "/images/ud": ud } });
    expect(stdout).toContain(String.raw`echo \x1b[2J`);
  });
});

describe("--format json", () => {
  test("is one object in the documented shape", async () => {
    const { exitCode, stdout } = await planCommand(["drive.iso", "--format", "json"], {
      files: ISO,
    });
    const plan = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(plan).toMatchObject({
      version: 1,
      source: { kind: "disc", path: "drive.iso" },
      instance: { id: "3976d990-ab42-4939-911a-21f6149170cd", hostName: "aixdemo1" },
      datasource: "DataSourceConfigDriveNet [net,ver=2][source=cd0]",
      machine: { adapters: [{ name: "ent0" }, { name: "ent1" }] },
      failures: [],
      unknown: [],
      exitCode: 0,
    });
    expect(plan.stages.map((stage: { name: string }) => stage.name)).toEqual([
      "init-local",
      "init",
      "modules-config",
      "modules-final",
    ]);
    const writeFiles = plan.stages[1].modules.find(
      (module: { name: string }) => module.name === "write_files",
    );
    expect(writeFiles.steps[1]).toEqual({
      kind: "file",
      action: "create",
      path: "/etc/orders/orders.conf",
      owner: "root:system",
      sizeBytes: 34,
      mode: "0640",
      source: "user-data",
      line: 20,
    });
    const network = plan.stages[0].modules[0];
    expect(network.steps[0].command).toStartWith("/usr/sbin/chdev -l en0 ");
  });

  test("a failure has its stage, module, line and text", async () => {
    const ud = "#cloud-config\nwrite_files:\n  - {path: /etc, content: x}\n";
    const { stdout } = await planCommand(["--user-data", "ud", "--format", "json"], {
      files: { "/images/ud": ud },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 1,
      failures: [
        {
          stage: "init",
          module: "write_files",
          message: 'Cannot write "/etc": a directory is there',
          source: "user-data",
          line: 3,
          text: "  - {path: /etc, content: x}",
        },
      ],
    });
  });
});

describe("configuration", () => {
  test("--config takes the place of the shipped cloud.cfg", async () => {
    const cfg = [
      "datasource_list: [ConfigDrive]",
      "cloud_init_modules:",
      "  - [write_files, always]",
      "system_info: {paths: {cloud_dir: /srv/cloud}}",
      "",
    ].join("\n");
    const { exitCode, stdout } = await planCommand(["drive.iso", "--config", "my.cfg"], {
      files: { ...ISO, "/images/my.cfg": cfg },
    });
    expect(exitCode).toBe(0);
    expect(planBlock(stdout, "source")).toContain("\n  config       my.cfg\n");
    expect(planBlock(stdout, "write_files")).toStartWith("  write_files  every boot\n");
    expect(stdout).not.toContain("set_hostname");
    expect(stdout).not.toContain("/srv/cloud");
  });

  test("the configuration of this machine is left alone, and that is said", async () => {
    const path = "/opt/freeware/etc/cloud/cloud.cfg";
    const { stdout } = await planCommand(["drive.iso"], { files: { ...ISO, [path]: "a: [" } });
    expect(stdout).toContain(`  (${path} of this machine is not read: see --config)\n`);
  });

  test("--file is over it", async () => {
    const { stdout } = await planCommand(["drive.iso", "--file", "over.cfg"], {
      files: { ...ISO, "/images/over.cfg": "preserve_hostname: true\n" },
    });
    expect(stdout).not.toContain("chdev -l inet0 -a hostname");
  });

  test("--config alone plans a machine without a drive", async () => {
    const { exitCode, stdout } = await planCommand(["--config", "my.cfg"], {
      files: { "/images/my.cfg": "cloud_final_modules: [final_message]\n" },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("no drive: the datasource None");
  });
});

describe("what cannot be planned is exit code 2, with one line that says why", () => {
  const files = {
    ...ISO,
    "/images/packed.iso": gzipSync(SAMPLE_ISO),
    "/images/ud.yaml": "#cloud-config\n",
    "/images/empty": "",
    "/images/note.txt": "just a note\n",
    "/images/bad.cfg": "a: [1\n",
    "/images/list.cfg": "- a\n",
    "/images/other/a": "",
    "/images/other/b": "",
    "/images/nocloud/meta-data": "",
    "/images/above/latest/meta_data.json": "{}",
    "/images/seed/config_drive/openstack/latest/meta_data.json": "{}",
  };
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "a SOURCE is required"],
    [["no.iso"], 'Cannot read SOURCE "/images/no.iso": there is no such file or directory'],
    [["packed.iso"], "expected an ISO 9660 or FAT disc, found a gzip file (unpack it first)"],
    [["ud.yaml"], "expected an ISO 9660 or FAT disc, found user-data (name it with --user-data)"],
    [["note.txt"], "expected an ISO 9660 or FAT disc, found a text file"],
    [["empty"], "expected an ISO 9660 or FAT disc, found an empty file"],
    [
      ["other"],
      'expected the directory "openstack" in it, as a config drive has it, or "meta-data" and "user-data", found "a", "b"',
    ],
    [
      ["nocloud"],
      'found "meta-data" alone: a NoCloud seed has "user-data" too, which may be empty',
    ],
    [["above"], 'found "latest": name the directory above'],
    [["seed"], 'found it in "/images/seed/config_drive"'],
    [
      ["drive.iso", "--config", "no.cfg"],
      'argument --config: Cannot open "/images/no.cfg": no such',
    ],
    [["drive.iso", "--config", "other"], 'argument --config: Cannot read "/images/other": it is a'],
    [["drive.iso", "--config", "bad.cfg"], "argument --config: bad.cfg:2:1: Cannot read YAML: "],
    [["drive.iso", "--config", "list.cfg"], "a mapping is expected at its top, found a list"],
    [["drive.iso", "--user-data", "no"], 'argument --user-data: Cannot open "/images/no": no such'],
    [["drive.iso", "--distro", "vms"], 'argument --distro: there is no machine for "vms" (choose'],
    [["drive.iso", "--format", "xml"], 'invalid choice: "xml"'],
    [["drive.iso", "other.iso"], 'unrecognized argument: "other.iso"'],
  ];
  for (const [args, message] of cases) {
    test(args.join(" ") || "no argument", async () => {
      const { exitCode, stdout, stderr, changes } = await planCommand(args, { files });
      expect({ exitCode, stdout, changes }).toEqual({ exitCode: 2, stdout: "", changes: [] });
      expect(stderr.split("\n", 1)[0]).toStartWith("error: ");
      expect(stderr.split("\n", 1)[0]).toContain(message);
    });
  }
});
