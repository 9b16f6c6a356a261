/** Text in the colours of a terminal, or as it is. */
export interface Coloring {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colours by the SGR sequences of ECMA-48 §8.3.117, where they are wanted. */
export function createColoring(isWanted: boolean): Coloring {
  const paint =
    (start: number, end: number) =>
    (text: string): string =>
      isWanted && text !== "" ? `\u001B[${start}m${text}\u001B[${end}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** Whether output is to be coloured: a terminal that can, and no NO_COLOR in the environment (no-color.org). */
export function wantsColors(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
