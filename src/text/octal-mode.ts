/** Permission bits as chmod(1) takes them: "0644", "1777". */
export function octalMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
