import { textOf } from "../text/text-of.ts";
import { findFilter } from "./filters.ts";
import {
  createEvaluator,
  createScope,
  type JinjaEvaluator,
  type JinjaNode,
  type JinjaScope as Scope,
  type JinjaValue as Value,
  toValue,
} from "./jinja-library.ts";
import { isNode, memberOf } from "./jinja-program.ts";
import {
  isEqual,
  isUndefined,
  textLength,
  textOfValue,
  toIterable,
  toPlain,
} from "./jinja-value.ts";

/** Printed for a name that has no value, as cloud-init does (compat userdata.md §6.6). */
export const MISSING_PREFIX = "CI_MISSING_JINJA_VAR/";

/** More nodes than this in one run: a loop without end. A turn of a loop counts for more: it costs more. */
const STEPS_MAX = 1_000_000;
const STEPS_OF_TURN = 10;
/** Longest text that a template may make, in all or in one value. */
export const RENDERED_LENGTH_MAX = 32 * 1024 * 1024;
const RANGE_LENGTH_MAX = 100_000;

/**
 * Runs a parsed template: plain data goes in, text comes out, and nothing else of the program can be
 * reached. Python's ways where the library differs: how values print, what an unknown name does,
 * comparison. Throws an Error whose message says what is wrong, in the template's own names.
 */
export function runJinja(
  program: JinjaNode,
  variables: Readonly<Record<string, unknown>>,
): { readonly text: string; readonly missingNames: readonly string[] } {
  const scope = createScope({ ...variables, ...CONSTANTS });
  const missingNames = new Set<string>();
  const evaluator = createEvaluator(scope, (node, inner) => {
    run.steps += node?.type === "Tick" ? STEPS_OF_TURN : 1;
    if (run.steps > STEPS_MAX) {
      throw new RangeError(`it takes more than ${STEPS_MAX} steps`);
    }
    const value = node === undefined ? run.builtIn(node, inner) : evaluateNode(run, node, inner);
    checkLength(textLength(value));
    return value;
  });
  const run: Run = { ...evaluator, missingNames, steps: 0, printed: 0 };
  const text = textOfValue(run.evaluate(program, scope));
  return { text, missingNames: [...missingNames] };
}

interface Run extends JinjaEvaluator {
  readonly missingNames: Set<string>;
  steps: number;
  printed: number;
}

const CONSTANTS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range: createRange,
};

function evaluateNode(run: Run, node: JinjaNode, scope: Scope): Value {
  switch (node.type) {
    case "Value":
      return (node as ValueNode).value;
    case "Tick":
      return toValue(null);
    case "Output":
      return print(run, textToPrint(run, child(node, "expression"), scope));
    case "StringLiteral":
      return print(run, run.builtIn(node, scope));
    case "Iterable":
      return toIterable(run.evaluate(child(node, "expression"), scope));
    case "MemberExpression":
      return evaluateMember(run, node, scope);
    case "BinaryExpression":
      return evaluateBinary(run, node, scope);
    case "FilterExpression":
      return evaluateFilter(run, node, scope);
    case "CallExpression":
      return evaluateCall(run, node, scope);
    default:
      return run.builtIn(node, scope);
  }
}

interface ValueNode extends JinjaNode {
  readonly type: "Value";
  readonly value: Value;
}

/** A node whose value is known already, so that nothing is evaluated twice. */
function known(value: Value): ValueNode {
  return { type: "Value", value };
}

function child(node: JinjaNode, name: string): JinjaNode {
  const found = memberOf(node, name);
  if (!isNode(found)) {
    throw new TypeError(`Cannot use "${node.type}" here`);
  }
  return found;
}

function print(run: Run, value: Value): Value {
  run.printed += textLength(value);
  checkLength(run.printed);
  return value;
}

function checkLength(length: number): void {
  if (length > RENDERED_LENGTH_MAX) {
    throw new RangeError(`it makes a text of more than ${RENDERED_LENGTH_MAX} characters`);
  }
}

