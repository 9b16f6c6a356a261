import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { FileSystem } from "../../src/system/system.ts";

/** A file system under test; everything happens below `root`, which is an empty directory. */
export interface FileSystemUnderTest {
  readonly fs: FileSystem;
  readonly root: string;
  readonly cleanUp?: () => void;
}

/** What every FileSystem does alike. Runs as part of the test file that calls it. */
export function testFileSystem(name: string, create: () => FileSystemUnderTest): void {
  describe(`${name} file system`, () => {
    let subject: FileSystemUnderTest;
    beforeEach(() => {
      subject = create();
    });
    afterEach(() => subject.cleanUp?.());
    const at = (path: string): string => `${subject.root}/${path}`;
    const text = (path: string): string => new TextDecoder().decode(subject.fs.readBytes(at(path)));

    test("a file that was written is read back byte for byte", () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
      subject.fs.write(at("file"), bytes);
      expect(subject.fs.readBytes(at("file"))).toEqual(bytes);
      expect(subject.fs.stat(at("file"))).toMatchObject({
        kind: "file",
        sizeBytes: 70_000,
        mode: 0o644,
      });
    });

    test("text is written as UTF-8", () => {
      subject.fs.write(at("file"), "grüße");
      expect(subject.fs.stat(at("file"))?.sizeBytes).toBe(7);
      expect(text("file")).toBe("grüße");
    });

    test("what a reader does to the bytes does not change the file", () => {
      subject.fs.write(at("file"), "abc");
      subject.fs.readBytes(at("file")).fill(0);
      expect(text("file")).toBe("abc");
    });

    test("a new file gets the mode asked for, setuid included, whatever the umask", () => {
      const umask = process.umask(0o077);
      try {
        subject.fs.write(at("tool"), "x", { mode: 0o4755 });
        subject.fs.write(at("shared"), "x", { mode: 0o666 });
        subject.fs.append(at("log"), "x", { mode: 0o660 });
        subject.fs.write(at("made/by/write"), "x");
      } finally {
        process.umask(umask);
      }
      expect(subject.fs.stat(at("tool"))?.mode).toBe(0o4755);
      expect(subject.fs.stat(at("shared"))?.mode).toBe(0o666);
      expect(subject.fs.stat(at("log"))?.mode).toBe(0o660);
      expect(subject.fs.stat(at("made/by"))?.mode).toBe(0o755);
    });

    test("a file that is written again keeps its mode unless another is given", () => {
      subject.fs.write(at("file"), "1", { mode: 0o600 });
      subject.fs.write(at("file"), "2");
      expect(subject.fs.stat(at("file"))?.mode).toBe(0o600);
      subject.fs.write(at("file"), "3", { mode: 0o640 });
      expect(subject.fs.stat(at("file"))?.mode).toBe(0o640);
      expect(text("file")).toBe("3");
    });

    test("appending adds to the end and leaves the mode of an existing file alone", () => {
      subject.fs.append(at("log"), "one\n", { mode: 0o640 });
      subject.fs.append(at("log"), "two\n", { mode: 0o600 });
      subject.fs.append(at("log"), "three\n");
      expect(text("log")).toBe("one\ntwo\nthree\n");
      expect(subject.fs.stat(at("log"))).toMatchObject({ mode: 0o640, sizeBytes: 14 });
    });

    test("an exclusive write succeeds where nothing is, and only there", () => {
      subject.fs.write(at("lock"), "1", { exclusive: true });
      expect(text("lock")).toBe("1");
      expect(codeThrownBy(() => subject.fs.write(at("lock"), "2", { exclusive: true }))).toBe(
        "EEXIST",
      );
      expect(text("lock")).toBe("1");
      expect(subject.fs.list(at("")).filter((entry) => entry.includes("lock"))).toEqual(["lock"]);
    });

    test("an owner is taken by number", () => {
      const made = (subject.fs.write(at("probe"), ""), subject.fs.stat(at("probe")));
      const owner = `${made?.uid}:${made?.gid}`;
      subject.fs.write(at("file"), "x", { owner });
      subject.fs.setAttributes(at("file"), { owner: `:${made?.gid}` });
      expect(subject.fs.stat(at("file"))).toMatchObject({
        uid: made?.uid ?? -1,
        gid: made?.gid ?? -1,
      });
    });

    test("what is not there is undefined or ENOENT", () => {
      expect(subject.fs.readBytesIfExists(at("no/such"))).toBeUndefined();
      expect(subject.fs.stat(at("no/such"))).toBeUndefined();
      expect(subject.fs.readLink(at("no"))).toBeUndefined();
      expect(() => subject.fs.readBytes(at("no"))).toThrow(
        `Cannot read "${at("no")}": no such file or directory`,
      );
      for (const action of [
        () => subject.fs.readBytes(at("no")),
        () => subject.fs.list(at("no")),
        () => subject.fs.open(at("no")),
        () => subject.fs.setAttributes(at("no"), { mode: 0o600 }),
      ]) {
        expect(codeThrownBy(action)).toBe("ENOENT");
      }
    });

    test("a file among the parents means that nothing is there, and nothing can be put there", () => {
      subject.fs.write(at("file"), "x");
      expect(subject.fs.stat(at("file/below"))).toBeUndefined();
      expect(subject.fs.readBytesIfExists(at("file/below"))).toBeUndefined();
      expect(codeThrownBy(() => subject.fs.write(at("file/below"), "y"))).toBe("ENOTDIR");
      expect(codeThrownBy(() => subject.fs.append(at("file/below"), "y"))).toBe("ENOTDIR");
      expect(codeThrownBy(() => subject.fs.makeDirectory(at("file/below")))).toBe("ENOTDIR");
      expect(codeThrownBy(() => subject.fs.list(at("file")))).toBe("ENOTDIR");
    });

    test("a directory cannot be read or written as a file", () => {
      subject.fs.makeDirectory(at("dir"));
      for (const action of [
        () => subject.fs.readBytes(at("dir")),
        () => subject.fs.readBytesIfExists(at("dir")),
        () => subject.fs.open(at("dir")),
        () => subject.fs.write(at("dir"), "x"),
        () => subject.fs.append(at("dir"), "x"),
      ]) {
        expect(codeThrownBy(action)).toBe("EISDIR");
      }
    });

    test("a relative path is refused", () => {
      expect(() => subject.fs.readBytes("etc/passwd")).toThrow("expected an absolute path");
      expect(() => subject.fs.write("file", "x")).toThrow("expected an absolute path");
    });

    test("directories are made with their parents, and keep what they had", () => {
      subject.fs.makeDirectory(at("a/b/c"), { mode: 0o700 });
      subject.fs.makeDirectory(at("a/b"), { mode: 0o711 });
      expect(subject.fs.stat(at("a"))).toMatchObject({ kind: "directory", mode: 0o755 });
      expect(subject.fs.stat(at("a/b"))?.mode).toBe(0o755);
      expect(subject.fs.stat(at("a/b/c"))?.mode).toBe(0o700);
      subject.fs.write(at("file"), "x");
      expect(codeThrownBy(() => subject.fs.makeDirectory(at("file")))).toBe("EEXIST");
    });

    test("names are listed in the order of their bytes", () => {
      for (const name of ["b", "B", "ä", "_", "10", "9", "\u{1F600}", "\uFFEE"]) {
        subject.fs.write(at(`dir/${name}`), "");
      }
      expect(subject.fs.list(at("dir"))).toEqual([
        "10",
        "9",
        "B",
        "_",
        "b",
        "ä",
        "\uFFEE",
        "\u{1F600}",
      ]);
    });

    test("a link is seen as one, read through, and written through to its target", () => {
      subject.fs.write(at("real/file"), "old", { mode: 0o600 });
      subject.fs.symlink("real/file", at("link"));
      expect(subject.fs.stat(at("link"))?.kind).toBe("symlink");
      expect(subject.fs.readLink(at("link"))).toBe("real/file");
      expect(text("link")).toBe("old");
      subject.fs.write(at("link"), "new");
      subject.fs.append(at("link"), "er");
      subject.fs.setAttributes(at("link"), { mode: 0o640 });
      expect(subject.fs.stat(at("link"))?.kind).toBe("symlink");
      expect(text("real/file")).toBe("newer");
      expect(subject.fs.stat(at("real/file"))?.mode).toBe(0o640);
    });

    test("a link among the parents is followed by every call", () => {
      subject.fs.makeDirectory(at("instances/i-1"));
      subject.fs.symlink("instances/i-1", at("instance"));
      subject.fs.write(at("instance/data"), "x");
      subject.fs.makeDirectory(at("instance/sem"));
      expect(text("instances/i-1/data")).toBe("x");
      expect(subject.fs.list(at("instance"))).toEqual(["data", "sem"]);
      expect(subject.fs.stat(at("instance/data"))?.kind).toBe("file");
      subject.fs.remove(at("instance/data"));
      expect(subject.fs.list(at("instances/i-1"))).toEqual(["sem"]);
    });

    test("writing through a link to nothing makes its target", () => {
      subject.fs.symlink("later/file", at("link"));
      expect(subject.fs.readBytesIfExists(at("link"))).toBeUndefined();
      subject.fs.write(at("link"), "x");
      expect(text("later/file")).toBe("x");
      subject.fs.symlink("later/log", at("log"));
      subject.fs.append(at("log"), "y");
      expect(text("later/log")).toBe("y");
    });

    test("a link replaces a link or nothing, a file only where that is asked for, never a directory", () => {
      subject.fs.symlink("one", at("new/link"));
      subject.fs.symlink("two", at("new/link"));
      expect(subject.fs.readLink(at("new/link"))).toBe("two");
      subject.fs.write(at("file"), "x");
      subject.fs.makeDirectory(at("dir"));
      expect(codeThrownBy(() => subject.fs.symlink("x", at("file")))).toBe("EEXIST");
      expect(codeThrownBy(() => subject.fs.symlink("x", at("dir")))).toBe("EEXIST");
      const options = { replacesFile: true };
      expect(codeThrownBy(() => subject.fs.symlink("x", at("dir"), options))).toBe("EEXIST");
      expect(subject.fs.stat(at("file"))?.kind).toBe("file");
      subject.fs.symlink("x", at("file"), options);
      expect(subject.fs.readLink(at("file"))).toBe("x");
      expect(subject.fs.list(at("new"))).toEqual(["link"]);
    });

    test("a circle of links is an error, not a hang", () => {
      subject.fs.symlink("b", at("a"));
      subject.fs.symlink("a", at("b"));
      for (const action of [
        () => subject.fs.readBytes(at("a")),
        () => subject.fs.write(at("a"), "x"),
        () => subject.fs.append(at("a"), "x"),
        () => subject.fs.list(at("a/below")),
      ]) {
        expect(codeThrownBy(action)).toBe("ELOOP");
      }
    });

    test("removing takes a whole tree and does not follow links", () => {
      subject.fs.write(at("kept/file"), "x");
      subject.fs.write(at("tree/deep/file"), "x");
      subject.fs.symlink(at("kept"), at("tree/link"));
      subject.fs.remove(at("tree"));
      subject.fs.remove(at("tree"));
      expect(subject.fs.stat(at("tree"))).toBeUndefined();
      expect(text("kept/file")).toBe("x");
      subject.fs.symlink("kept", at("link"));
      subject.fs.remove(at("link"));
      expect(subject.fs.list(subject.root)).toEqual(["kept"]);
      expect(codeThrownBy(() => subject.fs.remove("/"))).toBe("EBUSY");
    });

    test("a removed directory comes back empty", () => {
      subject.fs.write(at("dir/old"), "x");
      subject.fs.remove(at("dir"));
      subject.fs.write(at("dir/new"), "y");
      expect(subject.fs.list(at("dir"))).toEqual(["new"]);
    });

    test("positional reads give at most what is there", () => {
      subject.fs.write(at("disc"), "0123456789");
      const file = subject.fs.open(at("disc"));
      expect(file.sizeBytes).toBe(10);
      expect(new TextDecoder().decode(file.read(2, 3))).toBe("234");
      expect(new TextDecoder().decode(file.read(8, 100))).toBe("89");
      expect(file.read(10, 1).length).toBe(0);
      expect(file.read(1000, 1).length).toBe(0);
      file.close();
      file.close();
      expect(() => file.read(0, 1)).toThrow("EBADF");
    });

    test("flush can be called at any time", () => {
      subject.fs.flush();
      subject.fs.write(at("a/b/file"), "x");
      subject.fs.write(at("durable/file"), "x", { durable: true });
      subject.fs.symlink("file", at("a/b/link"));
      subject.fs.remove(at("a/b/file"));
      subject.fs.flush();
      subject.fs.flush();
      expect(subject.fs.list(at("a/b"))).toEqual(["link"]);
      expect(text("durable/file")).toBe("x");
    });
  });
}

function codeThrownBy(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return undefined;
}
