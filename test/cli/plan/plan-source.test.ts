import { describe, expect, test } from "bun:test";
import { readPlanInputs } from "../../../src/cli/plan/plan-inputs.ts";
import { readPlanSource } from "../../../src/cli/plan/plan-source.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";
import type { FileSystem, RandomAccessFile } from "../../../src/system/system.ts";
import { buildIso } from "../../support/build-iso.ts";
import { SAMPLE_ISO, sampleDrive } from "../../support/plan-command.ts";

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** A file system whose one disc behaves as `change` says. */
function withDisc(change: (file: RandomAccessFile) => Partial<RandomAccessFile>): FileSystem {
  const fs = createMemoryFileSystem({}, { devices: { "/dev/sr0": SAMPLE_ISO } });
  return {
    ...fs,
    open(path) {
      const file = fs.open(path);
      return { ...file, ...change(file) };
    },
  };
}

describe("a disc", () => {
  test("is taken as a whole, from a file and from a device that does not tell its size", () => {
    const fs = createMemoryFileSystem(
      { "/a.iso": SAMPLE_ISO },
      { devices: { "/dev/sr0": SAMPLE_ISO } },
    );
    const file = readPlanSource(fs, "/a.iso");
    expect(file.disc).toEqual(SAMPLE_ISO);
    expect(file.description).toBe('disc image labelled "config-2", 104 KiB');
    const device = readPlanSource(fs, "/dev/sr0");
    expect(device.disc).toEqual(SAMPLE_ISO);
    expect(device.description).toBe('device with a disc labelled "config-2", 104 KiB');
  });

  test("that is very large gives the files of its config drive", () => {
    const fs = withDisc(() => ({ sizeBytes: 65 * 1024 * 1024 }));
    const source = readPlanSource(fs, "/dev/sr0");
    expect(source.disc).toBeUndefined();
    expect(Object.keys(source.files())).toContain("openstack/latest/meta_data.json");
    expect(text(source.tree.readBytes("openstack/content/0001"))).not.toBe("");
  });

  test("on a drive that fails past its end gives its files too", () => {
    const fs = withDisc((file) => ({
      sizeBytes: undefined,
      read(offset, length) {
        if (offset + length > SAMPLE_ISO.length + 2048) {
          throw new Error("Cannot read: input/output error (EIO)");
        }
        return file.read(offset, length);
      },
    }));
    const source = readPlanSource(fs, "/dev/sr0");
    expect(source.disc).toBeUndefined();
    expect(Object.keys(source.files())).toContain("openstack/latest/user_data");
  });

  test("is closed again", () => {
    let closed = 0;
    const fs = withDisc(() => ({ close: () => void (closed += 1) }));
    readPlanSource(fs, "/dev/sr0");
    expect(closed).toBe(1);
  });

  test("that is damaged is refused with the reader's message", () => {
    const fs = createMemoryFileSystem({ "/a.iso": SAMPLE_ISO.slice(0, 34_000) });
    expect(() => readPlanSource(fs, "/a.iso")).toThrow('Cannot read SOURCE "/a.iso": ');
  });

  test("that may not be opened is refused", () => {
    const fs: FileSystem = {
      ...createMemoryFileSystem({ "/a.iso": SAMPLE_ISO }),
      open() {
        throw new Error('Cannot open "/a.iso": permission denied (EACCES)');
      },
    };
    expect(() => readPlanSource(fs, "/a.iso")).toThrow("permission denied");
  });
});

describe("a directory", () => {
  test("gives the files of the config drive, through links, and nothing else of it", () => {
    const fs = createMemoryFileSystem({ ...sampleDrive("/d"), "/d/private/notes": "mine" });
    fs.remove("/d/openstack/latest");
    fs.symlink("2018-08-27", "/d/openstack/latest");
    const source = readPlanSource(fs, "/d");
    expect(source.kind).toBe("directory");
    const names = Object.keys(source.files());
    expect(names).toContain("openstack/latest/meta_data.json");
    expect(names.filter((name) => name.startsWith("private"))).toEqual([]);
  });

  test("whose links run in a circle ends", () => {
    const fs = createMemoryFileSystem(sampleDrive("/d"));
    fs.symlink("..", "/d/openstack/loop");
    expect(Object.keys(readPlanSource(fs, "/d").files()).length).toBeLessThan(500);
  });

  test("with the layout from before openstack/ is one too", () => {
    const fs = createMemoryFileSystem({ "/d/meta.js": '{"instance-id": "i-1"}' });
    expect(Object.keys(readPlanSource(fs, "/d").files())).toEqual(["meta.js"]);
  });

  test("says which file cannot be read, and goes on", () => {
    const fs = createMemoryFileSystem(sampleDrive("/d"));
    const broken: FileSystem = {
      ...fs,
      open(path) {
        if (path.endsWith("/content/0001")) {
          throw new Error(`Cannot open "${path}": permission denied (EACCES)`);
        }
        return fs.open(path);
      },
    };
    const source = readPlanSource(broken, "/d");
    expect(source.problems).toMatchObject([{ source: "openstack/content/0001" }]);
    expect(Object.keys(source.files())).toContain("openstack/content/0000");
  });
});

test("an image without Rock Ridge has the same files", () => {
  const iso = buildIso({
    rockRidge: false,
    joliet: true,
    files: { "openstack/latest/meta_data.json": "{}" },
  });
  const source = readPlanSource(createMemoryFileSystem({ "/a": iso }), "/a");
  expect(Object.keys(source.files())).toEqual(["openstack/latest/meta_data.json"]);
});

test("a device that never answers is refused, and not opened", async () => {
  const { system } = createScriptedSystem({
    devices: { findSilent: async (devices) => new Set(devices.flat()) },
  });
  const fs: FileSystem = {
    ...createMemoryFileSystem({}, { devices: { "/dev/sr0": SAMPLE_ISO } }),
    open(path) {
      throw new Error(`"${path}" was opened`);
    },
  };
  const ctx = {
    sys: { ...system, fs },
    cwd: "/",
    stdout() {},
    stderr() {},
    exitCode: 0,
  };
  await expect(readPlanInputs(ctx, { source: "/dev/sr0", files: [] })).rejects.toThrow(
    'Cannot read "/dev/sr0": it gave nothing within 30 s',
  );
});
