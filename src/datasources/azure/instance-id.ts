import { parseInstanceId } from "../instance-id.ts";

/** Where neither the firmware nor IMDS has one. */
const DEFAULT_ID = "iid-AZURE-NODE";

/** The instance that this very machine had in Azure until now. */
export interface KeptAzure {
  readonly id: string;
  /** What IMDS said when that was made. */
  readonly vmId?: string;
}

/**
 * The id of a machine in Azure (compat datasources-clouds.md §2.7): the UUID of its firmware, else
 * the one of IMDS. An id that is kept stays where the UUID is the same, or is the same in the other
 * byte order, which firmware has changed between boots. Whether IMDS answers makes no other instance
 * of a machine whose firmware has none (DECISIONS 6): what it was without that it stays.
 */
export function chooseAzureId(given: {
  readonly firmware: string | undefined;
  readonly vmId: string | undefined;
  readonly kept: string | undefined;
  readonly keptHere?: KeptAzure | undefined;
}): string {
  const kept = given.kept?.trim();
  const hasFirmware = given.firmware !== undefined && parseInstanceId(given.firmware) !== undefined;
  const former = hasFirmware ? undefined : given.keptHere;
  if (former?.id === DEFAULT_ID && isSame(former.vmId, given.vmId)) {
    return DEFAULT_ID;
  }
  for (const candidate of [given.firmware, given.vmId]) {
    const id = candidate?.trim().toLowerCase();
    if (id === undefined || parseInstanceId(id) === undefined) {
      continue;
    }
    const isKept =
      kept !== undefined && (kept.toLowerCase() === id || kept.toLowerCase() === swapUuidBytes(id));
    return isKept && parseInstanceId(kept) === kept ? kept : (parseInstanceId(id) ?? DEFAULT_ID);
  }
  return former?.id ?? DEFAULT_ID;
}

/** What is not known speaks against nothing. */
function isSame(left: string | undefined, right: string | undefined): boolean {
  return (
    left === undefined ||
    right === undefined ||
    left.trim().toLowerCase() === right.trim().toLowerCase()
  );
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
