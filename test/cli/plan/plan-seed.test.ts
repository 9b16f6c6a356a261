import { describe, expect, test } from "bun:test";
import { buildIso } from "../../support/build-iso.ts";
import { buildVfat } from "../../support/build-vfat.ts";
import { planBlock, planCommand } from "../../support/plan-command.ts";

const FILES = {
  "meta-data": "instance-id: iid-plan\nlocal-hostname: aix01\n",
  "user-data": "#cloud-config\nwrite_files:\n  - {path: /tmp/from-seed, content: hi}\n",
  "vendor-data": "#cloud-config\nruncmd: [id]\n",
  "network-config":
    'version: 2\nethernets:\n  en1:\n    match: {macaddress: "00:00:5e:00:53:01"}\n    addresses: [192.0.2.10/24]\n    gateway4: 192.0.2.1\n',
};
const DISCS = {
  "/images/seed.img": buildVfat({ files: FILES, fatBits: 12 }),
  "/images/large.img": buildVfat({ files: FILES, fatBits: 16, label: "CIDATA" }),
  "/images/seed.iso": buildIso({ files: FILES, label: "cidata" }),
  "/images/other.img": buildVfat({ files: FILES, label: "OTHER" }),
};
const DIRECTORY = Object.fromEntries(
  Object.entries(FILES).map(([name, content]) => [`/images/seed/${name}`, content]),
);
const LISTED = { "/images/my.cfg": "datasource_list: [NoCloud, None]\n" };
const files = { ...DISCS, ...DIRECTORY, ...LISTED };

describe("plan of a NoCloud seed", () => {
  for (const source of ["seed", "seed.img", "large.img", "seed.iso"]) {
    for (const distro of ["aix", "debian"]) {
      test(`from ${source} on ${distro} shows its network, names and files`, async () => {
        const { exitCode, stdout } = await planCommand(
          [source, "--config", "my.cfg", "--distro", distro],
          { files },
        );
        expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
        expect(stdout).toContain("instance     iid-plan");
        expect(stdout).toContain("network      network-config");
        expect(planBlock(stdout, "write_files")).toContain("create  /tmp/from-seed");
        expect(stdout).toContain("00:00:5e:00:53:01");
      });
    }
  }

  test("says what the first boot does on AIX, address by address", async () => {
    const { stdout } = await planCommand(["seed.img", "--config", "my.cfg"], { files });
    expect(stdout).toContain('disc image labelled "cidata"');
    expect(stdout).toContain("DataSourceNoCloud [seed=cd0]");
    expect(planBlock(stdout, "network        before")).toContain("up, 192.0.2.10/24");
    expect(planBlock(stdout, "network  once")).toContain("netaddr=192.0.2.10");
  });

  test("warns where the configuration of this program lists no NoCloud, and plans all the same", async () => {
    const { exitCode, stdout } = await planCommand(["seed"], { files });
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s+/gu, " ")).toContain(
      "its datasource_list is [ConfigDrive], without NoCloud. This plan is as if it were [NoCloud]",
    );
    expect(stdout).toContain("create  /tmp/from-seed");
  });

  test("fails where the machine's configuration lists no NoCloud", async () => {
    const { exitCode, stdout } = await planCommand(["seed.img", "--config", "cd.cfg"], {
      files: { ...files, "/images/cd.cfg": "datasource_list: [ConfigDrive]\n" },
    });
    expect(exitCode).toBe(1);
    expect(stdout.replaceAll(/\s+/gu, " ")).toContain("does not look for such a seed");
  });

  test("takes other user-data, and a seed directory elsewhere", async () => {
    const config = "datasource_list: [NoCloud]\nsystem_info: {paths: {cloud_dir: /var/other/}}\n";
    const { exitCode, stdout } = await planCommand(
      ["seed.img", "--user-data", "ud", "--config", "dir.cfg"],
      {
        files: {
          ...files,
          "/images/dir.cfg": config,
          "/images/ud": "#cloud-config\nwrite_files:\n  - {path: /tmp/instead, content: x}\n",
        },
      },
    );
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain("[seed=/var/other/seed/nocloud]");
    expect(stdout).toContain("create  /tmp/instead");
    expect(stdout).not.toContain("/tmp/from-seed");
  });

  test("of a disc with another label finds it on AIX, and says on Linux why not", async () => {
    const aix = await planCommand(["other.img", "--config", "my.cfg"], { files });
    expect(aix.stdout).toContain("instance     iid-plan");
    const linux = await planCommand(["other.img", "--config", "my.cfg", "--distro", "debian"], {
      files,
    });
    expect(linux.stdout.replaceAll(/\s+/gu, " ")).toContain(
      'no disc labelled cidata (looked at /dev/sr0 (labelled "OTHER")',
    );
  });

  test("of a FAT config drive is as of any other", async () => {
    const { exitCode, stdout } = await planCommand(["drive.img"], {
      files: {
        "/images/drive.img": buildVfat({
          label: "config-2",
          files: { "openstack/latest/meta_data.json": '{"uuid": "u-1"}' },
        }),
      },
    });
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain("DataSourceConfigDriveNet [net,ver=2][source=cd0]");
  });
});
