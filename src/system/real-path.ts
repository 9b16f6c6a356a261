import type { FileSystem } from "./system.ts";

const LINK_COUNT_MAX = 40;

/**
 * Where an absolute path leads once the links in it are followed, as realpath(3); what is not there
 * stays as it is written. Undefined where links go round in a circle.
 */
export function realPath(fs: FileSystem, path: string): string | undefined {
  const rest = path.split("/");
  const place: string[] = [];
  let linkCount = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "" || name === ".") {
      continue;
    }
    if (name === "..") {
      place.pop();
      continue;
    }
    const target = fs.readLink(`/${[...place, name].join("/")}`);
    if (target === undefined) {
      place.push(name);
      continue;
    }
    linkCount += 1;
    if (linkCount > LINK_COUNT_MAX) {
      return undefined;
    }
    if (target.startsWith("/")) {
      place.length = 0;
    }
    rest.unshift(...target.split("/"));
  }
  return `/${place.join("/")}`;
}
