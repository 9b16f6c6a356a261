import { otherNode, type OtherVersion } from "../../scripts/vm/node-runtime.ts";
import { findObstacle } from "../vm/obstacle.ts";
import { requireOrSkip } from "./require-or-skip.ts";

const OTHERS: readonly OtherVersion[] = ["18.20.4", "22.12.0"];

/**
 * [name, executable] of each Node.js that tests run programs on: the one in PATH, the oldest that we
 * support, and one of those for AIX. What cannot be had here is left out, and said. For the top of a
 * file of tests.
 */
export function nodesToTest(): readonly (readonly [name: string, executable: string])[] {
  const nodes: [string, string][] = [];
  const inPath = Bun.which("node");
  if (!requireOrSkip(inPath === null ? 'there is no "node" on this machine' : undefined)) {
    nodes.push(["node", inPath ?? ""]);
  }
  for (const version of OTHERS) {
    const obstacle = findObstacle([], () => {
      nodes.push([`node ${version}`, otherNode(version).path]);
    });
    requireOrSkip(obstacle);
  }
  return nodes;
}
