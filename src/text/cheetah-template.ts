import {
  CheetahError,
  type CheetahNode,
  type Condition,
  parseCheetah,
  type Placeholder,
} from "./cheetah-parser.ts";
import { textOf } from "./text-of.ts";

/** A rendered text, or what is wrong with the template. */
export type RenderedCheetah =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string; readonly line: number };

/** Longer templates are refused. */
const TEMPLATE_LENGTH_MAX = 1024 * 1024;
/** Loops over long lists must not fill the memory. */
const OUTPUT_LENGTH_MAX = 8 * 1024 * 1024;

/**
 * Renders a template in the subset of Cheetah that the templates of IBM's port use (`parseCheetah`).
 * Values become text as in Python, None becomes nothing; a name without a value is an error.
 */
export function renderCheetah(
  template: string,
  variables: Readonly<Record<string, unknown>>,
): RenderedCheetah {
  if (template.length > TEMPLATE_LENGTH_MAX) {
    const reason = `it has ${template.length} characters, ${TEMPLATE_LENGTH_MAX} are the most that are read`;
    return { ok: false, reason, line: 1 };
  }
  try {
    const output: Output = { parts: [], length: 0 };
    renderNodes(parseCheetah(template), variables, output);
    return { ok: true, text: output.parts.join("") };
  } catch (error) {
    if (error instanceof CheetahError) {
      return { ok: false, reason: error.message, line: error.line };
    }
    throw error;
  }
}

type Variables = Readonly<Record<string, unknown>>;

interface Output {
  readonly parts: string[];
  length: number;
}

function renderNodes(nodes: readonly CheetahNode[], variables: Variables, output: Output): void {
  for (const node of nodes) {
    switch (node.kind) {
      case "text":
        write(output, node.text, 1);
        break;
      case "value": {
        const value = lookUp(node.value, variables);
        write(output, value === null || value === undefined ? "" : textOf(value), node.value.line);
        break;
      }
      case "if": {
        const branch = node.branches.find(
          ({ condition }) => condition === undefined || isMet(condition, variables),
        );
        renderNodes(branch?.body ?? [], variables, output);
        break;
      }
      case "for":
        for (const values of itemsOf(lookUp(node.list, variables), node)) {
          const own = node.names.map((name, index) => [name, values[index]] as const);
          renderNodes(node.body, { ...variables, ...Object.fromEntries(own) }, output);
        }
        break;
    }
  }
}

function write(output: Output, text: string, line: number): void {
  output.length += text.length;
  if (output.length > OUTPUT_LENGTH_MAX) {
    throw new CheetahError(`Its text gets longer than ${OUTPUT_LENGTH_MAX} characters`, line);
  }
  output.parts.push(text);
}

/** The values of the loop's names, one set for each turn. */
function itemsOf(
  value: unknown,
  node: Extract<CheetahNode, { kind: "for" }>,
): readonly (readonly unknown[])[] {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (node.names.length === 2 && isMap) {
    return Object.entries(value);
  }
  if (node.names.length === 1 && isMap) {
    return Object.keys(value).map((key) => [key]);
  }
  if (node.names.length === 1 && Array.isArray(value)) {
    return value.map((item: unknown) => [item]);
  }
  const expected = node.names.length === 2 ? "a mapping" : "a list";
  throw new CheetahError(
    `Cannot loop over "$${describe(node.list)}": expected ${expected}`,
    node.list.line,
  );
}

function isMet(condition: Condition, variables: Variables): boolean {
  switch (condition.kind) {
    case "value":
      return isTruthy(lookUp(condition.value, variables));
    case "exists":
      return Object.hasOwn(variables, condition.name);
    case "not":
      return !isMet(condition.of, variables);
    case "and":
      return condition.of.every((each) => isMet(each, variables));
    case "or":
      return condition.of.some((each) => isMet(each, variables));
  }
}

/** As Python has it: empty is false. */
function isTruthy(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.keys(value).length > 0;
  }
  return value !== undefined && value !== null && value !== "" && value !== 0 && value !== false;
}

function lookUp(placeholder: Placeholder, variables: Variables): unknown {
  let current: unknown = variables;
  for (const step of placeholder.steps) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) {
      throw new CheetahError(`"$${describe(placeholder)}" is not known`, placeholder.line);
    }
    current = (current as Readonly<Record<string, unknown>>)[step];
  }
  return current;
}

function describe({ steps }: Placeholder): string {
  return steps.join(".");
}
