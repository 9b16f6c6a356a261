import { isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { InstanceTraces, SealFinding, SealStep } from "../seal-adapter.ts";
import { sealRemovals } from "./seal-removals.ts";

const SSH_DIRECTORY = "/etc/ssh";

/** Host keys with their public halves and certificates; the module `ssh` makes new ones for the next instance. */
export function sealHostKeys({ fs }: System, traces: InstanceTraces): SealStep {
  return {
    name: "ssh-host-keys",
    why: "With the same keys each clone can pose as any other",
    async find() {
      const names = isDirectory(fs, SSH_DIRECTORY) ? fs.list(SSH_DIRECTORY) : [];
      const paths = names
        .filter((name) => /^ssh_host_.+_key(?:\.pub|-cert\.pub)?$/u.test(name))
        .map((name) => `${SSH_DIRECTORY}/${name}`);
      const notice: readonly SealFinding[] = traces.listsModule("ssh")
        ? []
        : [
            {
              kind: "notice",
              what: 'The module "ssh" is in no list of cloud.cfg: something else has to make host keys, or nobody can log in to a clone',
            },
          ];
      return [...sealRemovals(fs, paths), ...notice];
    },
  };
}
