/** A route command of a `post-up` or `pre-down` line, as text that is still to be checked. */
export type RouteCommand =
  | { readonly verb: "delete" }
  | {
      readonly verb: "add";
      /** "default", "A" or "A/prefix". */
      readonly destination: string;
      readonly mask?: string;
      readonly gateway: string;
      readonly metric?: string;
    };

/**
 * The few spellings that clouds use, of iproute2's `ip route` and net-tools' `route` (compat
 * network.md §1.4). Undefined for every other command: nothing is ever run.
 */
export function parseRouteCommand(words: readonly string[]): RouteCommand | undefined {
  const [program = "", ...args] = withoutOrTrue(words);
  const tool = /^(?:\/(?:usr\/)?s?bin\/)?(ip|route)$/u.exec(program)?.[1];
  return tool === "ip" ? parseIpRoute(args) : tool === "route" ? parseRoute(args) : undefined;
}

/** "… || true" only says that a failure does not matter. */
function withoutOrTrue(words: readonly string[]): readonly string[] {
  const isTolerant = words.at(-2) === "||" && (words.at(-1) === "true" || words.at(-1) === ":");
  return isTolerant ? words.slice(0, -2) : words;
}

const VERBS: ReadonlyMap<string, RouteCommand["verb"]> = new Map([
  ["add", "add"],
  ["append", "add"],
  ["replace", "add"],
  ["del", "delete"],
  ["delete", "delete"],
]);

/** `[-4|-6] route add|replace|append DEST via GW [dev IF] [metric N]`, the pairs in any order. */
function parseIpRoute(args: readonly string[]): RouteCommand | undefined {
  const [first = ""] = args;
  const [object, verbText = "", destination, ...rest] = /^-[46]$/u.test(first)
    ? args.slice(1)
    : args;
  const verb = VERBS.get(verbText);
  if ((object !== "route" && object !== "r" && object !== "ro") || verb === undefined) {
    return undefined;
  }
  const pairs = readPairs(rest, ["via", "dev", "metric"]);
  if (destination === undefined || pairs === undefined) {
    return undefined;
  }
  return verb === "delete" ? { verb } : addCommand(destination, pairs.get("via"), pairs);
}

/** `[-A inet6] add [-net|-host] DEST [netmask M] gw GW [metric N] [[dev] IF]`. */
function parseRoute(args: readonly string[]): RouteCommand | undefined {
  const words = withoutFamily(args);
  const [verbText = "", ...afterVerb] = words;
  const verb = VERBS.get(verbText);
  if (verb === undefined || verbText === "append" || verbText === "replace") {
    return undefined;
  }
  const kind = afterVerb[0] === "-net" || afterVerb[0] === "-host" ? afterVerb[0] : undefined;
  const [destination, ...rest] = kind === undefined ? afterVerb : afterVerb.slice(1);
  // A last word without its "dev" is the interface.
  const pairs = readPairs(rest.length % 2 === 1 ? rest.slice(0, -1) : rest, [
    "netmask",
    "gw",
    "metric",
    "dev",
  ]);
  if (destination === undefined || pairs === undefined) {
    return undefined;
  }
  if (verb === "delete") {
    return { verb };
  }
  const mask = pairs.get("netmask");
  const isWithoutMask = mask === undefined && !destination.includes("/");
  // Without a mask route(8) guesses one from the address class of old.
  if (kind === "-net" && isWithoutMask && destination !== "default") {
    return undefined;
  }
  return addCommand(destination, pairs.get("gw"), pairs);
}

function withoutFamily(args: readonly string[]): readonly string[] {
  const isPair = (index: number): boolean =>
    args[index] === "-A" && /^inet6?$/u.test(args[index + 1] ?? "");
  return args.filter(
    (word, index) => !isPair(index) && !isPair(index - 1) && !/^(?:-6|-4|--inet6?)$/u.test(word),
  );
}

function addCommand(
  destination: string,
  gateway: string | undefined,
  pairs: ReadonlyMap<string, string>,
): RouteCommand | undefined {
  const mask = pairs.get("netmask");
  const metric = pairs.get("metric");
  if (gateway === undefined) {
    return undefined;
  }
  return {
    verb: "add",
    destination,
    gateway,
    ...(mask === undefined ? {} : { mask }),
    ...(metric === undefined ? {} : { metric }),
  };
}

function readPairs(
  words: readonly string[],
  keys: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) {
    const key = words[index] ?? "";
    const value = words[index + 1];
    if (!keys.includes(key) || value === undefined || pairs.has(key)) {
      return undefined;
    }
    pairs.set(key, value);
  }
  return pairs;
}
