import { readTextIfExists } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/**
 * The mark stands on disk from before a user is made until the user has groups, password, rules and
 * keys. Where a power cut falls in between, the next boot finds a user that exists and would be
 * taken for one of the image, whose password and lock are not to be touched; the mark says that it
 * is our own, half made.
 */
export function markNew(ctx: ModuleContext, name: string): void {
  const names = markedNames(ctx);
  // A name with a line end would mark others; no system makes a user of that name.
  if (!names.includes(name) && !name.includes("\n")) {
    keep(ctx, [...names, name]);
  }
}

/** Whether this user was being made when the machine went down. */
export function isMarkedNew(ctx: ModuleContext, name: string): boolean {
  return markedNames(ctx).includes(name);
}

/** The user is made, or cannot be. */
export function unmarkNew(ctx: ModuleContext, name: string): void {
  const names = markedNames(ctx);
  if (names.includes(name)) {
    const others = names.filter((other) => other !== name);
    keep(ctx, others);
  }
}

/** On a full disk users are made without it: a machine that nobody can log in to is worse. */
function keep(ctx: ModuleContext, names: readonly string[]): void {
  const path = markPath(ctx);
  try {
    if (names.length === 0) {
      ctx.sys.fs.remove(path);
    } else {
      const content = names.map((name) => `${name}\n`).join("");
      ctx.sys.fs.write(path, content, { mode: 0o600, durable: true });
    }
  } catch (error) {
    ctx.fail(`Cannot keep which users are being made: ${errorMessage(error)}`, error);
  }
}

function markedNames(ctx: ModuleContext): readonly string[] {
  const text = readTextIfExists(ctx.sys.fs, markPath(ctx)) ?? "";
  return text.split("\n").filter((name) => name !== "");
}

function markPath(ctx: ModuleContext): string {
  return `${ctx.paths.dataDir}/new-users`;
}