function textToPrint(run: Run, node: JinjaNode, scope: Scope): Value {
  const value = run.evaluate(node, scope);
  return isUndefined(value) ? missingText(run, node) : toValue(textOfValue(value));
}

/** What stands for an unknown name; an `if` without `else` that does not hold is no name, and empty. */
function missingText(run: Run, node: JinjaNode): Value {
  const name = nameOf(node);
  if (name === undefined) {
    return toValue("");
  }
  run.missingNames.add(name);
  return toValue(`${MISSING_PREFIX}${name}`);
}

function nameOf(node: JinjaNode): string | undefined {
  switch (node.type) {
    case "Identifier": {
      const name = memberOf(node, "value");
      return typeof name === "string" ? name : undefined;
    }
    case "MemberExpression": {
      const name = memberOf(child(node, "property"), "value");
      return typeof name === "string" || typeof name === "number" ? String(name) : undefined;
    }
    case "FilterExpression":
      return nameOf(child(node, "operand"));
    default:
      return undefined;
  }
}

function evaluateMember(run: Run, node: JinjaNode, scope: Scope): Value {
  const owner = child(node, "object");
  const object = run.evaluate(owner, scope);
  if (isUndefined(object)) {
    throw new ReferenceError(`'${nameOf(owner) ?? "value"}' is undefined`);
  }
  return run.builtIn({ ...node, object: known(object) } as JinjaNode, scope);
}

function evaluateBinary(run: Run, node: JinjaNode, scope: Scope): Value {
  const operator = memberOf(child(node, "operator"), "value");
  if (operator === "and" || operator === "or") {
    return run.builtIn(node, scope);
  }
  const [leftNode, rightNode] = [child(node, "left"), child(node, "right")];
  const left = run.evaluate(leftNode, scope);
  const right = run.evaluate(rightNode, scope);
  switch (operator) {
    case "==":
      return toValue(isEqual(left, right));
    case "!=":
      return toValue(!isEqual(left, right));
    case "~":
      return toValue(
        [textOrMissing(run, leftNode, left), textOrMissing(run, rightNode, right)].join(""),
      );
    default:
      break;
  }
  if (operator === "-" && isUndefined(left)) {
    throw new ReferenceError(subtractionHint(leftNode, rightNode));
  }
  const undefinedNode = isUndefined(left) ? leftNode : isUndefined(right) ? rightNode : undefined;
  if (undefinedNode !== undefined && operator !== "in" && operator !== "not in") {
    throw new ReferenceError(`'${nameOf(undefinedNode) ?? "value"}' is undefined`);
  }
  const [a, b] = [toPlain(left), toPlain(right)];
  if (typeof a === "string" && typeof b === "string" && /^[<>]=?$/u.test(String(operator))) {
    return toValue(compare(String(operator), a, b));
  }
  return run.builtIn({ ...node, left: known(left), right: known(right) } as JinjaNode, scope);
}

/** `{{ local-hostname }}` is a subtraction to Jinja; the alias with "_" is what was meant. */
function subtractionHint(left: JinjaNode, right: JinjaNode): string {
  const written = `${nameOf(left) ?? "value"}-${nameOf(right) ?? "value"}`;
  return `Undefined jinja variable: "${written}". Jinja tried subtraction. Perhaps you meant "${written.replaceAll("-", "_")}"?`;
}

function compare(operator: string, a: string, b: string): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    default:
      return a >= b;
  }
}

function textOrMissing(run: Run, node: JinjaNode, value: Value): string {
  return textOfValue(isUndefined(value) ? missingText(run, node) : value);
}

