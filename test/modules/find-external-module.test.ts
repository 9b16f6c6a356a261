import { describe, expect, test } from "bun:test";
import { findDirectoryFault } from "../../src/modules/external-file-fault.ts";
import { findExternalModule } from "../../src/modules/find-external-module.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { FileSystem } from "../../src/system/system.ts";

const DIRECTORY = "/opt/freeware/lib/cloud-init/modules";
const PATH = `${DIRECTORY}/my_module`;

function find(
  change: (fs: FileSystem) => void = () => {},
  options: {
    readonly writtenName?: string;
    readonly platform?: string;
    readonly uid?: number;
  } = {},
) {
  const { writtenName = "my_module", platform = "aix", uid = 0 } = options;
  const { system } = createScriptedSystem({ files: { [PATH]: "#!/bin/sh\n" }, platform, uid });
  system.fs.setAttributes(PATH, { mode: 0o755 });
  change(system.fs);
  const name = writtenName.replaceAll("-", "_");
  return findExternalModule(system, DIRECTORY, { name, writtenName });
}

describe("an executable of root's", () => {
  test("is found by its name, with - or _ alike", () => {
    for (const writtenName of ["my_module", "my-module"]) {
      expect(find(undefined, { writtenName })).toMatchObject({
        kind: "found",
        file: { fileName: "my_module", path: PATH },
      });
    }
    const dashed = find(
      (fs) => {
        fs.remove(PATH);
        fs.write(`${DIRECTORY}/my-module`, "#!/bin/sh\n", { mode: 0o700 });
      },
      { writtenName: "my_module" },
    );
    expect(dashed).toMatchObject({ kind: "found", file: { fileName: "my-module" } });
  });

  test("may be a link to a file of the same directory", () => {
    const found = find((fs) => {
      fs.remove(PATH);
      fs.write(`${DIRECTORY}/real`, "#!/bin/sh\n# cloud-init: plan=yes\n", { mode: 0o755 });
      fs.symlink("real", PATH);
    });
    expect(found).toMatchObject({ kind: "found", file: { header: { isPlannable: true } } });
  });

  test("may be in a directory that a link of root's leads to", () => {
    const found = find((fs) => {
      fs.write("/export/modules/my_module", "#!/bin/sh\n", { mode: 0o755 });
      fs.remove(DIRECTORY);
      fs.symlink("../../../../export/modules", DIRECTORY);
    });
    expect(found.kind).toBe("found");
  });

  test("may be below a directory of bin's on AIX only", () => {
    const change = (fs: FileSystem): void => fs.setAttributes("/opt", { owner: "2:2" });
    expect(find(change).kind).toBe("found");
    expect(find(change, { platform: "linux" }).kind).toBe("refused");
  });

  test("may be its developer's where the developer runs it", () => {
    const change = (fs: FileSystem): void => fs.setAttributes(PATH, { owner: "1000:1000" });
    expect(find(change, { uid: 1000 }).kind).toBe("found");
    expect(find(change).kind).toBe("refused");
  });
});

test("what is not there is not found, whatever the name", () => {
  const other = ["other", "../my_module", "a/../my_module", "", ".", "..", "x".repeat(300), "a\0b"];
  for (const writtenName of other) {
    expect(find(undefined, { writtenName })).toEqual({ kind: "none" });
  }
});

const refusals: readonly (readonly [string, (fs: FileSystem) => void])[] = [
  ["everybody may write to it (mode 0757)", (fs) => fs.setAttributes(PATH, { mode: 0o757 })],
  ["its group may write to it (mode 0775)", (fs) => fs.setAttributes(PATH, { mode: 0o775 })],
  [
    "it belongs to the user with the number 205, not to root",
    (fs) => fs.setAttributes(PATH, { owner: "205:1" }),
  ],
  [`it is not executable: chmod 755 ${PATH}`, (fs) => fs.setAttributes(PATH, { mode: 0o644 })],
  [
    "it is no regular file",
    (fs) => {
      fs.remove(PATH);
      fs.makeDirectory(PATH);
    },
  ],
  [
    'it is a link to "/usr/bin/ls", out of its directory',
    (fs) => {
      fs.remove(PATH);
      fs.symlink("/usr/bin/ls", PATH);
    },
  ],
  [
    'it is a link to "gone", which is not there',
    (fs) => {
      fs.remove(PATH);
      fs.symlink("gone", PATH);
    },
  ],
  [
    'the file "real" that it is a link to is no regular file',
    (fs) => {
      fs.remove(PATH);
      fs.symlink("/x", `${DIRECTORY}/real`);
      fs.symlink("real", PATH);
    },
  ],
  [
    `everybody may write to the directory "${DIRECTORY}" (mode 0777)`,
    (fs) => fs.setAttributes(DIRECTORY, { mode: 0o777 }),
  ],
  [
    'its group may write to the directory "/opt" (mode 0775)',
    (fs) => fs.setAttributes("/opt", { mode: 0o775 }),
  ],
  [
    'the directory "/opt/freeware" belongs to the user with the number 205, not to root',
    (fs) => fs.setAttributes("/opt/freeware", { owner: "205:1" }),
  ],
];

test("links that run in a circle are refused", () => {
  const found = find((fs) => {
    fs.remove("/opt/freeware");
    fs.symlink("freeware", "/opt/freeware");
  });
  expect(found).toEqual({
    kind: "refused",
    message: `Cannot run the module "${PATH}": Cannot read "${PATH}": too many symbolic links (ELOOP)`,
  });
  const { system } = createScriptedSystem();
  system.fs.symlink("b", "/a");
  system.fs.symlink("a", "/b");
  expect(findDirectoryFault(system, "/a/modules")).toBe('"/a" is one of too many links');
});

test.each(refusals)("it is refused because %s", (reason, change) => {
  expect(find(change)).toEqual({
    kind: "refused",
    message: `Cannot run the module "${PATH}": ${reason}`,
  });
});

test("a name that no file of a module may have is refused where the file is there", () => {
  const change = (fs: FileSystem): void =>
    fs.write(`${DIRECTORY}/My.Module`, "#!/bin/sh\n", { mode: 0o755 });
  expect(find(change, { writtenName: "My.Module" })).toEqual({
    kind: "refused",
    message: `Cannot run the module "${DIRECTORY}/My.Module": its name may only have a-z, 0-9, _ and -`,
  });
});

test.each([
  ["/opt/freeware/lib/python2.7/site-packages", "/opt/freeware/lib/cloud-init/modules"],
  ["/opt/freeware/lib64/python3.9/site-packages", "/opt/freeware/lib/cloud-init/modules"],
  ["/usr/lib/python3/dist-packages", "/usr/lib/cloud-init/modules"],
  ["/usr/lib/python3.9/site-packages", "/usr/lib/cloud-init/modules"],
])("a Python module in %s is refused with what to do instead", (packages, directory) => {
  const python = `${packages}/cloudinit/config/cc_my_module.py`;
  const { system } = createScriptedSystem({ files: { [python]: "def handle(): pass\n" } });
  const name = { name: "my_module", writtenName: "cc_my_module" };
  expect(findExternalModule(system, directory, name)).toEqual({
    kind: "refused",
    message: `Cannot run "${python}": Python modules of the old package are not run; write it as an executable "${directory}/my_module" that reads JSON (README, "Modules of your own")`,
  });
  expect(findExternalModule(system, directory, { name: "other", writtenName: "other" })).toEqual({
    kind: "none",
  });
});
