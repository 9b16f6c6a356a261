/** One thing that `install` sees to; `path` is the one on the installed system, without --root. */
export type InstallItem =
  | { readonly kind: "directory"; readonly path: string }
  /** The program itself. */
  | { readonly kind: "program"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: string;
      readonly mode: number;
      /** True: the user's from the first day on, never written over. */
      readonly isUsers: boolean;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string };
