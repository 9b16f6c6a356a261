/** A key path as people write it: `networks[2].netmask`. A key with unusual characters is quoted, a long one cut. */
export function formatKeyPath(path: readonly (string | number)[]): string {
  return path.map((step, index) => formatStep(step, index === 0)).join("");
}

const KEY_LENGTH_MAX = 64;

function formatStep(step: string | number, isFirst: boolean): string {
  if (typeof step === "number") {
    return `[${step}]`;
  }
  const key = step.length > KEY_LENGTH_MAX ? `${step.slice(0, KEY_LENGTH_MAX)}…` : step;
  if (!/^[A-Za-z0-9_@:…-]+$/u.test(key)) {
    return `[${JSON.stringify(key)}]`;
  }
  return isFirst ? key : `.${key}`;
}
