import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { InstanceTraces, SealFinding, SealStep } from "../seal-adapter.ts";
import { readPhysicalVolumes } from "./physical-volumes.ts";
import { readMapping, renderMapping, VOLUME_GROUP_MAPPING_PATH } from "./volume-group-mapping.ts";

const MODE = 0o644;

/** The mapping file: which disk belongs to which volume group, by PVID, since names of disks differ between machines. */
export function sealVolumeGroups(sys: System, traces: InstanceTraces): SealStep {
  return {
    name: "volume-groups",
    why: "A clone forgets its volume groups at the first boot, and finds them again by this file only",
    async find() {
      const wanted = renderMapping(await readPhysicalVolumes(sys));
      const { entries } = readMapping(wanted);
      const current = readTextIfExists(sys.fs, VOLUME_GROUP_MAPPING_PATH);
      const notice: readonly SealFinding[] =
        entries.length === 0 || traces.listsModule("restore_volume_groups")
          ? []
          : [
              {
                kind: "notice",
                what: 'The module "restore_volume_groups" is in no list of cloud.cfg: a clone has to import its volume groups otherwise',
              },
            ];
      // The tool that came before us also lists free disks: what counts is who belongs where.
      if (keyOf(readMapping(current ?? "").entries) === keyOf(entries)) {
        return notice;
      }
      const names = [...new Set(entries.map(({ volumeGroup }) => volumeGroup))].map((name) => {
        const count = entries.filter(({ volumeGroup }) => volumeGroup === name).length;
        return `${name} (${count} ${count === 1 ? "disk" : "disks"})`;
      });
      const content =
        names.length === 0 ? "there are no volume groups but rootvg" : names.join(", ");
      return [
        {
          kind: "change",
          what: `Write ${VOLUME_GROUP_MAPPING_PATH}: ${content}`,
          apply: () =>
            sys.fs.write(VOLUME_GROUP_MAPPING_PATH, wanted, { mode: MODE, durable: true }),
        },
        ...notice,
      ];
    },
  };
}

function keyOf(
  entries: readonly { readonly volumeGroup: string; readonly pvid: string }[],
): string {
  return entries
    .map(({ volumeGroup, pvid }) => `${volumeGroup} ${pvid}`)
    .sort()
    .join("\n");
}
