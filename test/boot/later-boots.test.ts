import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import { bootMachine, CLEAN } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_CFG,
  CLOUD_DIR,
  commandLines,
  CONFIG_DIR,
  createMachine,
  detachDrive,
  DRIVE_ID,
  logMark,
  type MachineOptions,
  messagesAt,
  resultOf,
  SAMPLE_ID,
  sampleDrive,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

/** Nothing is found in init-local, which is no error there. */
const WITHOUT_DATASOURCE = { "init-local": 0, init: 1, "modules-config": 1, "modules-final": 1 };

/** A machine at its second boot; the disc is in the drive still. */
async function deployed(options: MachineOptions = {}): Promise<SimulatedAix> {
  const aix = await bootMachine(options);
  aix.reboot();
  return aix;
}

describe("the second boot with the drive", () => {
  test("does the work of each boot and nothing else", async () => {
    const aix = await deployed();
    const before = machineState(aix);
    const [changes, commands] = [aix.changes.length, aix.commands.length];
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.gaps).toEqual([]);
    expect(machineState(aix)).toEqual(before);
    expect(machineChanges(aix, changes)).toEqual(["command /bin/sh /run/cloud-init/bootcmd.sh"]);
    expect(commandLines(aix, commands).length).toBeLessThanOrEqual(12);
    expect(resultOf(aix).errors).toEqual([]);
  });

  test("a third one is like the second", async () => {
    const aix = await deployed();
    await runBoot(aix);
    aix.reboot();
    const before = machineState(aix);
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineState(aix)).toEqual(before);
    expect(commandLines(aix, commands).length).toBeLessThanOrEqual(12);
  });
});

describe("the drive is gone and the machine is the same", () => {
  test("everything ends with 0, one line says why, nothing that a user could notice changes", async () => {
    const aix = await deployed();
    detachDrive(aix);
    const before = machineState(aix);
    const [changes, mark] = [aix.changes.length, logMark(aix)];
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineState(aix)).toEqual(before);
    expect(machineChanges(aix, changes)).toEqual(["command /bin/sh /run/cloud-init/bootcmd.sh"]);
    expect(
      messagesAt(aix, "INFO", mark).filter((line) => /datasource answers/u.test(line)),
    ).toEqual([
      `No datasource answers (the config drive is gone), and this is still the machine of instance ${SAMPLE_ID}: it stays current, per-boot work runs, nothing else`,
    ]);
    expect(messagesAt(aix, "WARNING", mark)).toEqual([]);
    expect(messagesAt(aix, "ERROR", mark)).toEqual([]);
  });

  test("status and result name the kept datasource", async () => {
    const aix = await deployed();
    detachDrive(aix);
    await runBoot(aix);
    expect(resultOf(aix)).toEqual({
      datasource: "DataSourceConfigDriveNet [net,ver=2][source=cd0]",
      errors: [],
    });
    expect(aix.system.fs.readLink(`${CLOUD_DIR}/instance`)).toBe(
      `${CLOUD_DIR}/instances/${SAMPLE_ID}`,
    );
  });

  test("scripts of each boot run, those of once per instance do not", async () => {
    const script = "#!/usr/bin/ksh\n";
    const aix = await deployed({
      files: {
        [`${CLOUD_DIR}/scripts/per-boot/b.sh`]: script,
        [`${CLOUD_DIR}/scripts/per-instance/i.sh`]: script,
        [`${CLOUD_DIR}/scripts/per-once/o.sh`]: script,
      },
    });
    for (const name of ["per-boot/b.sh", "per-instance/i.sh", "per-once/o.sh"]) {
      aix.system.fs.setAttributes(`${CLOUD_DIR}/scripts/${name}`, { mode: 0o755 });
    }
    detachDrive(aix);
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    const ran = commandLines(aix, commands);
    expect(ran).toContain(`${CLOUD_DIR}/scripts/per-boot/b.sh`);
    expect(ran.filter((line) => /per-instance|per-once|scripts\/runcmd/u.test(line))).toEqual([]);
  });

  test("a host name that was changed by hand is the deployed one again", async () => {
    const aix = await deployed();
    detachDrive(aix);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=other"]);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.machine.hostname).toBe("aixdemo1");
  });

  test("without update_hostname in the list it stays changed", async () => {
    const aix = await deployed();
    detachDrive(aix);
    aix.system.fs.write(
      CLOUD_CFG,
      textAt(aix, CLOUD_CFG).replace(/^ {2}- update_hostname\n/mu, ""),
    );
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=other"]);
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.machine.hostname).toBe("other");
  });

  test("require_drive brings back the old rule, and changes nothing", async () => {
    const aix = await deployed({ config: "datasource: {ConfigDrive: {require_drive: true}}\n" });
    detachDrive(aix);
    const before = machineState(aix);
    const changes = aix.changes.length;
    expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
    expect(machineState(aix).files).toEqual(
      before.files.filter((line) => !line.includes("/boot-finished ")),
    );
    expect(machineChanges(aix, changes)).toEqual([]);
  });

  test("require_drive lets no None take over, nor any stage by hand", async () => {
    const config =
      "datasource_list: [ConfigDrive, None]\ndatasource: {ConfigDrive: {require_drive: true}}\n";
    const aix = await deployed({ config });
    detachDrive(aix);
    expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(aix.system.fs.list(`${CLOUD_DIR}/instances`)).toEqual([SAMPLE_ID]);
  });

  test("a None at the end of the list does not take over", async () => {
    const aix = await deployed({ config: "datasource_list: [ConfigDrive, None]\n" });
    detachDrive(aix);
    const before = machineState(aix);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineState(aix)).toEqual(before);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(aix.system.fs.list(`${CLOUD_DIR}/instances`)).toEqual([SAMPLE_ID]);
  });

  test("without require_drive a drive that is broken by now is an error, and the instance stays", async () => {
    const aix = await deployed();
    aix.media.set("cd0", buildDrive({ metaData: '{"uuid": ' }));
    const codes = await runBoot(aix);
    expect(codes).toEqual({ ...CLEAN, "init-local": 1 });
    expect(statusOf(aix)["init-local"]?.errors[0]).toContain("meta_data.json");
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
  });

  test("after a live migration to another system it is the same machine still", async () => {
    const aix = await deployed();
    detachDrive(aix);
    aix.machine.identity.systemId = "IBM,0299999AB";
    aix.machine.identity.machineId = "00FAAAAAAA00";
    expect(await runBoot(aix)).toEqual(CLEAN);
  });
});