function evaluateFilter(run: Run, node: JinjaNode, scope: Scope): Value {
  const operandNode = child(node, "operand");
  let operand = run.evaluate(operandNode, scope);
  const filter = normalFilter(child(node, "filter"));
  const isDefault = filter.name === "default";
  if (isUndefined(operand) && !isDefault) {
    operand = missingText(run, operandNode);
  }
  const args = filter.args.map((argument) => evaluateArgument(run, argument, scope));
  const own = findFilter(filter.name);
  const isPlainCall = args.every((argument) => argument.type === "Value");
  if (own !== undefined && isPlainCall) {
    const values = args.map((argument) => toPlain((argument as ValueNode).value));
    return toValue(own(toPlain(operand), values));
  }
  checkGrowth(operand, args);
  const call =
    filter.args.length === 0 && !isDefault
      ? { type: "Identifier", value: filter.name }
      : { type: "CallExpression", callee: { type: "Identifier", value: filter.name }, args };
  return run.builtIn({ ...node, operand: known(operand), filter: call } as JinjaNode, scope);
}

/** `x|d("y")` is `x|default("y")`. */
function normalFilter(filter: JinjaNode): {
  readonly name: string;
  readonly args: readonly JinjaNode[];
} {
  const isCall = filter.type === "CallExpression";
  const written = memberOf(isCall ? child(filter, "callee") : filter, "value");
  const args = isCall ? memberOf(filter, "args") : [];
  return {
    name: written === "d" ? "default" : String(written),
    args: Array.isArray(args) ? args.filter(isNode) : [],
  };
}

/** Arguments by position are evaluated here; those by name stay nodes. */
function evaluateArgument(run: Run, node: JinjaNode, scope: Scope): JinjaNode {
  const isByPosition = !/^(?:Keyword.*|Spread)Expression$/u.test(node.type);
  return isByPosition ? known(run.evaluate(node, scope)) : node;
}

/** What repeats or replaces can make a text as long as the product of two. */
function checkGrowth(operand: Value, args: readonly JinjaNode[]): void {
  const factors = args.map((argument) => {
    const value = argument.type === "Value" ? (argument as ValueNode).value.value : 0;
    return typeof value === "number"
      ? Math.abs(value)
      : typeof value === "string"
        ? value.length
        : 0;
  });
  checkLength(textLength(operand) * Math.max(1, ...factors));
}

function evaluateCall(run: Run, node: JinjaNode, scope: Scope): Value {
  const callee = child(node, "callee");
  const args = memberOf(node, "args");
  if (callee.type !== "MemberExpression" || memberOf(callee, "computed") !== false) {
    return run.builtIn(node, scope);
  }
  const object = run.evaluate(child(callee, "object"), scope);
  if (isUndefined(object)) {
    throw new ReferenceError(`'${nameOf(child(callee, "object")) ?? "value"}' is undefined`);
  }
  const given = (Array.isArray(args) ? args.filter(isNode) : []).map((argument) =>
    evaluateArgument(run, argument, scope),
  );
  checkGrowth(object, given);
  const method = memberOf(child(callee, "property"), "value");
  const first = given[0]?.type === "Value" ? (given[0] as ValueNode).value : undefined;
  if (first !== undefined && method === "append" && Array.isArray(object.value)) {
    object.value.push(first);
    return toValue(null);
  }
  if (first !== undefined && method === "join" && typeof object.value === "string") {
    const items = toPlain(first);
    return toValue(Array.isArray(items) ? items.map(textOf).join(object.value) : textOf(items));
  }
  const bound = { ...callee, object: known(object) };
  return run.builtIn({ ...node, callee: bound, args: given } as JinjaNode, scope);
}

/** As Python's range(); at most 100,000 numbers, as Jinja's sandbox has it. */
function createRange(...limits: readonly unknown[]): readonly number[] {
  const numbers = limits.filter((limit) => typeof limit === "number");
  const [first = 0, second, step = 1] = numbers;
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (step === 0 || numbers.length !== limits.length || numbers.length === 0) {
    throw new RangeError("range() needs one to three numbers, the last of which is not 0");
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > RANGE_LENGTH_MAX) {
    throw new RangeError(`range() is longer than ${RANGE_LENGTH_MAX}`);
  }
  return Array.from({ length }, (_, index) => from + index * step);
}
