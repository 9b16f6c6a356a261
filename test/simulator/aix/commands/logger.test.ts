import { expect, test } from "bun:test";
import { bootSimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";

test("a message and lines of standard input are taken, an unknown flag is not", async () => {
  const { exec } = bootSimulatedAix().system;
  const run = (argv: readonly string[], stdin = "") =>
    exec.run(["/usr/bin/logger", ...argv], { okExitCodes: "any", stdin });
  expect((await run(["-p", "user.info", "-t", "ec2"], "one\ntwo\n")).exitCode).toBe(0);
  expect((await run(["-t", "x", "a message"])).exitCode).toBe(0);
  // Old levels have no -s.
  expect((await run(["-s", "x"])).exitCode).toBe(1);
});
