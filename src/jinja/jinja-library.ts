import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";

/** A token of the library's lexer. */
export type JinjaToken = ReturnType<typeof tokenize>[number];

/** A value as the library has it in a running template. */
export type JinjaValue = ReturnType<Interpreter["evaluate"]>;

/** The names of one block of a running template, and of those round it. */
export type JinjaScope = Environment;

/** A statement or expression of the library's syntax tree. */
export interface JinjaNode {
  readonly type: string;
}

/** How nodes are evaluated: `builtIn` is the library's own way, which asks `evaluate` for the nodes inside. */
export interface JinjaEvaluator {
  evaluate(node: JinjaNode, scope: JinjaScope): JinjaValue;
  builtIn(node: JinjaNode | undefined, scope: JinjaScope): JinjaValue;
}

/** The tokens of one tag: `{{ … }}` or `{% … %}`. Throws where it is none. */
export function tokenizeTag(text: string): readonly JinjaToken[] {
  return tokenize(text);
}

/** The syntax tree of a template. Throws where its tokens make none. */
export function parseTokens(tokens: JinjaToken[]): {
  readonly type: string;
  readonly body: JinjaNode[];
} {
  return parse(tokens);
}

/** An evaluator for the top of a template; `evaluate` sees every node before the library does. */
export function createEvaluator(
  scope: JinjaScope,
  evaluate: (node: JinjaNode | undefined, scope: JinjaScope) => JinjaValue,
): JinjaEvaluator {
  const interpreter = new Interpreter(scope);
  const builtIn = interpreter.evaluate.bind(interpreter);
  interpreter.evaluate = evaluate;
  return { builtIn, evaluate };
}

/** A scope with these names. */
export function createScope(variables: Readonly<Record<string, unknown>>): JinjaScope {
  const scope = new Environment();
  for (const [name, value] of Object.entries(variables)) {
    scope.setVariable(name, toValue(value));
  }
  return scope;
}

/** A plain value as the library's: only `set` makes values of its own classes, and each name once. */
export function toValue(plain: unknown): JinjaValue {
  maker ??= new Environment();
  maker.variables.delete("value");
  return maker.set("value", plain);
}

let maker: Environment | undefined;
