import { expect, test } from "bun:test";
import { searchDirectories, userEnvironment } from "../../src/modules/user-environment.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createModuleContext } from "../support/module-context.ts";

test("the user's commands know the instance-id", () => {
  const { ctx } = createModuleContext(createScriptedSystem().system);
  expect(userEnvironment(ctx)).toEqual({
    INSTANCE_ID: "i-test",
    CLOUD_INIT_LOCK_HOLDER: String(ctx.sys.process.pid),
  });
});

test("cloud-init-per is found by its bare name", () => {
  const aix = createModuleContext(createScriptedSystem({ platform: "aix" }).system);
  expect(searchDirectories(aix.ctx)).toContain("/opt/freeware/bin");
  const linux = createModuleContext(createScriptedSystem().system);
  expect(searchDirectories(linux.ctx)).toContain("/usr/bin");
});