describe("the drive is gone and the machine is another one", () => {
  async function copied(options: MachineOptions = {}): Promise<SimulatedAix> {
    const aix = await deployed(options);
    detachDrive(aix);
    aix.machine.identity.partitionUuid = "99999999-1111-4222-8333-444444444444";
    return aix;
  }

  test("the documented messages and exit codes follow, and nothing is changed or deleted", async () => {
    const aix = await copied();
    const before = machineState(aix);
    const [changes, mark, shown] = [aix.changes.length, logMark(aix), aix.output.stderr.length];
    expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
    expect(aix.gaps).toEqual([]);
    expect(machineChanges(aix, changes)).toEqual([]);
    expect(machineState(aix).files).toEqual(
      before.files.filter((line) => !line.includes("/boot-finished ")),
    );
    const warnings = messagesAt(aix, "WARNING", mark);
    expect(warnings).toContain("No instance datasource found! Likely bad things to come!");
    for (const mode of ["config", "final"]) {
      const text = `Can not apply stage ${mode}, no datasource found! Likely bad things to come!`;
      expect(warnings).toContain(text);
      expect(aix.output.stderr.slice(shown)).toContain(`${text}\n${"-".repeat(60)}\n`);
    }
    expect(statusOf(aix)["init"]?.errors).toEqual(["No instance datasource found."]);
    expect(messagesAt(aix, "INFO", mark)).toContainEqual(
      expect.stringContaining("99999999-1111-4222-8333-444444444444: nothing is changed"),
    );
  });

  test("with its own drive it becomes an instance of its own", async () => {
    const aix = await copied();
    aix.media.set("cd0", buildDrive());
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${DRIVE_ID}\n`);
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(aix.machine.hostname).toBe("vm1");
  });

  test.each(["partition_uuid", "partition_uuid os_uuid"])(
    "a level without %s tells by what it has",
    async (names) => {
      const missing = names.split(" ");
      const aix = await deployed({ faults: { missingSysAttributes: missing } });
      detachDrive(aix);
      expect(await runBoot(aix)).toEqual(CLEAN);
      aix.machine.identity.osUuid = "88888888-1111-4222-8333-444444444444";
      aix.machine.identity.idToPartition = "0X80000B422BD00099";
      aix.reboot();
      expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
    },
  );

  test("a machine that tells nothing about itself is never taken for the same", async () => {
    const missing = ["partition_uuid", "os_uuid", "id_to_partition", "systemid"];
    const aix = await deployed({ faults: { missingSysAttributes: missing } });
    detachDrive(aix);
    const changes = aix.changes.length;
    expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
    expect(machineChanges(aix, changes)).toEqual([]);
  });
});

describe("a deploy of another uuid", () => {
  test("is a new instance: everything of once per instance runs again", async () => {
    const aix = await deployed();
    aix.media.set(
      "cd0",
      buildDrive({ userData: "#cloud-config\nwrite_files: [{path: /etc/new, content: n}]\n" }),
    );
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.system.fs.readLink(`${CLOUD_DIR}/instance`)).toBe(
      `${CLOUD_DIR}/instances/${DRIVE_ID}`,
    );
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${DRIVE_ID}\n`);
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(textAt(aix, "/etc/new")).toBe("n");
    expect(aix.machine.hostname).toBe("vm1");
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_network");
    expect(aix.system.fs.list(`${CLOUD_DIR}/instances`)).toEqual([DRIVE_ID, SAMPLE_ID].sort());
  });

  test("work of once ever does not run again", async () => {
    const aix = await deployed({
      files: { [`${CLOUD_DIR}/scripts/per-once/o.sh`]: "#!/usr/bin/ksh\n" },
    });
    aix.system.fs.setAttributes(`${CLOUD_DIR}/scripts/per-once/o.sh`, { mode: 0o755 });
    aix.media.set("cd0", buildDrive());
    const commands = aix.commands.length;
    await runBoot(aix);
    expect(commandLines(aix, commands)).not.toContain(`${CLOUD_DIR}/scripts/per-once/o.sh`);
  });

  test("back to the first drive, the first instance is current and has nothing to do", async () => {
    const aix = await deployed();
    aix.media.set("cd0", buildDrive());
    await runBoot(aix);
    aix.media.set("cd0", sampleDrive());
    aix.reboot();
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(commandLines(aix, commands).filter((line) => line.includes("chdev"))).toEqual([
      // update_hostname: the deployed name comes back.
      "/usr/sbin/chdev -l inet0 -a hostname=aixdemo1",
    ]);
  });
});

