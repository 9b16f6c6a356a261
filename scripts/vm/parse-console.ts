import { Buffer } from "node:buffer";

/** A step that ran on the machine. */
export interface ConsoleStep {
  readonly name: string;
  readonly exitCode: number;
  readonly seconds: number;
}

/** A file as it was when the machine went down. */
export interface ConsoleFile {
  /** "640:root:root". */
  readonly attributes: string;
  readonly content: string;
}

/** What the machine of `buildBootRoot` reported. */
export interface ConsoleReport {
  readonly machine: string | undefined;
  readonly faults: readonly string[];
  readonly steps: readonly ConsoleStep[];
  readonly files: Readonly<Record<string, ConsoleFile>>;
  /** It came to its end. */
  readonly isWhole: boolean;
}

/** Reads the lines that begin with "@@"; all else is what programs and the kernel say. */
export function parseConsole(console: string): ConsoleReport {
  const lines = [...console.matchAll(/^@@ (\w+) ?(.*)$/gmu)].map(([, word = "", rest = ""]) => ({
    word,
    values: rest.split(" "),
  }));
  const of = (word: string): readonly (readonly string[])[] =>
    lines.filter((line) => line.word === word).map(({ values }) => values);
  return {
    machine: of("machine")[0]?.[0],
    faults: of("fault").map((values) => values.join(" ")),
    steps: of("ran").map(([name = "", code = "", before = "", after = ""]) => ({
      name,
      exitCode: Number(code),
      seconds: Math.round((Number(after) - Number(before)) * 100) / 100,
    })),
    files: Object.fromEntries(
      of("file").map(([path = "", attributes = "", content = ""]) => [
        path,
        { attributes, content: Buffer.from(content, "base64").toString("utf8") },
      ]),
    ),
    isWhole: of("end").length === 1,
  };
}
