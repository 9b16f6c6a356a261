import { isMapping } from "../config/cloud-config.ts";

const NAME_COUNT_MAX = 100;
/** A name or a path of a device, nothing that could be an option or another line. */
const DEVICE =
  /^(?:[A-Za-z][\w.-]{0,63}|(?:\/[\w.:+@-]{1,128}){1,8}|(?:PART)?(?:LABEL|UUID)=[\w.-]{1,64})$/u;

/**
 * Devices by the names that the cloud gives them (EC2's `block-device-mapping`, which OpenStack has
 * too: `ephemeral0: sdb`), and by those of the user's `device_aliases`, which win. What is no name of
 * a device is left out.
 */
export function readDeviceNames(
  metadata: Readonly<Record<string, unknown>>,
  aliases: unknown,
): ReadonlyMap<string, string> {
  const ec2 = metadata["ec2-metadata"] ?? metadata["ec2_metadata"];
  const mapping =
    metadata["block-device-mapping"] ?? (isMapping(ec2) ? ec2["block-device-mapping"] : undefined);
  const names = new Map<string, string>();
  for (const source of [mapping, aliases]) {
    const entries = isMapping(source) ? Object.entries(source) : [];
    for (const [name, device] of entries.slice(0, NAME_COUNT_MAX)) {
      if (typeof device === "string" && DEVICE.test(device)) {
        names.set(name, device);
      }
    }
  }
  return names;
}
