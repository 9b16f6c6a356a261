import { inspect } from "node:util";

/** The name of one row's test: `%s` and its like take the values in turn, `$key` one of the row's first. */
export function titleOf(name: string, values: readonly unknown[], index: number): string {
  let next = 0;
  const [first] = values;
  return name
    .replace(/%[%sdifjop#]/gu, (directive) => {
      if (directive === "%%") {
        return "%";
      }
      if (directive === "%#") {
        return String(index);
      }
      const value = values[next];
      next += 1;
      if (directive === "%j") {
        return JSON.stringify(value);
      }
      return typeof value === "string" || directive === "%d" ? String(value) : inspect(value);
    })
    .replace(/\$([A-Za-z_]\w*)/gu, (whole, key: string) =>
      typeof first === "object" && first !== null && key in first
        ? String(Reflect.get(first, key))
        : whole,
    );
}
