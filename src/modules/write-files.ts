import { Type } from "typebox";
import { canonicalModuleName } from "./canonical-name.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { readFileEntries } from "./read-file-entries.ts";
import { writeFileEntries } from "./write-file-entries.ts";
import { writeFilesEntry } from "./write-files-entry.ts";

/** Writes files early on the first boot (compat modules.md, write_files). */
export const writeFiles = defineModule({
  name: "write_files",
  title: "Files",
  description: [
    "Writes files with the given content, owner and mode, each all or nothing. Missing directories",
    "are made (0755, owner of the file). A file that is there already with the same content, owner",
    "and mode is left alone. Entries with `defer: true` wait for `write_files_deferred`. On AIX the",
    "default owner is `root:system`, and the group `root` means `system`.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "writes the files; `root:root` is `root:system`",
  linux: "writes the files",
  frequency: "once-per-instance",
  schema: Type.Object({
    write_files: Type.Optional(Type.Array(writeFilesEntry, { description: "Files to write." })),
  }),
  activateByKeys: ["write_files"],
  itemKeys: ["write_files"],
  examples: [
    [
      "#cloud-config",
      "write_files:",
      "  - path: /etc/motd",
      "    content: Welcome to vm1.example.com",
      "  - path: /etc/app/key.bin",
      "    encoding: b64",
      "    content: AAECAw==",
      "    owner: root:system",
      "    permissions: '0600'",
      "  - path: /etc/hosts",
      "    content: |",
      "      192.0.2.130 build.example.com",
      "    append: true",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    const { entries, otherCount } = readFileEntries(ctx, false);
    await writeFileEntries(ctx, entries);
    if (otherCount > 0 && !isListed(ctx, "write_files_deferred")) {
      ctx.log.warn(
        `${otherCount} entries of write_files with "defer: true" are not written: cloud_final_modules does not list write_files_deferred`,
      );
    }
  },
});

const LISTS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** Whether a module is in one of the lists, whatever the form of its entry (compat config.md §5). */
function isListed(ctx: ModuleContext, name: string): boolean {
  return LISTS.some((key) => {
    const list = ctx.cloudConfig[key];
    return Array.isArray(list) && list.some((item) => nameOf(item) === name);
  });
}

function nameOf(item: unknown): string | undefined {
  const written: unknown = Array.isArray(item)
    ? item[0]
    : typeof item === "object" && item !== null && "name" in item
      ? item.name
      : item;
  return typeof written === "string" ? canonicalModuleName(written) : undefined;
}
