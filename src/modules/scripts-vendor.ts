import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { runParts } from "./run-parts.ts";

/** Runs the scripts of vendor-data (compat modules.md, section C; userdata.md §8). */
export const scriptsVendor = defineModule({
  name: "scripts_vendor",
  title: "The vendor's scripts",
  description: [
    "Runs the `#!` scripts that vendor-data brought, from `instance/scripts/vendor`, in byte order",
    "of their names. `vendor_data.prefix` is a command that is put before each of them.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs `instance/scripts/vendor`",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    vendor_data: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Union([Type.Boolean(), Type.String()], {
              description: "Whether vendor-data is used at all. Default true.",
            }),
          ),
          prefix: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()], {
              description: "A command put before each vendor script: a path, or a list of words.",
            }),
          ),
          disabled_handlers: Type.Optional(
            Type.Array(Type.String(), {
              description: "Content types of vendor-data that are left out.",
            }),
          ),
        },
        { description: "What may come from the vendor's data." },
      ),
    ),
  }),
  examples: ["#cloud-config\nvendor_data:\n  prefix: [/usr/bin/nice, -n, '10']\n"],
  async run(ctx, config) {
    const prefix = config.vendor_data?.prefix ?? [];
    await runParts(ctx, {
      directory: ctx.paths.instance(ctx.instance.id).vendorScriptsDir,
      prefix: typeof prefix === "string" ? (prefix === "" ? [] : [prefix]) : prefix,
    });
  },
});
