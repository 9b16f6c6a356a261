import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { splitParts, UNPACKED_SIZE_BYTES_MAX } from "../../src/userdata/split-parts.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

test("a plain blob is one part with the type its first line tells", async () => {
  const { parts, problems } = await splitParts(bytesOf("#!/bin/sh\necho\n"), "user-data");
  expect(problems).toEqual([]);
  expect(parts).toEqual([
    {
      contentType: "text/x-shellscript",
      filename: "part-001",
      content: bytesOf("#!/bin/sh\necho\n"),
      headers: {},
    },
  ]);
});

test("nothing, and nothing but padding, is no part", async () => {
  expect((await splitParts(new Uint8Array(), "user-data")).parts).toEqual([]);
  expect((await splitParts(new Uint8Array(512), "user-data")).parts).toEqual([]);
});

test("gzip, a byte order mark and trailing NULs are taken off", async () => {
  const text = "#cloud-config\nhostname: vm1\n";
  for (const blob of [
    gzipSync(text),
    Buffer.concat([gzipSync(text), new Uint8Array(100)]),
    gzipSync(`\u{feff}${text}\0\0`),
    bytesOf(`\u{feff}${text}\0\0\0`),
  ]) {
    const { parts } = await splitParts(blob, "user-data");
    expect(parts.map((part) => [part.contentType, textOf(part.content)])).toEqual([
      ["text/cloud-config", text],
    ]);
  }
});

test("gzip within gzip is unpacked as well", async () => {
  const { parts } = await splitParts(gzipSync(gzipSync("#!/bin/sh\n")), "user-data");
  expect(parts.map((part) => part.contentType)).toEqual(["text/x-shellscript"]);
});

test("gzip that is cut short is one clear problem and no part", async () => {
  const packed = gzipSync("#cloud-config\n");
  const { parts, problems } = await splitParts(packed.subarray(0, 20), "user-data");
  expect(parts).toEqual([]);
  expect(problems).toEqual([
    {
      message: "Cannot unpack user-data of 20 bytes: the gzip data is cut short",
      source: "user-data",
    },
  ]);
});

test("a gzip bomb is one clear problem and no part", async () => {
  const bomb = gzipSync(Buffer.alloc(UNPACKED_SIZE_BYTES_MAX + 1), { level: 1 });
  const { parts, problems } = await splitParts(bomb, "vendor-data");
  expect(parts).toEqual([]);
  expect(problems.map((problem) => problem.message)).toEqual([
    `Cannot unpack vendor-data of ${bomb.length} bytes: unpacked it is longer than ${UNPACKED_SIZE_BYTES_MAX} bytes`,
  ]);
});

test("user-data of 200 MB is one clear problem", async () => {
  const { parts, problems } = await splitParts(new Uint8Array(200_000_000), "user-data");
  expect(parts).toEqual([]);
  expect(problems.map((problem) => problem.message)).toEqual([
    "Cannot use user-data: expected at most 67108864 bytes, got 200000000",
  ]);
});

test("a message with parts of all kinds is split, unpacked and named", async () => {
  const message = [
    "Content-Type: multipart/mixed; boundary=B",
    "MIME-Version: 1.0",
    "",
    "--B",
    "Content-Type: text/plain",
    "",
    "#!/bin/ksh",
    "--B",
    'Content-Type: application/x-gzip; name="packed"',
    "Launch-Index: 3",
    "X-Other: gone",
    "Content-Transfer-Encoding: base64",
    "",
    gzipSync("#cloud-config\n").toString("base64"),
    "--B",
    "Content-Type: application/x-gzip",
    "",
    "not packed",
    "--B",
    "Content-Type: text/x-shellscript",
    "",
    "#cloud-config",
    "--B",
    "Content-Type: text/x-custom",
    "",
    "#!/bin/sh",
    "--B--",
  ].join("\n");
  const { parts, problems } = await splitParts(bytesOf(message), "user-data");
  expect(parts.map((part) => [part.filename, part.contentType])).toEqual([
    ["part-001", "text/x-shellscript"],
    ["packed", "text/cloud-config"],
    // The one that could not be unpacked is left out and takes no number.
    ["part-003", "text/cloud-config"],
    ["part-004", "text/x-custom"],
  ]);
  expect(parts[1]?.headers).toEqual({ "launch-index": "3" });
  expect(problems.map((problem) => problem.message)).toEqual([
    "Cannot use user-data part 3: Failed decompressing payload from application/x-gzip of length 10 due to: the gzip data is damaged (incorrect header check)",
  ]);
});
