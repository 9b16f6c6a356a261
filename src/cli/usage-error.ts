/** The command line asks for something that cannot be: exit code 2, with the command's help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
