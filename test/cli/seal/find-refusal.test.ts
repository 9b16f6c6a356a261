import { expect, test } from "bun:test";
import { findRefusal } from "../../../src/cli/seal/find-refusal.ts";
import { createPaths } from "../../../src/instance/paths.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const paths = createPaths({
  cloudDir: "/var/lib/cloud",
  runDir: "/run/cloud-init",
  templatesDir: "/etc/cloud/templates",
  configFile: "/etc/cloud/cloud.cfg",
  logDir: "/var/log",
});
const BEGUN = JSON.stringify({ v1: { stage: "modules-config" } });
const ENDED = JSON.stringify({ v1: { datasource: null, errors: [] } });

function refusal(files: Readonly<Record<string, string>>): string | undefined {
  return findRefusal(createScriptedSystem({ files }).system, paths);
}

test("a machine that is being deployed is not sealed, also not where a marker came meanwhile", () => {
  const begun = { "/run/cloud-init/status.json": BEGUN };
  const told = 'An instance is still deploying: status.json has no end, stage "modules-config"';
  expect(refusal(begun)).toStartWith(told);
  expect(refusal({ ...begun, "/etc/cloud/cloud-init.disabled": "" })).toStartWith(told);
});

test("a machine that has been deployed, or never was, may be sealed", () => {
  const ended = { "/run/cloud-init/status.json": BEGUN, "/run/cloud-init/result.json": ENDED };
  expect(refusal(ended)).toBeUndefined();
  expect(refusal({})).toBeUndefined();
  expect(refusal({ "/etc/cloud/cloud-init.disabled": "" })).toBeUndefined();
});
