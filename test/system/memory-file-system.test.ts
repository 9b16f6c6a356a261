import { expect, test } from "bun:test";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { testFileSystem } from "../support/file-system-contract.ts";

testFileSystem("memory", () => {
  const fs = createMemoryFileSystem();
  fs.makeDirectory("/root");
  return { fs, root: "/root" };
});

test("the files given at the beginning are there", () => {
  const fs = createMemoryFileSystem({
    "/etc/hosts": "127.0.0.1 loopback\n",
    "/bin/x": Uint8Array.of(0),
  });
  expect(fs.list("/")).toEqual(["bin", "etc"]);
  expect(fs.readBytes("/bin/x")).toEqual(Uint8Array.of(0));
});

test("an owner is looked up in the tree's own passwd and group files", () => {
  const fs = createMemoryFileSystem({
    "/etc/passwd": "root:!:0:0::/:/usr/bin/ksh\nalice:!:204:1::/home/alice:/usr/bin/ksh\n",
    "/etc/group": "system:!:0:root\nstaff:!:1:alice\n",
  });
  fs.write("/file", "x", { owner: "alice:staff" });
  expect(fs.stat("/file")).toMatchObject({ uid: 204, gid: 1 });
  expect(() => fs.write("/other", "x", { owner: "bob" })).toThrow(
    'Cannot find user "bob" in /etc/passwd: create the user first or give its number',
  );
  expect(() => fs.setAttributes("/file", { owner: ":wheel" })).toThrow('group "wheel"');
  expect(fs.stat("/other")).toBeUndefined();
});

test("any owner will do where the machine has no passwd file", () => {
  const fs = createMemoryFileSystem();
  fs.write("/file", "x", { owner: "alice:staff" });
  expect(fs.stat("/file")?.uid).not.toBe(0);
});

test("a device gives what is in its disc, and no size", () => {
  const fs = createMemoryFileSystem({}, { devices: { "/dev/cd0": Uint8Array.of(1, 2, 3) } });
  expect(fs.stat("/dev/cd0")?.kind).toBe("device");
  const device = fs.open("/dev/cd0");
  expect(device.sizeBytes).toBeUndefined();
  expect(device.read(1, 5)).toEqual(Uint8Array.of(2, 3));
});

test("a log of many lines grows in linear time", () => {
  const fs = createMemoryFileSystem();
  const line = "x".repeat(99) + "\n";
  for (let count = 0; count < 50_000; count += 1) {
    fs.append("/log", line);
  }
  expect(fs.stat("/log")?.sizeBytes).toBe(5_000_000);
  expect(fs.readBytes("/log").length).toBe(5_000_000);
});
