/** A question that has no answer: exit code 1, without the command's help. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}
