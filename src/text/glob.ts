/**
 * Whether the whole text matches a shell pattern (fnmatch(3)): `*`, `?`, `[abc]`, `[a-z]`, `[!a]`. No
 * pattern takes longer than its length times the text's.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = parseTokens(pattern);
  const characters = [...text];
  let token = 0;
  let position = 0;
  let star: { readonly token: number; position: number } | undefined;
  while (position < characters.length) {
    const current = tokens[token];
    if (current === "*") {
      star = { token, position };
      token += 1;
    } else if (current?.(characters[position] ?? "") === true) {
      token += 1;
      position += 1;
    } else if (star !== undefined) {
      // The last star takes one character more.
      star.position += 1;
      token = star.token + 1;
      position = star.position;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "*");
}

type Token = "*" | ((character: string) => boolean);

function parseTokens(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    // A "]" that comes first is a member.
    const first = characters[index + 1] === "!" ? index + 2 : index + 1;
    const end = character === "[" ? characters.indexOf("]", first + 1) : -1;
    if (character === "*") {
      tokens.push("*");
    } else if (character === "?") {
      tokens.push(() => true);
    } else if (end === -1) {
      tokens.push((given) => given === character);
    } else {
      tokens.push(parseSet(characters.slice(first, end), first === index + 2));
      index = end;
    }
  }
  return tokens;
}

function parseSet(members: readonly string[], isNegated: boolean): (character: string) => boolean {
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < members.length; index += 1) {
    const low = members[index] ?? "";
    const high = members[index + 1] === "-" ? members[index + 2] : undefined;
    ranges.push([low, high ?? low]);
    index += high === undefined ? 0 : 2;
  }
  return (given) => ranges.some(([low, high]) => given >= low && given <= high) !== isNegated;
}
