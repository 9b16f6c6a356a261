import { readKernelCommandLine } from "../../config/kernel-command-line.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { exists, isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** Whether cloud-init may run on this machine at all, and why (compat core.md §7.1). */
export interface BootStatus {
  readonly code: string;
  readonly isDisabled: boolean;
  /** For `detail`, where there is nothing else to tell. */
  readonly reason: string;
}

/** A marker file beside the machine's cloud.cfg switches cloud-init off, as systemd's generator does, which knows the usual run_dir only. */
export function readBootStatus(
  sys: System,
  { configFile, runDir, defaultRunDir = runDir }: PathRoots,
): BootStatus {
  const marker = findMarker(sys, configFile);
  const disabledByMarker: BootStatus = {
    code: "disabled-by-marker-file",
    isDisabled: true,
    reason: `Cloud-init disabled by ${marker ?? ""}`,
  };
  if (!isDirectory(sys.fs, SYSTEMD_DIRECTORY)) {
    const code = "enabled-by-sysvinit";
    return marker === undefined
      ? { code, isDisabled: false, reason: "Cloud-init enabled on sysvinit" }
      : disabledByMarker;
  }
  const words = (readKernelCommandLine(sys) ?? "").split(/\s+/u);
  if (words.includes("cloud-init=enabled")) {
    return enabled(
      "enabled-by-kernel-command-line",
      "Cloud-init enabled by kernel command line cloud-init=enabled",
    );
  }
  if (marker !== undefined) {
    return disabledByMarker;
  }
  if (words.includes("cloud-init=disabled")) {
    return disabled(
      "disabled-by-kernel-command-line",
      "Cloud-init disabled by kernel parameter cloud-init=disabled",
    );
  }
  if ((sys.process.env["KERNEL_CMDLINE"] ?? "").includes("cloud-init=disabled")) {
    return disabled(
      "disabled-by-environment-variable",
      "Cloud-init disabled by environment variable KERNEL_CMDLINE=cloud-init=disabled",
    );
  }
  if (exists(sys.fs, `${defaultRunDir}/disabled`)) {
    return disabled("disabled-by-generator", "Cloud-init disabled by cloud-init-generator");
  }
  if (exists(sys.fs, `${defaultRunDir}/enabled`)) {
    return enabled("enabled-by-generator", "Cloud-init enabled by systemd cloud-init-generator");
  }
  return enabled("unknown", "Systemd generator may not have run yet.");
}

const SYSTEMD_DIRECTORY = "/run/systemd/system";
const MARKER_NAME = "cloud-init.disabled";

function findMarker(sys: System, configFile: string): string | undefined {
  const own = configFile.replace(/\/[^/]*$/u, "");
  return [`/etc/cloud/${MARKER_NAME}`, `${own}/${MARKER_NAME}`].find((path) =>
    exists(sys.fs, path),
  );
}

function enabled(code: string, reason: string): BootStatus {
  return { code, isDisabled: false, reason };
}

function disabled(code: string, reason: string): BootStatus {
  return { code, isDisabled: true, reason };
}
