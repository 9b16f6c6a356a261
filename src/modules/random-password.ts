import type { Random } from "../system/system.ts";

/** Without look-alikes (0 O 1 l I), and without what a shell, a `user:password` line or a keyboard on the console gets wrong. */
const CLASSES = [
  "ABCDEFGHJKLMNPQRSTUVWXYZ",
  "abcdefghijkmnopqrstuvwxyz",
  "23456789",
  "%+-./=@_",
] as const;
const LENGTH = 20;
const BYTE_VALUES = 256;

/** 20 characters from the system's CSPRNG, with a capital, a small letter, a digit and a sign among them. */
export function randomPassword(random: Random): string {
  const all = CLASSES.join("");
  const characters: string[] = CLASSES.map((letters) => pick(random, letters));
  while (characters.length < LENGTH) {
    characters.push(pick(random, all));
  }
  // The first four are of known classes: where they stand is chance, too (Fisher and Yates).
  for (let index = characters.length - 1; index > 0; index -= 1) {
    const other = below(random, index + 1);
    const kept = characters[index] ?? "";
    characters[index] = characters[other] ?? "";
    characters[other] = kept;
  }
  return characters.join("");
}

function pick(random: Random, letters: string): string {
  return letters[below(random, letters.length)] ?? "";
}

/** Each number below `count` is as likely as the others: bytes of the incomplete last round are thrown away. */
function below(random: Random, count: number): number {
  const usable = BYTE_VALUES - (BYTE_VALUES % count);
  for (;;) {
    const value = random.bytes(1)[0] ?? 0;
    if (value < usable) {
      return value % count;
    }
  }
}
