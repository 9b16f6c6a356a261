import { type CloudConfig, isMapping } from "../config/cloud-config.ts";
import type { Finding } from "./finding.ts";

/** What cloud-init calls deprecated and still does (compat modules.md, userdata.md §8). */
export function findDeprecations(config: CloudConfig): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [key, version, instead] of RENAMED) {
    if (Object.hasOwn(config, key)) {
      findings.push(deprecated([key], version, `Use "${instead}" instead.`));
    }
  }
  for (const key of ["vendor_data", "vendor_data2"]) {
    const settings = config[key];
    if (isMapping(settings) && typeof settings["enabled"] === "string") {
      findings.push(deprecated([key, "enabled"], "22.3", "Use a boolean instead."));
    }
  }
  const chpasswd = config["chpasswd"];
  if (isMapping(chpasswd) && Object.hasOwn(chpasswd, "list")) {
    findings.push(deprecated(["chpasswd", "list"], "22.2", 'Use "users" instead.'));
  }
  const { users } = config;
  for (const [index, user] of Array.isArray(users) ? users.entries() : []) {
    for (const key of isMapping(user) ? Object.keys(user) : []) {
      if (DASHED_USER_KEYS.has(key)) {
        const instead = `Use "${key.replaceAll("-", "_")}" instead.`;
        findings.push(deprecated(["users", index, key], "22.3", instead));
      }
    }
  }
  return findings;
}

const RENAMED: readonly (readonly [string, string, string])[] = [
  ["ca-certs", "22.3", "ca_certs"],
  ["apt_update", "22.2", "package_update"],
  ["apt_upgrade", "22.2", "package_upgrade"],
  ["apt_reboot_if_required", "22.2", "package_reboot_if_required"],
  ["grub-dpkg", "22.2", "grub_dpkg"],
];
const DASHED_USER_KEYS: ReadonlySet<string> = new Set([
  "create-groups",
  "hashed-passwd",
  "lock-passwd",
  "no-create-home",
  "no-log-init",
  "no-user-group",
  "plain-text-passwd",
  "primary-group",
  "selinux-user",
  "ssh-authorized-keys",
  "ssh-import-id",
  "ssh-redirect-user",
]);

function deprecated(path: readonly (string | number)[], version: string, instead: string): Finding {
  return { level: "deprecated", path, message: `Deprecated in version ${version}. ${instead}` };
}
