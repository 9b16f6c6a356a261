import { describe, expect, test } from "bun:test";
import { applyOutput } from "../../src/stages/stage-output.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { OutputTargets, System } from "../../src/system/system.ts";
import { openTestFrame } from "../support/open-test-frame.ts";

function recordRedirects(
  env: Record<string, string> = {},
  fails = false,
): { readonly system: System; readonly redirects: OutputTargets[] } {
  const { system } = createScriptedSystem({ platform: "aix", env });
  const redirects: OutputTargets[] = [];
  return {
    redirects,
    system: {
      ...system,
      output: {
        ...system.output,
        async redirect(targets) {
          if (fails) {
            throw new Error("no space is left on the device");
          }
          redirects.push(targets);
        },
      },
    },
  };
}

describe("output:", () => {
  test("is applied once, however often it is asked for", async () => {
    const { system, redirects } = recordRedirects();
    const { frame } = await openTestFrame(system);
    const config = { output: { all: "| tee -a /var/log/out" } };
    await applyOutput(frame, config, "init");
    await applyOutput(frame, config, "init");
    expect(redirects).toEqual([{ stdout: { kind: "tee", path: "/var/log/out" }, stderr: "&1" }]);
    expect(frame.stageLog.recoverableErrors()).toEqual({});
  });

  test("that user-data changes is a warning, and the new one counts", async () => {
    const { system, redirects } = recordRedirects();
    const { frame } = await openTestFrame(system);
    await applyOutput(frame, { output: { all: ">> /a" } }, "init");
    await applyOutput(frame, { output: { init: ["> /b", "| cat"] } }, "init");
    expect(redirects).toHaveLength(2);
    expect(frame.stageLog.recoverableErrors()).toEqual({
      WARNING: ["Stdout, stderr changing to (> /b, | cat)"],
    });
  });

  test("a second stage starts anew", async () => {
    const { system, redirects } = recordRedirects();
    const config = { output: { init: ">> /a", final: ">> /b" } };
    await applyOutput((await openTestFrame(system)).frame, config, "init");
    const { frame } = await openTestFrame(system);
    await applyOutput(frame, config, "final");
    expect(redirects).toHaveLength(2);
    expect(frame.stageLog.recoverableErrors()).toEqual({});
  });

  test.each(["1", "true", "ON", "yes"])(
    "is left alone with _CLOUD_INIT_SAVE_STDOUT=%s",
    async (word) => {
      const { system, redirects } = recordRedirects({ _CLOUD_INIT_SAVE_STDOUT: word });
      const { frame } = await openTestFrame(system);
      await applyOutput(frame, { output: { all: ">> /a" } }, "init");
      expect(redirects).toEqual([]);
    },
  );

  test("that cannot be opened is a warning, and the stage goes on", async () => {
    const { system } = recordRedirects({}, true);
    const { frame, errors } = await openTestFrame(system);
    await applyOutput(frame, { output: { all: ">> /a" } }, "init");
    expect(frame.stageLog.recoverableErrors()).toEqual({
      WARNING: ["Failed to setup output redirection! no space is left on the device"],
    });
    expect(errors).toEqual([]);
  });
});
