/** `path` below `base`, with one slash between. */
export function joinUrl(base: string, path: string): string {
  return `${base.replace(/\/+$/u, "")}/${path.replace(/^\/+/u, "")}`;
}
