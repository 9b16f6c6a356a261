import { describe, expect, test } from "bun:test";
import { createDirectoryTree } from "../../src/system/directory-tree.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

const lower = (name: string): string => name.toLowerCase();

describe("createDirectoryTree", () => {
  test("reads and lists what is below its root, and nothing else", () => {
    const fs = createMemoryFileSystem({ "/seed/a/b": "content", "/seed/c": "", "/secret": "s" });
    const tree = createDirectoryTree(fs, "/seed", { followLinks: true });
    expect(text(tree.readBytes("a/b"))).toBe("content");
    expect(text(tree.readBytes("/a//./b"))).toBe("content");
    expect(text(tree.readBytes("c"))).toBe("");
    expect(tree.list("")).toEqual(["a", "c"]);
    expect(tree.list("a")).toEqual(["b"]);
    expect(tree.readBytes("a")).toBeUndefined();
    expect(tree.readBytes("nothing")).toBeUndefined();
    expect(tree.readBytes("c/below")).toBeUndefined();
    expect(tree.list("c")).toEqual([]);
    expect(tree.list("nothing")).toEqual([]);
    expect(tree.readBytes("../secret")).toBeUndefined();
    expect(tree.readBytes("a/../../secret")).toBeUndefined();
  });

  test("finds names that fold alike, an exact one first", () => {
    const fs = createMemoryFileSystem({ "/d/META/FILE": "1", "/d/META/file": "2" });
    const exact = createDirectoryTree(fs, "/d", { followLinks: false });
    expect(exact.readBytes("meta/file")).toBeUndefined();
    const folded = createDirectoryTree(fs, "/d", { followLinks: false, foldName: lower });
    expect(text(folded.readBytes("meta/file"))).toBe("2");
    expect(text(folded.readBytes("meta/File"))).toBe("1");
  });

  test("follows links only where it is told to", () => {
    const fs = createMemoryFileSystem({ "/d/x": "x", "/other/file": "other" });
    fs.symlink("/other/file", "/d/link");
    fs.symlink("/other", "/d/dir");
    const closed = createDirectoryTree(fs, "/d", { followLinks: false });
    expect(closed.readBytes("link")).toBeUndefined();
    expect(closed.readBytes("dir/file")).toBeUndefined();
    expect(closed.list("dir")).toEqual([]);
    const open = createDirectoryTree(fs, "/d", { followLinks: true });
    expect(text(open.readBytes("link"))).toBe("other");
    expect(text(open.readBytes("dir/file"))).toBe("other");
  });

  test("refuses a file that is longer than the caller wants", () => {
    const fs = createMemoryFileSystem({ "/d/file": "12345" });
    const tree = createDirectoryTree(fs, "/d", { followLinks: true });
    expect(text(tree.readBytes("file", 5))).toBe("12345");
    expect(() => tree.readBytes("file", 4)).toThrow(
      'Cannot read "/d/file": it has 5 bytes, at most 4 are read',
    );
  });
});
