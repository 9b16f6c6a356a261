import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import { type AixScenario, createAixScenario } from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;

describe.skipIf(requireOrSkip(canUseAixRoot()))("a marker that switches cloud-init off", () => {
  let scenario: AixScenario;
  beforeAll(() => {
    scenario = createAixScenario();
  });
  afterAll(() => scenario.removeAll());

  test.each(["/etc/cloud/cloud-init.disabled", "/opt/freeware/etc/cloud/cloud-init.disabled"])(
    "%s: nothing runs at boot, as status says, until it is gone",
    async (marker) => {
      const root = await scenario.image();
      await root.sh(`mkdir -p /etc/cloud && touch ${marker}`);
      const off = await root.boot();
      for (const name of ["cloud-init-local", "cloud-init", "cloud-config", "cloud-final"]) {
        expect(off.stdout).toContain(`Not starting ${name}: disabled by "${marker}"\n`);
      }
      expect((await root.agent("status")).stdout).toBe("status: disabled\n");
      expect((await root.agent("cloud-id")).stdout).toBe("disabled\n");
      expect(root.exists("/run/cloud-init/status.json")).toBe(false);
      expect(root.exists("/var/log/cloud-init.log")).toBe(false);

      await root.sh(`rm ${marker}`);
      await root.boot();
      expect((await root.agent("status")).stdout).toBe("status: done\n");
    },
    TIMEOUT_MS,
  );
});
