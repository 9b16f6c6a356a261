/** The command line asks for something that cannot be: told with the command's help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** 2, but where upstream has another one. */
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 2;
  }
}
