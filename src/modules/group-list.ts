import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { type KeyPath, splitNames } from "./user-list.ts";

/** A group to be there, with members to be in it. */
export interface WantedGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly path: KeyPath;
}

/**
 * `groups`: "a,b", a list of names and of mappings `{name: [members]}`, or one mapping. What is said
 * of one group in several places is joined.
 */
export function readGroupList(value: unknown): {
  readonly groups: readonly WantedGroup[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const found: WantedGroup[] = [];
  const collect = (item: unknown, path: KeyPath): void => {
    if (typeof item === "string") {
      found.push(...splitNames(item).map((name) => ({ name, members: [], path })));
    } else if (isMapping(item)) {
      for (const [name, members] of Object.entries(item)) {
        const place = [...path, name];
        found.push({
          name: name.trim(),
          members: readMembers(members, place, problems),
          path: place,
        });
      }
    } else {
      const wanted = 'a name or a mapping of a name to its members ("admins: [root]")';
      problems.push({
        message: `Cannot use a group: expected ${wanted}, got ${describeKind(item)}`,
        path,
      });
    }
  };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collect(item, ["groups", index]);
    }
  } else if (value !== undefined && value !== null) {
    collect(value, ["groups"]);
  }
  const groups = new Map<string, WantedGroup>();
  for (const group of found.filter(({ name }) => name !== "")) {
    const first = groups.get(group.name) ?? group;
    const members = [...new Set([...first.members, ...group.members])];
    groups.set(group.name, { ...first, members });
  }
  return { groups: [...groups.values()], problems };
}

function readMembers(value: unknown, path: KeyPath, problems: Problem[]): readonly string[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (typeof value === "string") {
    return splitNames(value);
  }
  if (!Array.isArray(value)) {
    problems.push({
      message: `Cannot use the members of group "${String(path.at(-1))}": expected a list of names, got ${describeKind(value)}`,
      path,
    });
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    if (typeof item === "string") {
      return splitNames(item);
    }
    problems.push({
      message: `Cannot use a member of group "${String(path.at(-1))}": expected a name, got ${describeKind(item)}`,
      path: [...path, index],
    });
    return [];
  });
}
