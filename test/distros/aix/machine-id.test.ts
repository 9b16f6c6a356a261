import { describe, expect, test } from "bun:test";
import { readAixMachineId } from "../../../src/distros/aix/machine-id.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const LSATTR = "/usr/sbin/lsattr -El sys0 -F attribute value";

function readFrom(rows: readonly string[]): Promise<string | undefined> {
  const commands = { [LSATTR]: rows.map((row) => `${row}\n`).join("") };
  return readAixMachineId(createScriptedSystem({ platform: "aix", commands }).system);
}

describe("readAixMachineId", () => {
  test("asks sys0 once and takes the UUID of the partition", async () => {
    const { system, commands, gaps } = bootSimulatedAix({
      partitionUuid: "7F94D9B8-0a1c-4d5e-9f10-2a3b4c5d6e7f",
    });
    expect(await readAixMachineId(system)).toBe("7f94d9b8-0a1c-4d5e-9f10-2a3b4c5d6e7f");
    expect(commands).toHaveLength(1);
    expect(gaps).toEqual([]);
  });

  test("at a level without partition_uuid it is os_uuid", async () => {
    const { system } = bootSimulatedAix({ faults: { missingSysAttributes: ["partition_uuid"] } });
    expect(await readAixMachineId(system)).toBe("28ae01c2-5b0f-4d1e-8a7b-0c9d8e7f6a5b");
  });

  test("without either it is the partition in its machine", async () => {
    expect(
      await readFrom([
        "frequency      ",
        "id_to_partition 0X80000B422BD00019",
        "os_uuid N/A",
        "systemid IBM,067871131",
      ]),
    ).toBe("IBM,067871131/0X80000B422BD00019");
  });

  test("a UUID of zeros tells nothing", async () => {
    const zeros = "00000000-0000-0000-0000-000000000000";
    expect(await readFrom([`partition_uuid ${zeros}`, "os_uuid ABC"])).toBe("abc");
  });

  test("where sys0 tells nothing there is none", async () => {
    expect(await readFrom(["systemid IBM,067871131"])).toBeUndefined();
    const { system } = createScriptedSystem({ commands: { [LSATTR]: { exitCode: 255 } } });
    expect(await readAixMachineId(system)).toBeUndefined();
  });
});
