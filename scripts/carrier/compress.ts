// compress(1)'s format (LZW, magic 1F 9D): what every AIX can unpack without a package. Written from the
// description of the algorithm in T. Welch, "A Technique for High-Performance Data Compression" (1984),
// and from what uncompress(1) accepts; the same input gives the same bytes.

const BITS_MAX = 16;
const BITS_MIN = 9;
const CLEAR = 256;
const FIRST_FREE = 257;
const BLOCK_MODE = 0x80;
/** How often the ratio is looked at once the table is full, in bytes of input. */
const CHECK_BYTES = 10_000;
const HASH_SIZE = 1 << 18;

/** The bytes as `compress -b 16` may write them. */
export function compress(input: Uint8Array): Uint8Array {
  const output = createBitWriter();
  const keys = new Int32Array(HASH_SIZE).fill(-1);
  const codes = new Uint16Array(HASH_SIZE);
  let next = FIRST_FREE;
  let bestRatio = 0;
  let checkAt = CHECK_BYTES;
  if (input.length === 0) {
    return output.end();
  }
  let prefix = input[0] ?? 0;
  for (let index = 1; index < input.length; index += 1) {
    const byte = input[index] ?? 0;
    const key: number = prefix * 256 + byte;
    let slot: number = (Math.imul(key, 0x9e3779b1) >>> 14) & (HASH_SIZE - 1);
    while (keys[slot] !== -1 && keys[slot] !== key) {
      slot = (slot + 1) & (HASH_SIZE - 1);
    }
    if (keys[slot] === key) {
      prefix = codes[slot] ?? 0;
      continue;
    }
    output.write(prefix, next);
    if (next < 1 << BITS_MAX) {
      keys[slot] = key;
      codes[slot] = next;
      next += 1;
    } else if (index >= checkAt) {
      checkAt = index + CHECK_BYTES;
      const ratio = index / output.lengthBytes();
      if (ratio > bestRatio) {
        bestRatio = ratio;
      } else {
        // The table fits the data no longer.
        bestRatio = 0;
        output.write(CLEAR, next);
        output.restart();
        keys.fill(-1);
        next = FIRST_FREE;
      }
    }
    prefix = byte;
  }
  output.write(prefix, next);
  return output.end();
}

interface BitWriter {
  /** Writes a code as wide as the codes known so far need; `next` is the first that is free. */
  write(code: number, next: number): void;
  /** After a clear code: the narrowest codes again. */
  restart(): void;
  lengthBytes(): number;
  end(): Uint8Array;
}

/**
 * Codes are written lowest bit first, in groups of eight; a group that a change of width cuts short is
 * filled with zeros, as uncompress reads whole groups.
 */
function createBitWriter(): BitWriter {
  let bytes = new Uint8Array(1 << 20);
  bytes.set([0x1f, 0x9d, BITS_MAX | BLOCK_MODE]);
  let length = 3;
  let width = BITS_MIN;
  let groupStart = length;
  let bitBuffer = 0;
  let bitCount = 0;
  const put = (byte: number): void => {
    if (length === bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    bytes[length] = byte;
    length += 1;
  };
  const flushBits = (): void => {
    if (bitCount > 0) {
      put(bitBuffer & 0xff);
      bitBuffer = 0;
      bitCount = 0;
    }
  };
  const endGroup = (): void => {
    flushBits();
    const used = (length - groupStart) % width;
    for (let missing = used === 0 ? 0 : width - used; missing > 0; missing -= 1) {
      put(0);
    }
    groupStart = length;
  };
  return {
    write(code, next) {
      bitBuffer |= code << bitCount;
      bitCount += width;
      while (bitCount >= 8) {
        put(bitBuffer & 0xff);
        bitBuffer >>>= 8;
        bitCount -= 8;
      }
      // The reader knows one code less than we do when it has read this one.
      if (next >= 1 << width && width < BITS_MAX) {
        endGroup();
        width += 1;
      }
    },
    restart() {
      endGroup();
      width = BITS_MIN;
    },
    lengthBytes: () => length,
    end() {
      flushBits();
      return bytes.slice(0, length);
    },
  };
}
