import { isDirectory } from "../../system/files.ts";
import type { DistroContext } from "../distro.ts";
import type { VolumeAdapter } from "../volume-adapter.ts";

const SYSTEMD_MARK = "/run/systemd/system";
const SYSTEMD_OPTIONS = "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";
/** Old cloud-init says "nobootwait" here, an option of upstart's alone that mount(8) refuses. */
const PLAIN_OPTIONS = "defaults,nofail";

/** /etc/fstab and swap files. What does it is loaded when it is called. */
export function createLinuxVolumes(ctx: DistroContext): VolumeAdapter {
  return {
    mountDefaults() {
      const options = isDirectory(ctx.sys.fs, SYSTEMD_MARK) ? SYSTEMD_OPTIONS : PLAIN_OPTIONS;
      return [undefined, undefined, "auto", options, "0", "2"];
    },
    async ensure(wanted) {
      return (await import("./volumes-mounts.ts")).ensureLinuxVolumes(ctx, wanted);
    },
  };
}
