import type { FileSystem, System } from "../../src/system/system.ts";

/** How the machine dies. */
export interface Death {
  /** The change before which it happens, counted from 0. Commands, files, the agent's own state: all count. */
  readonly beforeChange: number;
  /** A power cut: what was written and not flushed is lost. Else a kill: it stays. */
  readonly losesUnflushed: boolean;
}

/** What the agent's calls end with from the moment it is dead. */
export class KilledError extends Error {
  override readonly name = "KilledError";
}

/**
 * `base`, where at one of the changes everything stops: that call and all that follow throw, so
 * that no `catch` and no `finally` of the agent's does anything more, as after kill -9 or a power
 * cut.
 */
export function killSystem(
  base: System,
  death: Death,
): { readonly system: System; readonly changeCount: () => number } {
  let count = 0;
  const undo = createUndo(base.fs);
  const step = (): void => {
    if (count === death.beforeChange && death.losesUnflushed) {
      undo.rollBack();
    }
    count += count > death.beforeChange ? 0 : 1;
    refuseWhenDead();
  };
  const refuseWhenDead = (): void => {
    if (count > death.beforeChange) {
      throw new KilledError("killed");
    }
  };
  const fs: FileSystem = {
    ...readsOf(base.fs, refuseWhenDead),
    write(path, content, options) {
      step();
      undo.remember(path);
      base.fs.write(path, content, options);
      if (options?.durable === true) {
        undo.forget(path);
      }
    },
    append(path, content, options) {
      step();
      undo.remember(path);
      base.fs.append(path, content, options);
    },
    setAttributes(path, attributes) {
      step();
      base.fs.setAttributes(path, attributes);
    },
    makeDirectory(path, options) {
      step();
      base.fs.makeDirectory(path, options);
    },
    symlink(target, path) {
      step();
      base.fs.symlink(target, path);
    },
    remove(path) {
      step();
      base.fs.remove(path);
    },
    flush() {
      refuseWhenDead();
      undo.clear();
      base.fs.flush();
    },
  };
  const system: System = {
    ...base,
    fs,
    exec: {
      async query(argv, options) {
        refuseWhenDead();
        return base.exec.query(argv, options);
      },
      async run(argv, options) {
        step();
        return base.exec.run(argv, options);
      },
    },
    output: {
      ...base.output,
      write(stream, text) {
        refuseWhenDead();
        base.output.write(stream, text);
      },
    },
  };
  return { system, changeCount: () => count };
}

function readsOf(base: FileSystem, check: () => void): FileSystem {
  const checked =
    <A extends readonly unknown[], R>(read: (...args: A) => R) =>
    (...args: A): R => {
      check();
      return read(...args);
    };
  return {
    ...base,
    readBytes: checked(base.readBytes),
    readBytesIfExists: checked(base.readBytesIfExists),
    stat: checked(base.stat),
    readLink: checked(base.readLink),
    list: checked(base.list),
    open: checked(base.open),
  };
}

/** The files as they were when last they were sure to be on disk. */
function createUndo(fs: FileSystem): {
  remember(path: string): void;
  forget(path: string): void;
  clear(): void;
  rollBack(): void;
} {
  const before = new Map<string, () => void>();
  return {
    remember(path) {
      if (before.has(path)) {
        return;
      }
      const stat = fs.stat(path);
      if (stat?.kind === "file") {
        const content = fs.readBytes(path);
        const { mode, uid, gid } = stat;
        before.set(path, () => {
          fs.write(path, content, { mode, owner: `${uid}:${gid}` });
        });
      } else if (stat === undefined) {
        before.set(path, () => {
          fs.remove(path);
        });
      }
    },
    forget: (path) => before.delete(path),
    clear: () => {
      before.clear();
    },
    rollBack() {
      for (const restore of before.values()) {
        restore();
      }
    },
  };
}
