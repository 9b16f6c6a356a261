import { exists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { done, failed, type LinuxCommand } from "./command.ts";

/** Units of a server image, enabled and running. */
const IMAGE_UNITS: ReadonlySet<string> = new Set([
  "ssh.service",
  "sshd.service",
  "chrony.service",
  "rsyslog.service",
  "systemd-vconsole-setup.service",
]);
const UNIT_DIRECTORY = "/usr/lib/systemd/system";
const WANTS_DIRECTORY = "/etc/systemd/system/multi-user.target.wants";
/** Of this simulator: one file for each unit that was started or stopped since the boot. */
const STATE_DIRECTORY = "/run/systemd/simulated";

/** systemctl(1): units of the image, and those that a file in /usr/lib/systemd/system describes. */
export const systemctl: LinuxCommand = {
  path: "/usr/bin/systemctl",
  isChange: (args) => !args.includes("show"),
  run({ fs }, args) {
    const [verb = "", ...units] = args.filter((word) => !word.startsWith("--"));
    if (verb === "show") {
      return done(units.map((unit) => describeUnit(fs, unit)).join("\n"));
    }
    if (verb === "daemon-reload") {
      return units.length === 0 ? done() : failed(1, "Too many arguments.");
    }
    if (!["enable", "disable", "start", "stop", "restart"].includes(verb)) {
      return failed(1, `Unknown command verb '${verb}'.`);
    }
    const missing = units.find((unit) => !isKnown(fs, unit));
    if (missing !== undefined) {
      const isFile = verb === "enable" || verb === "disable";
      return isFile
        ? failed(1, `Failed to ${verb} unit: Unit file ${missing} does not exist.`)
        : failed(5, `Failed to ${verb} ${missing}: Unit ${missing} not found.`);
    }
    for (const unit of units) {
      change(fs, verb, unit);
    }
    return done();
  },
};

/** As the script of a Debian package does: enabled and started. */
export function enableUnit(fs: FileSystem, unit: string): void {
  change(fs, "enable", unit);
  change(fs, "start", unit);
}

/** A unit that a package brings. */
export function addUnit(fs: FileSystem, unit: string): void {
  fs.write(`${UNIT_DIRECTORY}/${unit}`, "[Service]\n");
}

function describeUnit(fs: FileSystem, unit: string): string {
  if (!isKnown(fs, unit)) {
    return `Id=${unit}\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n`;
  }
  const isEnabled = IMAGE_UNITS.has(unit) || exists(fs, `${WANTS_DIRECTORY}/${unit}`);
  const state = fs.readBytesIfExists(`${STATE_DIRECTORY}/${unit}`);
  const isActive = state === undefined ? IMAGE_UNITS.has(unit) : state.length > 0;
  return [
    `Id=${unit}`,
    "LoadState=loaded",
    `ActiveState=${isActive ? "active" : "inactive"}`,
    `UnitFileState=${isEnabled ? "enabled" : "disabled"}`,
    "",
  ].join("\n");
}

function isKnown(fs: FileSystem, unit: string): boolean {
  return IMAGE_UNITS.has(unit) || exists(fs, `${UNIT_DIRECTORY}/${unit}`);
}

function change(fs: FileSystem, verb: string, unit: string): void {
  switch (verb) {
    case "enable":
      fs.symlink(`${UNIT_DIRECTORY}/${unit}`, `${WANTS_DIRECTORY}/${unit}`);
      return;
    case "disable":
      fs.remove(`${WANTS_DIRECTORY}/${unit}`);
      return;
    default:
      fs.write(`${STATE_DIRECTORY}/${unit}`, verb === "stop" ? "" : "active\n");
  }
}
