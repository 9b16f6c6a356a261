import { Buffer } from "node:buffer";
import type { PlatformTest } from "../../../distros/self-test-adapter.ts";
import { FileError } from "../../../system/file-error.ts";
import { readText } from "../../../system/files.ts";
import { expectSame } from "../../../distros/posix/expect-same.ts";

/** What the file system of this machine, and the runtime's access to it, have to be able to do. */
export function fileTests(): readonly PlatformTest[] {
  return [writing, exclusive, attributes, links, listing, reading, failures];
}

const writing: PlatformTest = {
  name: "write",
  title: "files are replaced as a whole, and made durable",
  needsDirectory: true,
  run({ fs }, directory) {
    const place = `${directory}/write`;
    const file = `${place}/file`;
    fs.write(file, "first\n", { durable: true, mode: 0o600 });
    fs.write(file, "second\n", { durable: true, mode: 0o640 });
    expectSame("Content", readText(fs, file), "second\n");
    expectSame("Mode", fs.stat(file)?.mode, 0o640);
    fs.append(file, "third\n");
    expectSame("Content with what was appended", readText(fs, file), "second\nthird\n");
    fs.flush();
    expectSame("What is left of temporary files", fs.list(place).join(" "), "file");
    fs.remove(place);
    expectSame("A directory that was removed", fs.stat(place), undefined);
    return "renamed, flushed, removed";
  },
};

const exclusive: PlatformTest = {
  name: "exclusive",
  title: "of two writers only one succeeds",
  needsDirectory: true,
  run({ fs }, directory) {
    const file = `${directory}/exclusive`;
    fs.write(file, "first\n", { exclusive: true });
    const again = () => fs.write(file, "second\n", { exclusive: true });
    expectSame("Error of the second", codeOf(again), "EEXIST");
    expectSame("Content", readText(fs, file), "first\n");
    return "EEXIST";
  },
};

const attributes: PlatformTest = {
  name: "attributes",
  title: "mode and owner",
  needsDirectory: true,
  run({ fs, process }, directory) {
    const file = `${directory}/attributes`;
    fs.write(file, "x", { mode: 0o644 });
    fs.setAttributes(file, { mode: 0o400, owner: String(process.uid) });
    const stat = fs.stat(file);
    expectSame("Mode", stat?.mode, 0o400);
    expectSame("Owner", stat?.uid, process.uid);
    expectSame("Size", stat?.sizeBytes, 1);
    expectSame("Mode of the directory", fs.stat(directory)?.mode, 0o700);
    return `0400, uid ${process.uid}`;
  },
};

const links: PlatformTest = {
  name: "links",
  title: "symbolic links",
  needsDirectory: true,
  run({ fs }, directory) {
    const [file, link] = [`${directory}/target`, `${directory}/link`];
    fs.write(file, "first\n");
    fs.symlink(file, link);
    expectSame("Kind", fs.stat(link)?.kind, "symlink");
    expectSame("Target", fs.readLink(link), file);
    fs.write(link, "second\n");
    expectSame("Content behind the link", readText(fs, file), "second\n");
    expectSame("Kind after it was written through", fs.stat(link)?.kind, "symlink");
    fs.remove(link);
    expectSame("Content without the link", readText(fs, file), "second\n");
    return "made, followed, removed";
  },
};

const listing: PlatformTest = {
  name: "names",
  title: "names of files, sorted by their bytes",
  needsDirectory: true,
  run({ fs }, directory) {
    const place = `${directory}/names`;
    for (const name of ["é", "b", "a b", "B", "10", "9"]) {
      fs.write(`${place}/${name}`, "");
    }
    expectSame("Names", fs.list(place).join("|"), "10|9|B|a b|b|é");
    return "sorted, beyond ASCII too";
  },
};

const BYTE_COUNT = 256;

const reading: PlatformTest = {
  name: "read",
  title: "every byte comes back, at every place",
  needsDirectory: true,
  run({ fs }, directory) {
    const file = `${directory}/bytes`;
    const bytes = Uint8Array.from({ length: BYTE_COUNT }, (_, index) => index);
    fs.write(file, bytes);
    expectSame("All bytes", Buffer.compare(fs.readBytes(file), bytes), 0);
    const opened = fs.open(file);
    try {
      expectSame("Bytes from the middle", opened.read(0xfe, 9).join(" "), "254 255");
      expectSame("Bytes from the beginning", opened.read(0, 2).join(" "), "0 1");
    } finally {
      opened.close();
    }
    return `${BYTE_COUNT} bytes`;
  },
};

const failures: PlatformTest = {
  name: "file-errors",
  title: "what is not there, and what is something else",
  needsDirectory: true,
  run({ fs }, directory) {
    const nothing = `${directory}/nothing`;
    expectSame(
      "Error of a file that is not there",
      codeOf(() => fs.readBytes(nothing)),
      "ENOENT",
    );
    expectSame("What is not there", fs.readBytesIfExists(nothing), undefined);
    expectSame(
      "Error of a directory",
      codeOf(() => fs.readBytes(directory)),
      "EISDIR",
    );
    return "ENOENT, EISDIR";
  },
};

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "no error";
  } catch (error) {
    return error instanceof FileError ? error.code : String(error);
  }
}
