import { expect, test } from "bun:test";
import { runModule, CLOUD_DIR, INSTANCE_DIR } from "../support/module-context.ts";
import { findModule } from "../../src/modules/registry.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const CASES = [
  ["scripts_per_boot", "always", `${CLOUD_DIR}/scripts/per-boot`],
  ["scripts_per_instance", "once-per-instance", `${CLOUD_DIR}/scripts/per-instance`],
  ["scripts_per_once", "once", `${CLOUD_DIR}/scripts/per-once`],
  ["scripts_user", "once-per-instance", `${INSTANCE_DIR}/scripts`],
  ["scripts_vendor", "once-per-instance", `${INSTANCE_DIR}/scripts/vendor`],
] as const;

test.each(CASES)("%s (%s) runs what is in %s", async (name, frequency, directory) => {
  const module = await findModule(name)?.load();
  if (module === undefined) {
    throw new Error(`${name} is not in the table`);
  }
  expect(module.frequency).toBe(frequency);
  const path = `${directory}/x.sh`;
  const { system, commands } = createScriptedSystem({
    files: { [path]: "#!/bin/sh\n" },
    commands: { [path]: "", "/usr/bin/time": "" },
  });
  system.fs.setAttributes(path, { mode: 0o755 });
  const done = await runModule(module, {
    system,
    config: { vendor_data: { prefix: "/usr/bin/time" } },
  });
  expect(done.failures).toEqual([]);
  expect(commands).toEqual([name === "scripts_vendor" ? ["/usr/bin/time", path] : [path]]);
});
