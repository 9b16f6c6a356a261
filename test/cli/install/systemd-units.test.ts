import { expect, test } from "bun:test";
import { renderSystemdUnits } from "../../../src/cli/install/systemd-units.ts";

const UNITS = new Map(
  renderSystemdUnits("/usr/bin/cloud-init").map((unit) => [unit.name, unit.content]),
);

function linesOf(name: string): readonly string[] {
  return UNITS.get(name)?.split("\n") ?? [];
}

test("each stage starts after the one before it", () => {
  const order = [
    ["cloud-init-local.service", "init --local", undefined],
    ["cloud-init.service", "init", "cloud-init-local.service"],
    ["cloud-config.service", "modules --mode config", "cloud-init.service"],
    ["cloud-final.service", "modules --mode final", "cloud-config.service"],
  ] as const;
  for (const [name, command, after] of order) {
    expect(linesOf(name)).toContain(`ExecStart=/usr/bin/cloud-init ${command}`);
    if (after !== undefined) {
      const words = linesOf(name)
        .filter((line) => line.startsWith("After="))
        .flatMap((line) => line.slice("After=".length).split(" "));
      expect(words).toContain(after);
    }
  }
});

test("the network stages stand before and after what brings the network up", () => {
  expect(linesOf("cloud-init-local.service")).toContain("Before=network-pre.target");
  expect(linesOf("cloud-init.service").join("\n")).toContain("Before=network-online.target ");
  expect(linesOf("cloud-config.service")).toContain(
    "After=network-online.target cloud-init.service",
  );
});

test("a disable file, or a word on the kernel command line, keeps all services from starting", () => {
  const services = [...UNITS.keys()].filter((name) => name.endsWith(".service"));
  expect(services).toHaveLength(4);
  for (const name of services) {
    expect(linesOf(name)).toContain("ConditionPathExists=!/etc/cloud/cloud-init.disabled");
    expect(linesOf(name)).toContain("ConditionKernelCommandLine=!cloud-init=disabled");
    expect(linesOf(name).join("\n")).toMatch(
      /^UnsetEnvironment=.*\bBUN_OPTIONS\b.*\bNODE_OPTIONS\b/mu,
    );
  }
});
