import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { PlatformTest } from "../../../distros/self-test-adapter.ts";
import { HttpError } from "../../../system/http-error.ts";
import { decodeUtf8 } from "../../../text/decode-utf8.ts";
import { errorMessage } from "../../../text/error-message.ts";
import { gunzip } from "../../../text/gunzip.ts";
import { parseYaml } from "../../../text/yaml.ts";
import { expectSame } from "../../../distros/posix/expect-same.ts";

/** What the language and its libraries have to be able to do; the file system and commands have tests of their own. */
export function runtimeTests(): readonly PlatformTest[] {
  return [runtime, byteOrder, text, yaml, compression, digests, random, clock, http];
}

const runtime: PlatformTest = {
  name: "runtime",
  title: "what runs the program",
  async run({ process }) {
    const order = await process.readByteOrder?.();
    const isBig = process.platform === "aix" || process.arch === "s390x";
    if (order !== undefined && isBig) {
      expectSame(`Byte order of ${process.platform} on ${process.arch}`, order, "big");
    }
    const names = `${process.runtime} on ${process.platform} ${process.arch}`;
    return `${names}${order === undefined ? "" : `, ${order}-endian`}, uid ${process.uid}`;
  },
};

const byteOrder: PlatformTest = {
  name: "byte-order",
  title: "numbers of discs and networks, whatever the machine's byte order",
  run() {
    const bytes = Uint8Array.from([0x12, 0x34, 0x56, 0x78]);
    const view = new DataView(bytes.buffer);
    expectSame("Big-endian number by DataView", view.getUint32(0, false), 0x12345678);
    expectSame("Little-endian number by DataView", view.getUint32(0, true), 0x78563412);
    expectSame("Big-endian number by Buffer", Buffer.from(bytes).readUInt32BE(), 0x12345678);
    expectSame("Little-endian number by Buffer", Buffer.from(bytes).readUInt16LE(2), 0x7856);
    return "big and little";
  },
};

/** A build of Node.js without ICU has no strict decoder and no classes of characters. */
const text: PlatformTest = {
  name: "text",
  title: "encodings and classes of characters",
  run() {
    const euro = Uint8Array.from([0xe2, 0x82, 0xac]);
    expectSame("UTF-8, checked", JSON.stringify(decodeUtf8(euro)), '{"text":"€"}');
    const cut = decodeUtf8(Uint8Array.from([0x61, 0xe2, 0x82]));
    expectSame("Offset of a byte that is no UTF-8", "text" in cut ? -1 : cut.offsetBytes, 1);
    const decode = (
      encoding: ConstructorParameters<typeof TextDecoder>[0],
      ...bytes: readonly number[]
    ): string => new TextDecoder(encoding).decode(Uint8Array.from(bytes));
    expectSame("Latin-1", decode("latin1", 0x63, 0xe9), "cé");
    expectSame("UTF-16, little-endian", decode("utf-16le", 0xac, 0x20), "€");
    expectSame("UTF-16, big-endian", decode("utf-16be", 0x20, 0xac), "€");
    expectSame("Letters and control characters", /^\p{L}\p{Cc}$/u.test("é\n"), true);
    return "UTF-8, Latin-1, UTF-16, classes of Unicode";
  },
};

const yaml: PlatformTest = {
  name: "yaml",
  title: "a document of YAML",
  run() {
    const parsed = parseYaml("users: [{name: é, uid: 0x10}]\ntext: |\n  a\n  b\n", "self-test");
    const value = parsed.ok ? JSON.stringify(parsed.value) : "not read";
    expectSame("A document", value, '{"users":[{"name":"é","uid":16}],"text":"a\\nb\\n"}');
    return "read";
  },
};

/** "cloud-init\n" by gzip(1). */
const PACKED = "H4sIAAAAAAAAA0vOyS9N0c3MyyzhAgD7OpBpCwAAAA==";
const UNPACKED_MAX = 1_000;

