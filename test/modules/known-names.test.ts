import { expect, test } from "bun:test";
import { canonicalModuleName } from "../../src/modules/canonical-name.ts";
import { findKnownName, knownNameMessage } from "../../src/modules/known-names.ts";
import { findModule } from "../../src/modules/registry.ts";

/** The three lists of the cloud.cfg that IBM's package ships (compat config.md §2). */
const AIX_LISTS = [
  "migrator seed_random bootcmd write-files set_hostname update_hostname update_etc_hosts ca-certs",
  "rsyslog users-groups ssh restore-volume-groups set-multipath-hcheck-interval update-bootlist",
  "reset-rmc emit_upstart disk_setup mounts ssh-import-id locale set-passwords",
  "package-update-upgrade-install landscape timezone puppet chef salt-minion mcollective",
  "disable-ec2-metadata runcmd byobu rightscale_userdata scripts-vendor scripts-per-once",
  "scripts-per-boot scripts-per-instance scripts-user ssh-authkey-fingerprints keys-to-console",
  "phone-home final-message power-state-change ibm-reset-rmc growpart resizefs",
].join(" ");

test("every module name of the AIX cloud.cfg is built or known", () => {
  for (const written of AIX_LISTS.split(" ")) {
    const name = canonicalModuleName(written);
    const isBuilt = findModule(name) !== undefined;
    const isKnown = findKnownName(name) !== undefined;
    expect([written, isBuilt !== isKnown]).toEqual([written, true]);
  }
});

test("what has no effect and what is gone is said differently", () => {
  const message = (name: string) => {
    const known = findKnownName(name);
    return known === undefined ? undefined : knownNameMessage(name, known);
  };
  expect(message("emit_upstart")).toBe(
    "Skipping module named emit_upstart, it has no effect: there is no upstart",
  );
  expect(message("apt_pipelining")).toContain("it has no effect");
  expect(message("growpart")).toBeUndefined();
  expect(message("refresh_rmc_and_interface")).toBe(
    "Module `refresh_rmc_and_interface` has been removed from cloud-init. It may be removed from `/etc/cloud/cloud.cfg`.",
  );
  expect(message("no_such_module")).toBeUndefined();
  expect(message("constructor")).toBeUndefined();
});
