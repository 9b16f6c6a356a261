import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { readFileEntries } from "./read-file-entries.ts";
import { writeFileEntries } from "./write-file-entries.ts";
import { writeFilesEntry } from "./write-files-entry.ts";

/** Writes the files that had to wait for users and packages (compat modules.md, write_files_deferred). */
export const writeFilesDeferred = defineModule({
  name: "write_files_deferred",
  title: "Files, after users exist",
  description: [
    "Writes the entries of `write_files` that have `defer: true`, in the last stage: their owner may",
    "be a user that this boot made.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "writes the entries with `defer: true`, after users exist",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    write_files: Type.Optional(Type.Array(writeFilesEntry, { description: "Files to write." })),
  }),
  activateByKeys: ["write_files"],
  itemKeys: ["write_files"],
  examples: [
    [
      "#cloud-config",
      "users: [default, {name: app}]",
      "write_files:",
      "  - path: /home/app/.profile",
      "    content: export EDITOR=vi",
      "    owner: app:staff",
      "    defer: true",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    await writeFileEntries(ctx, readFileEntries(ctx, true).entries);
  },
});
