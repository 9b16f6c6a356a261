/** One thing that `install` sees to; `path` is the one on the installed system, without --root. */
export type InstallItem =
  | { readonly kind: "directory"; readonly path: string }
  /** The program itself, or with `source` a file of the runtime that it brings along. */
  | {
      readonly kind: "program";
      readonly path: string;
      /** On the running system. Default: the file that was called. */
      readonly source?: string;
      /** Default 0755. */
      readonly mode?: number;
      /** True: made by the install itself where it lies, so that nothing was there before. */
      readonly isMade?: boolean;
      /** True: made of others of these files, and of no value without them. */
      readonly isDerived?: boolean;
    }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: string;
      readonly mode: number;
      /** True: the user's from the first day on, never written over. */
      readonly isUsers: boolean;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** A link that would run what another link runs already. */
  | { readonly kind: "no-link"; readonly path: string };
