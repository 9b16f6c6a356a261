// The drives that the boots of the bench are deployed from, beside the sample drive.
import { buildDrive } from "../../test/support/sample-machine.ts";

/** A little of everything that needs no user: what both cloud-inits do in the same way. */
export const LIGHT_USER_DATA = `#cloud-config
bootcmd:
  - echo boot
write_files:
  - path: /etc/bench.conf
    permissions: "0640"
    content: a=1
runcmd:
  - echo run
`;

/** One static adapter. */
export function lightDrive(): Uint8Array {
  return buildDrive({ userData: LIGHT_USER_DATA });
}

/** One static adapter, and user-data that writes many files. `sizeBytes` is the user-data's. */
export function manyFilesDrive(count: number): {
  readonly image: Uint8Array;
  readonly sizeBytes: number;
} {
  const entries = Array.from(
    { length: count },
    (_, index) => `- path: /opt/data/dir${index % 100}/file-${index}.conf
  permissions: "0644"
  owner: root:system
  content: |
    line one of file ${index}
    key = value ${index} abcdefghijklmnopqrstuvwxyz 0123456789
`,
  );
  const userData = `#cloud-config\nwrite_files:\n${entries.join("")}`;
  return { image: buildDrive({ userData }), sizeBytes: userData.length };
}
