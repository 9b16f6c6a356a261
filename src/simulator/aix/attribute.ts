/** One predefined attribute, class PdAt: what a device of some type can be asked and told. */
export interface PredefinedAttribute {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  /** "True+": also while the device is in use, with `chdev -U`. */
  readonly settable: "True" | "False" | "True+";
  /** What is accepted. Absent: any text. */
  readonly legal?: LegalValues;
  /** Each chdev adds a value. */
  readonly isMultiple?: boolean;
  /** Can be given to chdev, cannot be read: delroute, delalias4, … */
  readonly isWriteOnly?: boolean;
}

/** A list, a range, or a form that a text must have. */
export type LegalValues =
  | { readonly kind: "list"; readonly values: readonly string[] }
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "form"; readonly pattern: RegExp };

/** Whether a value is one that the attribute accepts. Quotes never are: nobody strips them. */
export function isLegalValue(definition: PredefinedAttribute, value: string): boolean {
  if (/["'`]/u.test(value)) {
    return false;
  }
  const legal = definition.legal;
  switch (legal?.kind) {
    case undefined:
      return true;
    case "list":
      return legal.values.includes(value);
    case "range":
      return /^\d+$/u.test(value) && Number(value) >= legal.min && Number(value) <= legal.max;
    case "form":
      return legal.pattern.test(value);
  }
}

/** A predefined attribute with everything said in order. */
export function attribute(
  name: string,
  value: string,
  description: string,
  settable: PredefinedAttribute["settable"] = "True",
  more: Pick<PredefinedAttribute, "legal" | "isMultiple" | "isWriteOnly"> = {},
): PredefinedAttribute {
  return { name, value, description, settable, ...more };
}

/** Legal values that are a list. */
export function oneOf(...values: readonly string[]): { readonly legal: LegalValues } {
  return { legal: { kind: "list", values } };
}

/** Legal values that are whole numbers of a range. */
export function between(min: number, max: number): { readonly legal: LegalValues } {
  return { legal: { kind: "range", min, max } };
}

/** Legal values that have a form. */
export function form(pattern: RegExp): { readonly legal: LegalValues } {
  return { legal: { kind: "form", pattern } };
}
