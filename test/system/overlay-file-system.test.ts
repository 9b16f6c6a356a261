import { expect, test } from "bun:test";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { createOverlayFileSystem } from "../../src/system/overlay-file-system.ts";
import type { FileSystem } from "../../src/system/system.ts";
import { testFileSystem } from "../support/file-system-contract.ts";

testFileSystem("overlay", () => {
  const base = createMemoryFileSystem();
  base.makeDirectory("/root");
  return { fs: createOverlayFileSystem(base), root: "/root" };
});

testFileSystem("overlay over a removed directory", () => {
  const base = createMemoryFileSystem({
    "/root/dir/old": "x",
    "/root/a/b": "x",
    "/root/file": "x",
  });
  const fs = createOverlayFileSystem(base);
  fs.remove("/root");
  fs.makeDirectory("/root");
  return { fs, root: "/root" };
});

function contentOf(fs: FileSystem, path = "/"): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of fs.list(path)) {
    const child = `${path === "/" ? "" : path}/${name}`;
    const stat = fs.stat(child);
    if (stat?.kind === "directory") {
      Object.assign(found, contentOf(fs, child));
    } else {
      const link = fs.readLink(child);
      const content = link === undefined ? new TextDecoder().decode(fs.readBytes(child)) : link;
      found[child] = `${stat?.kind} ${stat?.mode.toString(8)} ${content}`;
    }
  }
  return found;
}

test("changes are seen through the overlay and leave the base as it was", () => {
  const base = createMemoryFileSystem({
    "/etc/hosts": "old",
    "/etc/motd": "hello",
    "/var/lib/a/b": "deep",
  });
  base.symlink("/etc", "/conf");
  const before = contentOf(base);
  const overlay = createOverlayFileSystem(base);

  overlay.write("/conf/hosts", "new");
  overlay.append("/etc/motd", " world");
  overlay.setAttributes("/etc/motd", { mode: 0o600 });
  overlay.remove("/var/lib/a");
  overlay.write("/var/lib/a/c", "again");
  overlay.makeDirectory("/etc/ssh", { mode: 0o700 });
  overlay.symlink("hosts", "/etc/link");

  expect(contentOf(base)).toEqual(before);
  expect(contentOf(overlay, "/etc")).toEqual({
    "/etc/hosts": "file 644 new",
    "/etc/motd": "file 600 hello world",
    "/etc/link": "symlink 777 hosts",
  });
  expect(contentOf(overlay, "/var")).toEqual({ "/var/lib/a/c": "file 644 again" });
});

test("attributes of a directory of the base change without hiding what is in it", () => {
  const overlay = createOverlayFileSystem(createMemoryFileSystem({ "/etc/hosts": "x" }));
  overlay.setAttributes("/etc", { mode: 0o700 });
  expect(overlay.stat("/etc")?.mode).toBe(0o700);
  expect(overlay.list("/etc")).toEqual(["hosts"]);
});

test("a user who is not made yet may own a file in a plan", () => {
  const base = createMemoryFileSystem({ "/etc/passwd": "root:!:0:0::/:/bin/sh\n" });
  const overlay = createOverlayFileSystem(base);
  overlay.write("/home/new/.profile", "x", { owner: "new:staff" });
  expect(overlay.stat("/home/new/.profile")?.uid).not.toBe(0);
});

test("a large file of the base is read in place", () => {
  const base = createMemoryFileSystem({ "/disc.iso": "0123456789" });
  let wholeReads = 0;
  const counting: FileSystem = {
    ...base,
    readBytes(path) {
      wholeReads += 1;
      return base.readBytes(path);
    },
  };
  const file = createOverlayFileSystem(counting).open("/disc.iso");
  expect(new TextDecoder().decode(file.read(3, 2))).toBe("34");
  expect(wholeReads).toBe(0);
});
