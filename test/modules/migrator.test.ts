import { expect, test } from "bun:test";
import { migrator } from "../../src/modules/migrator.ts";
import { readText } from "../../src/system/files.ts";
import { CLOUD_DIR, INSTANCE_DIR, runModule } from "../support/module-context.ts";

const files = {
  [`${INSTANCE_DIR}/sem/config-write-files`]: "old",
  [`${INSTANCE_DIR}/sem/config_runcmd`]: "kept",
  [`${INSTANCE_DIR}/sem/config-runcmd`]: "older",
  [`${INSTANCE_DIR}/sem/config-apt-update-upgrade`]: "apt",
  [`${CLOUD_DIR}/sem/bootper.my-job.once`]: "per",
};

test("semaphores with dashes get today's names, and none is overwritten", async () => {
  const done = await runModule(migrator, { machine: { files } });
  const { fs } = done.system;
  expect(fs.list(`${INSTANCE_DIR}/sem`)).toEqual([
    "config_apt_configure",
    "config_package_update_upgrade_install",
    "config_runcmd",
    "config_write_files",
  ]);
  expect(readText(fs, `${INSTANCE_DIR}/sem/config_runcmd`)).toBe("kept");
  expect(fs.list(`${CLOUD_DIR}/sem`)).toEqual(["bootper.my_job.once"]);
  expect(done.log).toEqual(["DEBUG Migrated 4 semaphore files to there canonicalized names"]);
});

test("a second run changes nothing, and neither does one that is switched off", async () => {
  const first = await runModule(migrator, { machine: { files } });
  const again = await runModule(migrator, { system: first.system });
  expect(again.log).toEqual(["DEBUG Migrated 0 semaphore files to there canonicalized names"]);
  const off = await runModule(migrator, { machine: { files }, config: { migrate: false } });
  expect(off.changes).toEqual([]);
});

test("what a write left that was cut off is no semaphore", async () => {
  const name = `${INSTANCE_DIR}/sem/.config_runcmd.cloud-init-0123456789ab.tmp`;
  const done = await runModule(migrator, { machine: { files: { [name]: "" } } });
  expect(done.changes).toEqual([]);
});
