import { describeKind } from "../text/describe-kind.ts";
import type { ModuleContext } from "./module.ts";

/**
 * The list under a key of the configuration, with its items as they are; empty where the key is
 * absent or has no value. Anything but a list is a failure.
 */
export function readConfigList(ctx: ModuleContext, key: string): readonly unknown[] {
  const value = Object.hasOwn(ctx.cloudConfig, key) ? ctx.cloudConfig[key] : undefined;
  if (value === undefined || value === null) {
    return [];
  }
  if (Array.isArray(value)) {
    return value;
  }
  ctx.fail({
    message: `Cannot use ${key}: expected a list, got ${describeKind(value)}`,
    path: [key],
    ...ctx.locate([key]),
  });
  return [];
}
