import { Buffer } from "node:buffer";

/** Collects a stream of which only the beginning and the end are kept. */
export interface BoundedBytes {
  add(chunk: Uint8Array): void;
  /** As UTF-8; a line between the two ends says how much is missing. */
  text(): string;
}

/** Keeps at most about `maxBytes`, half of them from the beginning and half from the end; no more is ever held. */
export function createBoundedBytes(maxBytes: number): BoundedBytes {
  const halfBytes = Math.floor(maxBytes / 2);
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let leftOutBytes = 0;
  return {
    add(chunk) {
      const room = Math.min(chunk.length, halfBytes - headBytes);
      if (room > 0) {
        head.push(chunk.subarray(0, room));
        headBytes += room;
      }
      const rest = room < chunk.length ? chunk.subarray(Math.max(0, room)) : undefined;
      if (rest === undefined) {
        return;
      }
      tail.push(rest);
      tailBytes += rest.length;
      // Whole chunks only: the last one is cut when it is read.
      for (;;) {
        const first = tail[0];
        if (first === undefined || tailBytes - first.length < halfBytes) {
          break;
        }
        tail.shift();
        tailBytes -= first.length;
        leftOutBytes += first.length;
      }
    },
    text() {
      const end = Buffer.concat(tail);
      const cutBytes = Math.max(0, end.length - halfBytes);
      const missing = leftOutBytes + cutBytes;
      const start = Buffer.concat(head);
      return missing === 0
        ? Buffer.concat([start, end]).toString("utf8")
        : `${start.toString("utf8")}\n[${missing} bytes left out]\n${end.subarray(cutBytes).toString("utf8")}`;
    },
  };
}
