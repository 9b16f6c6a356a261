const POLYNOMIAL = 0x04c11db7;

/** The CRC of cksum(1) (POSIX.1-2017, "cksum"): over the bytes, then over their number. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc = step(crc, byte);
  }
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) {
    crc = step(crc, length & 0xff);
  }
  return ~crc >>> 0;
}

function step(crc: number, byte: number): number {
  return ((crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
}

const TABLE: readonly number[] = Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) {
    value = (value & 0x80000000) !== 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
  }
  return value >>> 0;
});
