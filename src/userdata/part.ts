/** One piece of user-data or vendor-data after all unpacking. */
export interface Part {
  /** Lower case, without parameters: "text/cloud-config". */
  readonly contentType: string;
  /** As given, or "part-001"; not yet safe as a file name. */
  readonly filename: string;
  readonly content: Uint8Array;
  /** Header names in lower case, e.g. "merge-type", "launch-index". */
  readonly headers: Readonly<Record<string, string>>;
}

/** Whose data it is: decides which files it ends up in. */
export type Origin = "user" | "vendor" | "vendor2";

/** "user-data", "vendor-data", "vendor-data2": as messages and the ledger name it. */
export function originName(origin: Origin): string {
  switch (origin) {
    case "user":
      return "user-data";
    case "vendor":
      return "vendor-data";
    case "vendor2":
      return "vendor-data2";
  }
}
