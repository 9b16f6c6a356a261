import { describe, expect, test } from "bun:test";
import {
  type DatasourceSearch,
  findDatasource,
  type SearchStage,
} from "../../src/datasources/find-datasource.ts";
import { DATASOURCES, DATASOURCES_NOT_BUILT } from "../../src/datasources/registry.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { buildIso } from "../support/build-iso.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

const LSDEV = "/usr/sbin/lsdev -Cc cdrom -F name:status";

async function search(
  stage: SearchStage,
  config: Readonly<Record<string, unknown>>,
  metadata?: string,
): Promise<{
  readonly found: DatasourceSearch;
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
}> {
  const files =
    metadata === undefined
      ? {}
      : { "/dev/cd0": buildIso({ files: { "openstack/latest/meta_data.json": metadata } }) };
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    files,
    commands: { [LSDEV]: metadata === undefined ? "" : "cd0:Available\n" },
  });
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys: system, log, systemInfo: {} });
  const found = await findDatasource(stage, config, {
    sys: system,
    distro,
    paths: createTestPaths(),
    log,
  });
  return { found, log, commands };
}

const BOTH = { datasource_list: ["ConfigDrive", "None"] };

describe("findDatasource", () => {
  test("gives the first datasource that has an instance", async () => {
    const { found, log } = await search("init", BOTH, '{"uuid": "i-1"}');
    expect(found.instance?.id).toBe("i-1");
    expect(found.instance?.datasource).toBe("ConfigDrive");
    expect(found.passedOver).toEqual([]);
    expect(found.searchedClasses).toEqual(["DataSourceConfigDriveNet"]);
    expect(log.warnings()).toEqual([]);
  });

  test("goes on to the next where there is none, and says why", async () => {
    const { found, log } = await search("init", BOTH);
    expect(found.instance?.id).toBe("iid-datasource-none");
    expect(found.passedOver).toEqual([
      {
        name: "ConfigDrive",
        reason: "no disc labelled config-2 (no device to look at)",
        hasFailed: false,
      },
    ]);
    expect(log.warnings()).toEqual([]);
  });

  test("goes on to the next where one fails, with one warning", async () => {
    const { found, log } = await search("init", BOTH, '{"uuid": ');
    expect(found.instance?.datasource).toBe("None");
    expect(found.passedOver).toMatchObject([{ name: "ConfigDrive", hasFailed: true }]);
    expect(log.warnings()).toEqual([
      'Getting data from DataSourceConfigDriveNet failed: Broken config drive: cd0: Cannot read "openstack/latest/meta_data.json": expected JSON, but at line 1, column 10: it is cut short',
    ]);
  });

  test("asks in init-local those that need a file system alone", async () => {
    const { found } = await search("init-local", BOTH);
    expect(found.instance).toBeUndefined();
    expect(found.searchedClasses).toEqual(["DataSourceConfigDrive"]);
    expect((await search("init-local", BOTH, '{"uuid": "1"}')).found.instance?.id).toBe("1");
  });

  test("asks after init those that need nothing alone, and no command is run for it", async () => {
    const { found, commands } = await search("later", BOTH, '{"uuid": "1"}');
    expect(found.instance?.datasource).toBe("None");
    expect(found.searchedClasses).toEqual(["DataSourceNone"]);
    expect(commands).toEqual([]);
  });

  test("finds nothing where no datasource is left", async () => {
    const { found } = await search("init", { datasource_list: ["ConfigDrive"] });
    expect(found.instance).toBeUndefined();
    expect(found.searchedClasses).toEqual(["DataSourceConfigDriveNet"]);
  });

  test("takes names in any case, with or without DataSource, each once", async () => {
    for (const name of ["configdrive", "DataSourceConfigDrive", "CONFIGDRIVE", " ConfigDrive "]) {
      const list = { datasource_list: [name, "ConfigDrive"] };
      const { found, log } = await search("init", list, '{"uuid": "1"}');
      expect(found.instance?.id).toBe("1");
      expect(log.warnings()).toEqual([]);
    }
    const twice = await search("init", { datasource_list: ["ConfigDrive", "configdrive"] });
    expect(twice.found.searchedClasses).toEqual(["DataSourceConfigDriveNet"]);
  });

  test("warns of unknown names and of entries that are none, and goes on", async () => {
    const list = ["Nowhere", null, 7, "constructor", "None"];
    const { found, log } = await search("init", { datasource_list: list });
    expect(found.instance?.datasource).toBe("None");
    const expected =
      'Cannot use an entry of "datasource_list": expected the name of a datasource, found';
    expect(log.warnings()).toEqual([
      `${expected} "Nowhere"`,
      `${expected} nothing`,
      `${expected} a number`,
      `${expected} "constructor"`,
    ]);
  });

  test("says at INFO which of upstream's datasources this program has not", async () => {
    const list = { datasource_list: ["smartos", "None"] };
    const { found, log } = await search("init", list);
    expect(log.lines).toContain(
      'INFO: Datasource "SmartOS" is none that this program has: it is passed over',
    );
    expect(log.warnings()).toEqual([]);
    expect(found.passedOver).toEqual([
      { name: "SmartOS", reason: "is none that this program has", hasFailed: false },
    ]);
    expect((await search("later", list)).log.lines.join()).not.toContain("none that this program");
  });

  test("knows all of cloud-init's datasources by name", () => {
    const names = [...DATASOURCES.map(({ name }) => name), ...DATASOURCES_NOT_BUILT].sort();
    expect(names).toEqual(
      "AltCloud Azure CloudSigma CloudStack ConfigDrive Ec2 GCE MAAS NoCloud None OVF OpenNebula OpenStack SmartOS".split(
        " ",
      ),
    );
  });

  test("has a table that agrees with what it loads", async () => {
    for (const { name, needs, load } of DATASOURCES) {
      const datasource = await load();
      expect([datasource.name, datasource.needs]).toEqual([name, needs]);
    }
  });

  test("takes one name for a list, and warns of other things", async () => {
    expect((await search("init", { datasource_list: "None" })).found.instance?.id).toBe(
      "iid-datasource-none",
    );
    for (const [list, kind] of [
      [undefined, "nothing"],
      [{ None: 1 }, "a mapping"],
    ] as const) {
      const { found, log } = await search("init", { datasource_list: list });
      expect(found.instance).toBeUndefined();
      expect(log.warnings()).toEqual([
        `Cannot use "datasource_list": expected a list of names, found ${kind}`,
      ]);
    }
  });

  test("hands each datasource its own part of the configuration", async () => {
    const datasource = {
      None: { userdata_raw: "#!/bin/sh\n" },
      ConfigDrive: { dsmode: "disabled" },
    };
    const { found } = await search("init", { ...BOTH, datasource }, '{"uuid": "1"}');
    expect(found.passedOver).toEqual([
      { name: "ConfigDrive", reason: "dsmode is disabled (cd0)", hasFailed: false },
    ]);
    expect(new TextDecoder().decode(found.instance?.userData)).toBe("#!/bin/sh\n");
  });

  test("warns of a configuration that is no mapping, and goes without", async () => {
    const config = { ...BOTH, datasource: { ConfigDrive: ["x"] } };
    const { found, log } = await search("init", config, '{"uuid": "1"}');
    expect(found.instance?.id).toBe("1");
    expect(log.warnings()).toEqual([
      'Cannot use "datasource.ConfigDrive": expected a mapping, found a list',
    ]);
  });
});

describe("A drive with dsmode pass", () => {
  const metadata = '{"uuid": "1", "meta": {"dsmode": "pass"}}';

  test("is for its network and files alone in init-local", async () => {
    const { found } = await search("init-local", BOTH, metadata);
    expect(found.instance).toBeUndefined();
    expect(found.networkOnly?.id).toBe("1");
    expect(found.networkOnly?.description).toBe("DataSourceConfigDrive [pass,ver=2][source=cd0]");
  });

  test("is passed over in init, where the next is asked", async () => {
    const { found, log } = await search("init", BOTH, metadata);
    expect(found.networkOnly).toBeUndefined();
    expect(found.instance?.datasource).toBe("None");
    expect(log.lines).toContain(
      "DEBUG: DataSourceConfigDrive [pass,ver=2][source=cd0]: not claiming datasource, dsmode=pass",
    );
  });
});
