import type { System } from "./system.ts";

/**
 * One thing done to the machine: what a renderer returns, a plan lists, the log prints and a test
 * expects. Standard input is not part of it, since secrets go there.
 */
export type Change =
  | {
      readonly kind: "command";
      readonly argv: readonly string[];
      readonly hasStdin: boolean;
      /** "user": a script or command line of the user's. */
      readonly owner: "agent" | "user";
    }
  | {
      readonly kind: "write" | "append";
      readonly path: string;
      readonly content: Uint8Array;
      readonly mode?: number;
      readonly owner?: string;
    }
  | {
      readonly kind: "attributes";
      readonly path: string;
      readonly mode?: number;
      readonly owner?: string;
    }
  | {
      readonly kind: "directory";
      readonly path: string;
      readonly mode?: number;
      readonly owner?: string;
    }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | { readonly kind: "request"; readonly method: string; readonly url: string };

/** Makes the changes in order. Throws at the first that fails. */
export async function applyChanges(sys: System, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    await applyChange(sys, change);
  }
}

async function applyChange(sys: System, change: Change): Promise<void> {
  switch (change.kind) {
    case "command":
      await sys.exec.run(change.argv);
      return;
    case "write":
      sys.fs.write(change.path, change.content, attributesOf(change));
      return;
    case "append":
      sys.fs.append(change.path, change.content, attributesOf(change));
      return;
    case "attributes":
      sys.fs.setAttributes(change.path, attributesOf(change));
      return;
    case "directory":
      sys.fs.makeDirectory(change.path, attributesOf(change));
      return;
    case "remove":
      sys.fs.remove(change.path);
      return;
    case "symlink":
      sys.fs.symlink(change.target, change.path);
      return;
    case "request":
      throw new TypeError(
        `Cannot repeat a request to "${change.url}": a change does not keep its body`,
      );
  }
}

function attributesOf(change: { readonly mode?: number; readonly owner?: string }): {
  mode?: number;
  owner?: string;
} {
  return {
    ...(change.mode === undefined ? {} : { mode: change.mode }),
    ...(change.owner === undefined ? {} : { owner: change.owner }),
  };
}
