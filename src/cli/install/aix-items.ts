import type { InstallItem } from "./install-item.ts";
import { AIX_PLACES, RC_SCRIPTS, renderRcScript } from "./rc-scripts.ts";

/** The program, boot scripts and links of AIX, with the paths and modes of compat core.md §1.1. */
export function aixItems(): readonly InstallItem[] {
  return [
    { kind: "program", path: AIX_PLACES.agent },
    { kind: "link", path: `${AIX_PLACES.agent}-per`, target: "cloud-init" },
    { kind: "link", path: AIX_PLACES.agent.replace(/init$/u, "id"), target: "cloud-init" },
    ...RC_SCRIPTS.flatMap((script): readonly InstallItem[] => {
      const path = `/etc/rc.d/init.d/${script.name}`;
      return [
        { kind: "file", path, content: renderRcScript(script), mode: 0o755, isUsers: false },
        { kind: "link", path: `/etc/rc.d/rc2.d/${script.linkName}`, target: path },
      ];
    }),
  ];
}
