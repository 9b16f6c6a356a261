import { expect, test } from "bun:test";
import { type Flags, parseFlags } from "../../../src/simulator/aix/flags.ts";

test("flags may be clustered, and a value joined or separate", () => {
  for (const args of [
    ["-El", "en0", "-a", "mtu", "-a", "state"],
    ["-E", "-len0", "-amtu", "-astate"],
  ]) {
    const flags = accepted(args, "El:a:");
    expect(flags.has("E")).toBe(true);
    expect(flags.value("l")).toBe("en0");
    expect(flags.values("a")).toEqual(["mtu", "state"]);
    expect(flags.operands).toEqual([]);
  }
});

test("the first operand ends the flags, as does --", () => {
  expect(accepted(["-c", "name", "-x"], "c").operands).toEqual(["name", "-x"]);
  expect(accepted(["-c", "--", "-x"], "c").operands).toEqual(["-x"]);
  expect(accepted(["-"], "c").operands).toEqual(["-"]);
});

test("unknown flags, GNU long options and missing values are refused", () => {
  expect(parseFlags(["-x"], "c")).toBe("Not a recognized flag: x");
  expect(parseFlags(["--help"], "chelp")).toBe("Not a recognized flag: -");
  expect(parseFlags(["-:"], "a:")).toBe("Not a recognized flag: :");
  expect(parseFlags(["-a"], "a:")).toBe("Option requires an argument: a");
});

function accepted(args: readonly string[], spec: string): Flags {
  const flags = parseFlags(args, spec);
  if (typeof flags === "string") {
    throw new TypeError(flags);
  }
  return flags;
}
