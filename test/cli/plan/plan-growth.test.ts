import { expect, test } from "bun:test";
import { planBlock, planCommand } from "../../support/plan-command.ts";

test("a plan shows which file systems would grow, and what does not fit", async () => {
  const userData = "#cloud-config\ngrowfs: {/opt: +2G, /tmp: 10T}\n";
  const { stdout } = await planCommand(["--user-data", "/ud"], { files: { "/ud": userData } });
  const block = planBlock(stdout, "resizefs");
  expect(block).toContain("/usr/sbin/chfs -a size=4096M /opt");
  expect(stdout).toContain('Cannot grow file system "/tmp" (10T)');
  expect(stdout).not.toContain("growth.json");
});