describe("datasource_list: ['None']", () => {
  const NONE = "iid-datasource-none";

  test("makes an instance of its own for module development, and the way back is open", async () => {
    const aix = await deployed();
    detachDrive(aix);
    const before = machineState(aix);
    aix.system.fs.write(`${CONFIG_DIR}/50_none.cfg`, "datasource_list: ['None']\n");
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${NONE}\n`);
    expect(semaphoresOf(aix, NONE)).toContain("config_set_hostname");
    expect(aix.machine.hostname).toBe("aixdemo1");
    // Twice, as people do who work on a module.
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    aix.system.fs.remove(`${CONFIG_DIR}/50_none.cfg`);
    aix.reboot();
    const changes = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(machineChanges(aix, changes)).toEqual(["command /bin/sh /run/cloud-init/bootcmd.sh"]);
    expect(machineState(aix).attributes).toEqual(before.attributes);
  });

  test("a machine that never had a drive works with it from the first boot on", async () => {
    const aix = createMachine({ config: "datasource_list: [None]\n" });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(resultOf(aix).datasource).toBe("DataSourceNone");
    expect(aix.machine.attributes.filter(({ device }) => device === "en0")).toEqual([]);
  });
});

describe("a captured image whose device database was not cleared", () => {
  test("gets the drive's addresses, one default route and the drive's name", async () => {
    const aix = createMachine({
      drive: sampleDrive(),
      firstBoot: "captured",
      hostname: "golden",
      faults: { twoDefaultRoutes: true, routeForm: "padded" },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.gaps).toEqual([]);
    expect(aix.machine.hostname).toBe("aixdemo1");
    aix.reboot();
    const addresses = aix.machine.interfaces.flatMap((iface) =>
      iface.addresses.filter(({ family }) => family === 4).map(({ address }) => address),
    );
    expect(addresses.sort()).toEqual(["127.0.0.1", "192.0.2.20", "198.51.100.20"]);
    expect(aix.machine.routes.map(({ gateway }) => gateway)).toEqual(["192.0.2.1"]);
    expect(aix.machine.hostname).toBe("aixdemo1");
  });

  test("what an older agent left there (a pickle) is no obstacle", async () => {
    const old = "11111111-aaaa-4bbb-8ccc-222222222222";
    const aix = createMachine({
      drive: sampleDrive(),
      files: {
        [`${CLOUD_DIR}/instances/${old}/obj.pkl`]: "\x80\x02ccloudinit.sources\n",
        [`${CLOUD_DIR}/instances/${old}/sem/config_write_files`]: "123: 1.0\n",
        [`${CLOUD_DIR}/data/instance-id`]: `${old}\n`,
        [`${CLOUD_DIR}/data/status.json`]: "{",
      },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`)).toBe(`${old}\n`);
    expect(textAt(aix, "/etc/orders/orders.conf")).toContain("environment=production");
  });

  test("with the drive gone too, an older agent's instance is not used", async () => {
    const old = "11111111-aaaa-4bbb-8ccc-222222222222";
    const aix = createMachine({
      files: {
        [`${CLOUD_DIR}/instances/${old}/obj.pkl`]: "\x80\x02ccloudinit.sources\n",
        [`${CLOUD_DIR}/data/instance-id`]: `${old}\n`,
      },
    });
    expect(await runBoot(aix)).toEqual(WITHOUT_DATASOURCE);
  });
});