const compression: PlatformTest = {
  name: "gzip",
  title: "unpacking of gzip",
  run() {
    const packed = new Uint8Array(Buffer.from(PACKED, "base64"));
    const unpacked = gunzip(packed, UNPACKED_MAX);
    const content = unpacked.ok ? Buffer.from(unpacked.content).toString() : unpacked.reason;
    expectSame("Unpacked", content, "cloud-init\n");
    const cut = gunzip(packed.subarray(0, -6), UNPACKED_MAX);
    expectSame("Cut short", cut.ok ? "unpacked" : cut.reason, "the gzip data is cut short");
    return `${packed.length} bytes`;
  },
};

/** SHA-256 of "abc": FIPS 180-2 appendix B.1. */
const SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const digests: PlatformTest = {
  name: "digests",
  title: "digests",
  run() {
    const hash = (name: string): string => createHash(name).update("abc").digest("hex");
    expectSame("SHA-256", hash("sha256"), SHA256_OF_ABC);
    for (const [name, length] of [
      ["md5", 32],
      ["sha1", 40],
      ["sha512", 128],
    ] as const) {
      expectSame(`Length of ${name}`, hash(name).length, length);
    }
    return "SHA-256, MD5, SHA-1, SHA-512";
  },
};

const RANDOM_BYTES = 32;

const random: PlatformTest = {
  name: "random",
  title: "random bytes",
  run(sys) {
    const [first, second] = [sys.random.bytes(RANDOM_BYTES), sys.random.bytes(RANDOM_BYTES)];
    expectSame("Random bytes", first.length, RANDOM_BYTES);
    expectSame("Two draws are the same", Buffer.compare(first, second) === 0, false);
    return `${RANDOM_BYTES} bytes`;
  },
};

const SLEEP_MS = 50;
const LATE_MS = 5_000;

const clock: PlatformTest = {
  name: "clock",
  title: "clocks, and waiting",
  async run(sys) {
    const startMs = sys.clock.monotonicMs();
    await sys.clock.sleep(SLEEP_MS);
    const tookMs = sys.clock.monotonicMs() - startMs;
    // Timers count in whole milliseconds.
    const isFair = tookMs >= SLEEP_MS - 2 && tookMs < SLEEP_MS + LATE_MS;
    expectSame(`${SLEEP_MS} ms took about that (${Math.round(tookMs)} ms)`, isFair, true);
    const now = sys.clock.now();
    expectSame("The time is one", Number.isFinite(now.getTime()), true);
    const seconds = sys.clock.uptimeSeconds();
    const uptime =
      seconds === undefined
        ? "the runtime does not tell since when it is up: commands are asked"
        : `up for ${Math.floor(seconds)} s`;
    return `${now.toISOString().slice(0, 19)}Z, ${uptime}`;
  },
};

/** Nothing listens at port 1 (tcpmux, RFC 1078) of any machine since long ago; if something does, that is an answer too. */
const URL_OF_NOBODY = "http://127.0.0.1:1/";
const HTTP_TIMEOUT_MS = 5_000;

const http: PlatformTest = {
  name: "http",
  title: "a connection that the machine itself refuses",
  async run(sys) {
    const startMs = sys.clock.monotonicMs();
    const request = { method: "GET", url: URL_OF_NOBODY, effect: "query" } as const;
    let outcome: string;
    try {
      const { status } = await sys.http.request({ ...request, timeoutMs: HTTP_TIMEOUT_MS });
      outcome = `answered with status ${status}`;
    } catch (error) {
      expectSame("Kind of failure", error instanceof HttpError, true);
      outcome = errorMessage(error);
    }
    const tookMs = sys.clock.monotonicMs() - startMs;
    expectSame(`It took ${Math.round(tookMs)} ms`, tookMs < HTTP_TIMEOUT_MS + LATE_MS, true);
    return outcome;
  },
};
