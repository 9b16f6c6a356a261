import { parseInstanceId } from "../instance-id.ts";

/** Where neither the firmware nor IMDS has one. */
const DEFAULT_ID = "iid-AZURE-NODE";

/**
 * The id of a machine in Azure (compat datasources-clouds.md §2.7): the UUID of its firmware, else
 * the one of IMDS. An id that is kept stays where the UUID is the same, or is the same in the other
 * byte order, which firmware has changed between boots.
 */
export function chooseAzureId(given: {
  readonly firmware: string | undefined;
  readonly vmId: string | undefined;
  readonly kept: string | undefined;
}): string {
  const kept = given.kept?.trim();
  for (const candidate of [given.firmware, given.vmId]) {
    const id = candidate?.trim().toLowerCase();
    if (id === undefined || parseInstanceId(id) === undefined) {
      continue;
    }
    const isKept =
      kept !== undefined && (kept.toLowerCase() === id || kept.toLowerCase() === swapUuidBytes(id));
    return isKept && parseInstanceId(kept) === kept ? kept : (parseInstanceId(id) ?? DEFAULT_ID);
  }
  return DEFAULT_ID;
}

/** The first three fields in the other byte order (SMBIOS §7.2.1); other text as it is. */
export function swapUuidBytes(uuid: string): string {
  const fields = uuid.split("-");
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(uuid)) {
    return uuid;
  }
  return fields
    .map((field, index) => (index < 3 ? (field.match(/../gu) ?? []).reverse().join("") : field))
    .join("-");
}
