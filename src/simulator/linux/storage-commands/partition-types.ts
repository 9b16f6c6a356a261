import { LINUX_GUID } from "../partition-table.ts";
import type { PartitionTable } from "../storage.ts";

const SWAP_GUID = "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F";
const EFI_GUID = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
const BIOS_GUID = "21686148-6449-6E6F-744E-656564454649";
const LVM_GUID = "E6D6D379-F507-44C2-A23C-238F2A3DF928";
const RAID_GUID = "A19D880F-05FC-4D3B-A006-743F0F84911E";
const PREP_GUID = "9E1A2D38-C612-4316-AA26-8B49521E5A8B";

/** Short-cuts and aliases of sfdisk(8): MBR, GPT. */
const ALIASES: Readonly<Record<string, readonly [string, string]>> = {
  L: ["83", LINUX_GUID],
  linux: ["83", LINUX_GUID],
  S: ["82", SWAP_GUID],
  swap: ["82", SWAP_GUID],
  U: ["ef", EFI_GUID],
  uefi: ["ef", EFI_GUID],
  V: ["8e", LVM_GUID],
  lvm: ["8e", LVM_GUID],
  R: ["fd", RAID_GUID],
  raid: ["fd", RAID_GUID],
  E: ["5", ""],
  extended: ["5", ""],
};
/** Codes of sgdisk(8). */
const CODES: Readonly<Record<string, string>> = {
  "8300": LINUX_GUID,
  "8200": SWAP_GUID,
  "8E00": LVM_GUID,
  EF00: EFI_GUID,
  EF02: BIOS_GUID,
  FD00: RAID_GUID,
  "4100": PREP_GUID,
};

/** sfdisk's type of a partition: what it cannot read becomes "0" on MBR; undefined on GPT, where it refuses. */
export function parsePartitionType(
  table: PartitionTable["type"],
  text: string | undefined,
): string | undefined {
  if (text === undefined) {
    return table === "gpt" ? LINUX_GUID : "83";
  }
  const alias = Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined;
  if (table === "dos") {
    const code = text
      .replace(/^0x/iu, "")
      .toLowerCase()
      .replace(/^0(?=.)/u, "");
    return alias?.[0] ?? (/^[0-9a-f]{1,2}$/u.test(code) ? code : "0");
  }
  if (alias !== undefined && alias[1] !== "") {
    return alias[1];
  }
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text)
    ? text.toUpperCase()
    : undefined;
}

/** sgdisk's type: a code of four digits or a GUID. */
export function parseTypeCode(text: string): string | undefined {
  const code = text.toUpperCase();
  return Object.hasOwn(CODES, code)
    ? CODES[code]
    : /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/u.test(code)
      ? code
      : undefined;
}

/** The code that sgdisk prints for a GUID. */
export function typeCodeOf(guid: string): string {
  return Object.entries(CODES).find(([, each]) => each === guid)?.[0] ?? "FFFF";
}
