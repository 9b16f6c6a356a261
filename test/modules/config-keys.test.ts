import { expect, test } from "bun:test";
import { agentKeys } from "../../src/modules/agent-keys.ts";
import { keysOfModule, knownKeys, ownerOfKey } from "../../src/modules/config-keys.ts";
import { findKnownName } from "../../src/modules/known-names.ts";
import { findModule, MODULES } from "../../src/modules/registry.ts";

test("every key that a module's schema names is known, and belongs to a module that has it", async () => {
  for (const entry of MODULES) {
    const module = await entry.load();
    for (const key of Object.keys(module.schema.properties)) {
      const owner = ownerOfKey(key);
      const owning = owner === undefined ? undefined : await findModule(owner)?.load();
      expect([key, Object.keys(owning?.schema.properties ?? {})]).toEqual([
        key,
        expect.arrayContaining([key]),
      ]);
    }
  }
});

test("the keys of a module that is built are in its schema", async () => {
  for (const key of knownKeys()) {
    const module = await findModule(ownerOfKey(key) ?? "")?.load();
    if (module !== undefined) {
      expect([key, Object.hasOwn(module.schema.properties, key)]).toEqual([key, true]);
    }
  }
});

test("owners are modules that are built or known", () => {
  for (const key of knownKeys()) {
    const owner = ownerOfKey(key) ?? "?";
    const isKnown =
      owner === "" || findModule(owner) !== undefined || findKnownName(owner) !== undefined;
    expect([owner, isKnown]).toEqual([owner, true]);
  }
});

test("the agent's own keys are those of its schema", () => {
  expect([...keysOfModule("")].sort()).toEqual(Object.keys(agentKeys.properties).sort());
});
