import { expect, test } from "bun:test";
import type { PackageAdapter } from "../../src/distros/package-adapter.ts";
import { ensurePackages } from "../../src/modules/ensure-packages.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createModuleContext, createTestDistro } from "../support/module-context.ts";

function context(packages?: Partial<PackageAdapter>) {
  const { system } = createScriptedSystem();
  const distro = createTestDistro(system);
  const calls: string[] = [];
  const adapter: PackageAdapter = {
    name: "dnf",
    updateLists: async () => void calls.push("update"),
    upgradeAll: async () => void calls.push("upgrade"),
    findMissing: async (wishes) => wishes.filter(({ name }) => name !== "there"),
    install: async (wishes) => void calls.push(wishes.map(({ name }) => name).join()),
    needsRestart: async () => undefined,
    ...packages,
  };
  const run = createModuleContext(system, {
    distro: packages === undefined ? distro : { ...distro, packages: adapter },
  });
  return { ...run, calls };
}

test("only what is missing is installed, with fresh lists", async () => {
  const { ctx, calls } = context({});
  expect(await ensurePackages(ctx, [{ name: "there" }, { name: "new" }])).toBe(true);
  expect(calls).toEqual(["update", "new"]);
  expect(await ensurePackages(ctx, [{ name: "there" }])).toBe(false);
  expect(calls).toHaveLength(2);
});

test("lists that cannot be fetched are a warning, and it is tried all the same", async () => {
  const { ctx, calls, log } = context({
    updateLists: async () => {
      throw new Error("mirror is down");
    },
  });
  expect(await ensurePackages(ctx, [{ name: "new" }])).toBe(true);
  expect(calls).toEqual(["new"]);
  expect(log).toEqual(["WARNING Cannot fetch the lists of packages: mirror is down"]);
});

test("where nothing is known of packages, that is said", async () => {
  await expect(ensurePackages(context().ctx, [{ name: "new" }])).rejects.toThrow(
    "nothing is known of packages on this system",
  );
});
