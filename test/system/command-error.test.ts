import { describe, expect, test } from "bun:test";
import { CommandError } from "../../src/system/command-error.ts";

function messageOf(stderr: string, stdout = ""): string {
  return new CommandError(["/usr/sbin/x", "-y"], { exitCode: 1, stdout, stderr }).message;
}

const START = 'Command "/usr/sbin/x -y" ended with exit code 1';

describe("the message of a command that failed", () => {
  test("has the last line of standard error, else of standard output", () => {
    expect(messageOf("first\nlast\n\n")).toBe(`${START}: last`);
    expect(messageOf("", "said\n")).toBe(`${START}: said`);
    expect(messageOf(" \n", "")).toBe(START);
  });

  test("has a message of AIX whole, though that was wrapped", () => {
    expect(
      messageOf(
        "0516-052 varyonvg: Volume group cannot be varied on without a\n        quorum. More physical volumes in the group must be active.\n",
      ),
    ).toBe(
      `${START}: 0516-052 varyonvg: Volume group cannot be varied on without a quorum. More physical volumes in the group must be active.`,
    );
    expect(messageOf("Method error (/usr/lib/methods/chgdisk):\n\t0514-047 No access.\n")).toBe(
      `${START}: Method error (/usr/lib/methods/chgdisk): 0514-047 No access.`,
    );
  });

  test("has the reason before what could not be done for it, and no more than three messages", () => {
    const lines = ["0516-001 a.", "0516-1775 b.", "0516-776 c.", "0516-862 d."];
    expect(messageOf(`note\n${lines.slice(2).join("\n")}\n`)).toBe(
      `${START}: 0516-776 c. 0516-862 d.`,
    );
    expect(messageOf(lines.join("\n"))).toBe(`${START}: 0516-1775 b. 0516-776 c. 0516-862 d.`);
    expect(messageOf("0516-776 c.\nlast\n")).toBe(`${START}: last`);
  });

  test("is of bounded length", () => {
    expect(messageOf("x".repeat(100_000)).length).toBeLessThan(600);
    expect(messageOf(" y\n".repeat(10_000)).length).toBeLessThan(600);
  });
});
