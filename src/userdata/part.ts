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
