import { expect, test } from "bun:test";
import { finishCommand } from "../../src/system/finish-command.ts";

const RESULT = { exitCode: 2, stdout: "", stderr: "", timedOut: false, durationMs: 1 };

test("a time-out is not fine just because 124 would be", async () => {
  const late = { ...RESULT, exitCode: 124, timedOut: true };
  await expect(finishCommand(["/bin/a"], { okExitCodes: [124] }, late)).rejects.toThrow(
    "did not end in time",
  );
  expect(await finishCommand(["/bin/a"], { okExitCodes: "any" }, late)).toBe(late);
});

test("verify is not asked about a command that failed", async () => {
  let isAsked = false;
  const verify = async (): Promise<undefined> => {
    isAsked = true;
  };
  await expect(finishCommand(["/bin/a"], { verify }, RESULT)).rejects.toThrow("exit code 2");
  expect(isAsked).toBe(false);
  await finishCommand(["/bin/a"], { okExitCodes: [2], verify }, RESULT);
  expect(isAsked).toBe(true);
});
