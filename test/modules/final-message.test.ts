import { expect, test } from "bun:test";
import { finalMessage } from "../../src/modules/final-message.ts";
import { readText } from "../../src/system/files.ts";
import { VERSION } from "../../src/version.ts";
import { createTestDistro, INSTANCE_DIR, runModule } from "../support/module-context.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const DEFAULT = `Cloud-init v. ${VERSION} finished at Fri, 02 Jan 2026 03:04:05 +0000. Datasource DataSourceConfigDrive [net,ver=2][source=cd0].  Up 42.00 seconds`;

test("the default message has cloud-init's exact form, on standard error and in the log", async () => {
  const done = await runModule(finalMessage);
  expect(done.output.stderr).toBe(`${DEFAULT}\n`);
  expect(done.log).toEqual([`DEBUG ${DEFAULT}`]);
});

test("boot-finished tells when", async () => {
  const done = await runModule(finalMessage);
  const path = `${INSTANCE_DIR}/boot-finished`;
  expect(readText(done.system.fs, path)).toBe(
    `42.00 - Fri, 02 Jan 2026 03:04:05 +0000 - v. ${VERSION}\n`,
  );
  expect(done.system.fs.stat(path)?.mode).toBe(0o644);
});

test("a template has its names in lower and upper case, and the argument wins", async () => {
  const config = { final_message: "${version} $UPTIME" };
  const done = await runModule(finalMessage, { config });
  expect(done.output.stderr).toBe(`${VERSION} 42.00\n`);
  const selected = { final_message: "## template: basic\n$DATASOURCE" };
  const basic = await runModule(finalMessage, { config: selected });
  expect(basic.output.stderr).toBe("DataSourceConfigDrive [net,ver=2][source=cd0]\n");
  const argument = await runModule(finalMessage, { config, args: ["done"] });
  expect(argument.output.stderr).toBe("done\n");
});

test("a Jinja template has the same names", async () => {
  const template = "## template: jinja\n{{ datasource }}{% if UPTIME %} up {{ uptime }}{% endif %}";
  const done = await runModule(finalMessage, { config: { final_message: template } });
  expect(done.output.stderr).toBe("DataSourceConfigDrive [net,ver=2][source=cd0] up 42.00\n");
  expect(done.log.filter((line) => line.startsWith("WARNING"))).toEqual([]);
});

test("a template that cannot be rendered is warned of, and the default is written", async () => {
  for (const template of [
    "$nope",
    "## template: jinja\n{{ uptime",
    "## template: mako\n${uptime}",
  ]) {
    const done = await runModule(finalMessage, { config: { final_message: template } });
    expect(done.log[0]).toStartWith("WARNING Failed to render final message template: ");
    expect(done.output.stderr).toBe(`${DEFAULT}\n`);
    expect(done.failures).toEqual([]);
  }
});

test("an uptime that nothing tells is ??", async () => {
  const { system, output } = createScriptedSystem();
  const distro = { ...createTestDistro(system), readUptimeSeconds: async () => undefined };
  await runModule(finalMessage, { system, distro, config: { final_message: "$uptime" } });
  expect(output.stderr).toBe("??\n");
});

test("None is warned of unless the list asks for it alone", async () => {
  const instance = { isFallback: true };
  const fallback = await runModule(finalMessage, { instance });
  expect(fallback.log).toContain("WARNING Used fallback datasource");
  const wanted = await runModule(finalMessage, { instance, config: { datasource_list: ["None"] } });
  expect(wanted.log).not.toContain("WARNING Used fallback datasource");
});
