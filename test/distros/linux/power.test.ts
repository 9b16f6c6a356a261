import { describe, expect, test } from "bun:test";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger } from "../../support/module-context.ts";

const TREE = "/proc/device-tree";
const POWERVM = {
  [`${TREE}/compatible`]: "IBM,9009-42A\0",
  [`${TREE}/model`]: "IBM,9009-42A\0",
  [`${TREE}/chosen/bootpath`]: "/vdevice/v-scsi@30000003/disk@8100000000000000:1\0",
};
const TOOLS = {
  "/usr/sbin/ofpathname": "",
  "/usr/sbin/bootlist": "",
  "/opt/rsct/bin/rmcctrl": "",
  "/opt/rsct/install/bin/recfgct": "",
};

function linux(files: Record<string, string>, arch = "ppc64") {
  const lists: Record<string, string> = { normal: "", service: "" };
  const scripted = createScriptedSystem({
    files: { ...TOOLS, "/proc/1/comm": "systemd\n", "/proc/55/comm": "srcmstr\n", ...files },
    commands: {
      "/usr/sbin/ofpathname -l /vdevice/v-scsi@30000003/disk@8100000000000000": "sda\n",
      "/usr/sbin/bootlist -m normal -o": () => `${lists["normal"] ?? ""}\n`,
      "/usr/sbin/bootlist -m service -o": () => `${lists["service"] ?? ""}\n`,
      "/usr/sbin/bootlist": ([, , , , disk = ""]) => {
        lists["normal"] = disk;
        lists["service"] = disk;
        return "";
      },
      "/opt/rsct/bin/rmcctrl": "",
      "/bin/kill": () => {
        scripted.system.fs.remove("/proc/55");
        return "";
      },
      "/opt/rsct/install/bin/recfgct": () => {
        scripted.system.fs.write("/etc/ct_node_id", "fedcba9876543210\n");
        return "";
      },
    },
  });
  const system: System = { ...scripted.system, process: { ...scripted.system.process, arch } };
  const { power } = createLinux({ sys: system, log: createTestLogger([]), systemInfo: {} }, "rhel");
  if (power === undefined) {
    throw new Error("Linux has no power adapter");
  }
  return { ...scripted, power, lists };
}

function argvs(changes: ReturnType<typeof linux>["changes"]): readonly string[] {
  return changes.flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
}

describe("a partition of PowerVM that runs Linux", () => {
  test("gets the disk of this boot into both boot lists, once", async () => {
    const { power, lists, changes } = linux(POWERVM);
    expect(await power.ensureBootList()).toEqual([]);
    expect(await power.ensureBootList()).toEqual([]);
    expect(lists).toEqual({ normal: "sda", service: "sda" });
    expect(argvs(changes)).toEqual(["/usr/sbin/bootlist -m both -o sda"]);
  });

  test("is warned where the firmware does not tell what it started from", async () => {
    const { power, changes } = linux({ ...POWERVM, [`${TREE}/chosen/bootpath`]: "\0" });
    expect(await power.ensureBootList()).toEqual([
      { severity: "warning", message: expect.stringContaining(`the firmware's bootpath is ""`) },
    ]);
    expect(changes).toEqual([]);
  });

  test("gets a new RSCT node id, with srcmstr ended in between", async () => {
    const { power, changes } = linux({ ...POWERVM, "/etc/ct_node_id": "0123456789abcdef\n" });
    expect(await power.resetRmc()).toEqual([]);
    expect(argvs(changes)).toEqual([
      "/opt/rsct/bin/rmcctrl -z",
      "/bin/kill 55",
      "/opt/rsct/install/bin/recfgct",
    ]);
  });
});

describe("nothing is done", () => {
  const OTHERS: readonly (readonly [string, Record<string, string>, string])[] = [
    ["on x86", {}, "x64"],
    ["on x86 with a device tree", POWERVM, "x64"],
    ["under QEMU", { ...POWERVM, [`${TREE}/model`]: "IBM pSeries (emulated by qemu)\0" }, "ppc64"],
    ["under PowerKVM", { ...POWERVM, [`${TREE}/hypervisor/compatible`]: "linux,kvm\0" }, "ppc64"],
    [
      "on bare POWER",
      { ...POWERVM, [`${TREE}/compatible`]: "ibm,powernv\0ibm,p8-generic\0" },
      "ppc64",
    ],
    [
      "on another maker's machine",
      { ...POWERVM, [`${TREE}/compatible`]: "raptor,talos\0" },
      "ppc64",
    ],
  ];

  test.each(OTHERS)("%s", async (_, files, arch) => {
    const { power, commands } = linux(files, arch);
    expect(await power.ensureBootList()).toEqual([]);
    expect(await power.resetRmc()).toEqual([]);
    expect(commands).toEqual([]);
  });
});
