/** What the size of swap depends on. */
export interface SwapRoom {
  readonly memoryBytes: number;
  /** Where the swap is to be. */
  readonly freeBytes: number;
  /** What the user allows; absent: a quarter of what is free, 8 GB at most. */
  readonly maxBytes?: number;
}

const GB = 2 ** 30;
const LIMIT_BYTES = 8 * GB;
/** So much of what is free, where nothing says how much may be used. */
const DEFAULT_SHARE = 1 / 4;
/** So much of what is free, whatever the user allows. */
const LARGEST_SHARE = 0.9;
/** Swap below half of the memory is only of use from here on. */
const USEFUL_BYTES = 4 * GB;

/** Memory up to so much → its swap, as cloud-init counts for `swap: {size: auto}`. */
const STEPS: readonly (readonly [number, (memory: number) => number])[] = [
  [GB, (memory) => 2 * memory],
  [2 * GB, () => 2 * GB],
  [4 * GB, (memory) => memory],
  [16 * GB, () => 4 * GB],
  [Number.POSITIVE_INFINITY, (memory) => memory / 2],
];

/** How much swap suits a machine, in bytes; 0 where what is free does not give enough to be of use. */
export function suggestSwapBytes({ memoryBytes, freeBytes, maxBytes }: SwapRoom): number {
  const most =
    maxBytes === undefined
      ? Math.min(freeBytes * DEFAULT_SHARE, LIMIT_BYTES)
      : Math.min(maxBytes, freeBytes * LARGEST_SHARE);
  const ideal = STEPS.find(([top]) => memoryBytes <= top)?.[1](memoryBytes) ?? 0;
  const bytes = Math.trunc(Math.min(ideal, most));
  return bytes < memoryBytes / 2 && bytes < USEFUL_BYTES ? 0 : bytes;
}
