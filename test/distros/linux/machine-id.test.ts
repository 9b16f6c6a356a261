import { describe, expect, test } from "bun:test";
import { readLinuxMachineId } from "../../../src/distros/linux/machine-id.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { FileError } from "../../../src/system/file-error.ts";

const PARTITION = "7f94d9b8-0a1c-4d5e-9f10-2a3b4c5d6e7f";
const PRODUCT = "28AE01C2-5B0F-4D1E-8A7B-0C9D8E7F6A5B";
const FILES = {
  "/proc/device-tree/ibm,partition-uuid": `${PARTITION}\0`,
  "/sys/class/dmi/id/product_uuid": `${PRODUCT}\n`,
  "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
};

function read(files: Record<string, string>): string | undefined {
  return readLinuxMachineId(createScriptedSystem({ files }).system);
}

describe("readLinuxMachineId", () => {
  test("is the partition's, else the product's, else that of the system", () => {
    const { [PARTITION_PATH]: _, ...noPartition } = FILES;
    const { [PRODUCT_PATH]: __, ...onlySystem } = noPartition;
    expect(read(FILES)).toBe(PARTITION);
    expect(read(noPartition)).toBe(PRODUCT.toLowerCase());
    expect(read(onlySystem)).toBe("0123456789abcdef0123456789abcdef");
    expect(read({})).toBeUndefined();
  });

  test("what firmware and images have before they are told is passed over", () => {
    expect(
      read({
        [PRODUCT_PATH]: "ffffffff-ffff-ffff-ffff-ffffffffffff\n",
        "/etc/machine-id": "uninitialized\n",
      }),
    ).toBeUndefined();
    expect(read({ [PRODUCT_PATH]: "Not Settable\n" })).toBeUndefined();
  });

  test("a file that may not be read is like one that is not there", () => {
    const { system } = createScriptedSystem({ files: FILES });
    const guarded = {
      ...system,
      fs: {
        ...system.fs,
        readBytesIfExists(path: string) {
          if (path !== "/etc/machine-id") {
            throw new FileError("read", path, "EACCES");
          }
          return system.fs.readBytesIfExists(path);
        },
      },
    };
    expect(readLinuxMachineId(guarded)).toBe("0123456789abcdef0123456789abcdef");
  });
});

const PARTITION_PATH = "/proc/device-tree/ibm,partition-uuid";
const PRODUCT_PATH = "/sys/class/dmi/id/product_uuid";
