import { textOf } from "./text-of.ts";

/** A rendered text, or the first name in the template that has no value. */
export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missingName: string };

const PLACEHOLDER = /\$(?:\{([A-Za-z0-9_.]+)\}|([A-Za-z0-9_.]+))/gu;

/**
 * cloud-init's "basic" templates (compat config.md §9.5): `$name` and `${name}`, where dots lead
 * into mappings: `${v1.region}`. A bare name may end a sentence: in `$datasource.` the full stop is
 * text. Values become text as in Python.
 */
export function renderBasicTemplate(
  template: string,
  variables: Readonly<Record<string, unknown>>,
): Rendered {
  let missingName: string | undefined;
  const text = template.replace(PLACEHOLDER, (whole, braced?: string, bare?: string) => {
    const written = braced ?? bare ?? "";
    const name = braced ?? written.replace(/\.+$/u, "");
    const found = lookUp(variables, name);
    if (found !== undefined) {
      return `${textOf(found.value)}${written.slice(name.length)}`;
    }
    missingName ??= written;
    return whole;
  });
  return missingName === undefined ? { ok: true, text } : { ok: false, missingName };
}

function lookUp(
  variables: Readonly<Record<string, unknown>>,
  name: string,
): { readonly value: unknown } | undefined {
  let current: unknown = variables;
  for (const step of name.split(".")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) {
      return undefined;
    }
    current = (current as Readonly<Record<string, unknown>>)[step];
  }
  return { value: current };
}
