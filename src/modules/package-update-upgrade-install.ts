import { Type } from "typebox";
import type { PackageAdapter, PackageWish } from "../distros/package-adapter.ts";
import { CommandError } from "../system/command-error.ts";
import { booleanOption } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { readPackageList } from "./package-list.ts";
import { reportProblems } from "./report-problems.ts";

const flag = (description: string) =>
  Type.Optional(Type.Union([Type.Boolean(), Type.String()], { description }));
const entry = Type.Union([Type.String(), Type.Array(Type.Union([Type.String(), Type.Number()]))]);

/** How long a restart that was asked for may take to end this program. */
const RESTART_TIMEOUT_MS = 600_000;

/** Software out of repositories and files (compat modules.md, package_update_upgrade_install). */
export const packageUpdateUpgradeInstall = defineModule({
  name: "package_update_upgrade_install",
  title: "Packages",
  description: [
    "Fetches the lists of the repositories, upgrades what is there and installs `packages`: names,",
    "`[name, version]`, absolute paths of package files, or lists by manager. What is there already is",
    "not touched. If all together cannot be installed, each is tried on its own, so that one unknown",
    "name does not keep the others away. With `package_reboot_if_required` the machine restarts at",
    "once where the packages want that, one time for an instance, and the boot goes on after it;",
    "nothing tells that on AIX.",
    "",
    "On AIX: `dnf` of the AIX Toolbox, else `yum`; `.bff` files by `geninstall`; filesets by",
    "`installp` from `{installp: {source: /dir, filesets: […]}}`, checked with `lslpp`. On Linux:",
    "`apt-get`, `dnf` or `yum`. Source: upstream's module; IBM's installp and dnf pages.",
  ].join("\n"),
  aix: "`dnf` or `yum` of the AIX Toolbox, `geninstall` for `.bff`, `installp` for filesets",
  linux: "`apt-get`, `dnf` or `yum`",
  frequency: "once-per-instance",
  activateByKeys: ["apt_update", "package_update", "apt_upgrade", "package_upgrade", "packages"],
  itemKeys: ["packages"],
  schema: Type.Object({
    packages: Type.Optional(
      Type.Array(
        Type.Union([
          entry,
          Type.Record(
            Type.String(),
            Type.Union([
              Type.Array(entry),
              Type.Object({
                source: Type.String({ description: "Directory or device with filesets (AIX)." }),
                filesets: Type.Array(entry, { description: "Names, or [name, level]." }),
              }),
            ]),
          ),
        ]),
        { description: "Packages to install." },
      ),
    ),
    package_update: flag("Fetch the lists of the repositories. Default false."),
    package_upgrade: flag("Upgrade what is installed. Default false."),
    package_reboot_if_required: flag("Restart where packages want it. Default false."),
    apt_update: flag("Old name of package_update."),
    apt_upgrade: flag("Old name of package_upgrade."),
    apt_reboot_if_required: flag("Old name of package_reboot_if_required."),
  }),
  examples: [
    [
      "#cloud-config",
      "package_update: true",
      "packages:",
      "  - rsync",
      "  - [sudo, 1.9.15p5-1]",
      "  - /var/tmp/own-1.0-1.aix7.2.ppc.rpm",
      "  - installp: {source: /mnt/filesets, filesets: [bos.net.nfs.server]}",
      "",
    ].join("\n"),
    "#cloud-config\npackage_upgrade: true\npackage_reboot_if_required: true\n",
  ],
  async run(ctx, config) {
    const packages = ctx.distro.packages;
    const wanted = {
      update: booleanOption(config.package_update ?? config.apt_update, false),
      upgrade: booleanOption(config.package_upgrade ?? config.apt_upgrade, false),
      restart: booleanOption(
        config.package_reboot_if_required ?? config.apt_reboot_if_required,
        false,
      ),
    };
    const { packages: list, problems } = readPackageList(
      ctx.cloudConfig["packages"],
      packages?.name,
    );
    reportProblems(ctx, problems);
    if (packages === undefined) {
      ctx.fail("Cannot work on packages: nothing is known of them on this system");
      return;
    }
    const attempt = async (what: string, step: () => Promise<void>): Promise<boolean> => {
      try {
        await step();
        return true;
      } catch (error) {
        ctx.fail(`${what}: ${errorMessage(error)}`, error);
        return false;
      }
    };
    const missing = await packages.findMissing(list);
    if (packages.name === undefined && !wanted.update && !wanted.upgrade && missing.length === 0) {
      return;
    }
    // A list that is months old does not have what is to be installed.
    if (
      wanted.update ||
      wanted.upgrade ||
      missing.some(({ filesetSource }) => filesetSource === undefined)
    ) {
      await attempt("Package update failed", () => packages.updateLists());
    }
    if (wanted.upgrade) {
      await attempt("Package upgrade failed", () => packages.upgradeAll());
    }
    if (missing.length > 0) {
      await installAll(ctx, packages, missing);
    } else if (list.length > 0) {
      ctx.log.debug(`All ${list.length} packages are installed already`);
    }
    if (wanted.restart) {
      await restartIfNeeded(ctx, await packages.needsRestart());
    }
  },
});

async function installAll(
  ctx: ModuleContext,
  packages: PackageAdapter,
  missing: readonly PackageWish[],
): Promise<void> {
  try {
    await packages.install(missing);
    return;
  } catch (error) {
    // What hung for hours would do so again for each.
    if (missing.length === 1 || (error instanceof CommandError && error.timedOut)) {
      failPackages(ctx, missing, error);
      return;
    }
    ctx.log.debug(
      `Installing ${missing.length} packages at once failed, trying each: ${errorMessage(error)}`,
    );
  }
  const stillMissing = await packages.findMissing(missing);
  for (const wish of stillMissing) {
    try {
      await packages.install([wish]);
    } catch (error) {
      failPackages(ctx, [wish], error);
    }
  }
}

function failPackages(ctx: ModuleContext, wishes: readonly PackageWish[], error: unknown): void {
  const names = wishes.map(({ name, version }) =>
    version === undefined ? name : `${name} ${version}`,
  );
  ctx.fail(`Failed to install packages: ${JSON.stringify(names)}: ${errorMessage(error)}`, error);
}

async function restartIfNeeded(ctx: ModuleContext, isNeeded: boolean | undefined): Promise<void> {
  if (isNeeded === undefined) {
    ctx.log.warn(
      "package_reboot_if_required has no effect here: nothing tells whether packages want a restart. Write power_state: {mode: reboot} to restart at the end of the boot",
    );
    return;
  }
  // Kept before the restart: what wants one at each boot must not restart the machine for ever.
  const mark = `${ctx.paths.instance(ctx.instance.id).dir}/restarted-for-packages`;
  if (!isNeeded) {
    return;
  }
  if (ctx.sys.fs.stat(mark) !== undefined) {
    ctx.log.warn("The packages still want a restart, after the one that they had: look at them");
    return;
  }
  ctx.sys.fs.write(mark, "", { mode: 0o600, durable: true });
  ctx.log.warn("Rebooting after upgrade or install: the packages want it");
  // Left to itself: stopping other programs may take it longer than we are allowed to wait.
  await ctx.sys.exec.run(["/sbin/shutdown", "-r", "now"], { afterAgent: { waitsMs: 0 } });
  // The signal that ends this program comes from the shutdown; what is left to do goes on after it.
  await ctx.sys.clock.sleep(RESTART_TIMEOUT_MS);
  ctx.fail(`The machine did not restart within ${RESTART_TIMEOUT_MS / 1000} seconds`);
}
