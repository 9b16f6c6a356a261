/** Of NAME_MAX (255 bytes on JFS2 and ext4), in characters of up to four bytes. */
const KEPT_NAME_LENGTH_MAX = 50;

const TEMPORARY_NAME = /^\..*\.cloud-init-[0-9a-f]{12}\.tmp$/su;

/** The name of the file that becomes `name` by a rename; `tag` is 12 random hexadecimal digits. */
export function temporaryName(name: string, tag: string): string {
  return `.${[...name].slice(0, KEPT_NAME_LENGTH_MAX).join("")}.cloud-init-${tag}.tmp`;
}

/** Whether `name` is that of a file which a killed run left behind before its rename. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}
