import { Type } from "typebox";

/** The schema of `bootcmd` and `runcmd`: lines for the shell, and lists of words. */
export function commandList(description: string) {
  const word = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
  return Type.Array(Type.Union([Type.String(), Type.Array(word), Type.Null()]), { description });
}
