import fs from "node:fs";
import type { AixMachine } from "../../src/simulator/aix/machine.ts";
import { MEDIA_DIRECTORY } from "./root-paths.ts";

/** Makes /dev show those optical drives that are Available and have a disc, and no others. */
export function syncDriveNodes(root: string, machine: AixMachine): void {
  const names = fs
    .readdirSync(root + MEDIA_DIRECTORY)
    .filter((name) => name.endsWith(".node"))
    .map((name) => name.slice(0, -".node".length));
  for (const name of names) {
    const isAvailable = machine.devices.some(
      (device) => device.name === name && device.status === "Available",
    );
    for (const node of [`${root}/dev/${name}`, `${root}/dev/r${name}`]) {
      if (isAvailable && !fs.existsSync(node)) {
        fs.linkSync(`${root}${MEDIA_DIRECTORY}/${name}.node`, node);
      } else if (!isAvailable) {
        fs.rmSync(node, { force: true });
      }
    }
  }
}
