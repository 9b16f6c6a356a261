import { Type } from "typebox";
import { defineModule, type ModuleContext } from "./module.ts";

/** Gives semaphores of very old versions today's names (compat modules.md, migrator). */
export const migrator = defineModule({
  name: "migrator",
  title: "Old semaphore names",
  description: [
    "Renames semaphores with `-` in their name, as very old versions wrote them, to the form with",
    "`_`. A file that is already there under the new name is never overwritten.",
    "Source: upstream's module, gone there since 24.1.",
  ].join("\n"),
  aix: "renames old semaphores",
  linux: "the same",
  frequency: "always",
  schema: Type.Object({
    migrate: Type.Optional(
      Type.Boolean({ description: "False: leave semaphores alone. Default true." }),
    ),
  }),
  examples: ["#cloud-config\nmigrate: false\n"],
  async run(ctx, config) {
    if (config.migrate === false) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, migration disabled`);
      return;
    }
    const directories = [ctx.paths.instance(ctx.instance.id).semDir, ctx.paths.semDir];
    let count = 0;
    for (const directory of directories) {
      count += migrateDirectory(ctx, directory);
    }
    ctx.log.debug(`Migrated ${count} semaphore files to there canonicalized names`);
  },
});

/** What one module did then, two do now. */
const SPLIT_NAME = "config_apt_update_upgrade";
const SPLIT_INTO = ["config_apt_configure", "config_package_update_upgrade_install"];

function migrateDirectory(ctx: ModuleContext, directory: string): number {
  const { fs } = ctx.sys;
  if (fs.stat(directory)?.kind !== "directory") {
    return 0;
  }
  let count = 0;
  for (const name of fs.list(directory)) {
    const dot = name.lastIndexOf(".");
    const base = dot > 0 ? name.slice(0, dot) : name;
    const ending = name.slice(base.length);
    const canonical = base.replaceAll("-", "_");
    const targets = canonical === SPLIT_NAME ? SPLIT_INTO : [canonical];
    const path = `${directory}/${name}`;
    // A name that begins with a dot is no semaphore: a write that was cut off left it.
    const isForeign = name.startsWith(".") || fs.stat(path)?.kind !== "file";
    if (isForeign || targets.includes(base)) {
      continue;
    }
    for (const target of targets) {
      copyUnlessThere(ctx, path, `${directory}/${target}${ending}`);
    }
    fs.remove(path);
    count += 1;
  }
  return count;
}

function copyUnlessThere(ctx: ModuleContext, from: string, to: string): void {
  const { fs } = ctx.sys;
  if (fs.stat(to) === undefined) {
    fs.write(to, fs.readBytes(from), { mode: 0o644 });
  }
}
