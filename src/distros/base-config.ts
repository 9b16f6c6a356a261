import { type CloudConfig, isMapping } from "../config/cloud-config.ts";

/**
 * The built-in configuration with this distro's `system_info` in it. `default_user` stays out: what
 * lies below cloud.cfg is merged key by key, and one distro's sudo rule must not become that of a
 * user whom cloud.cfg names.
 */
export function createBaseConfig(builtin: CloudConfig, systemInfo: CloudConfig): CloudConfig {
  const own = isMapping(builtin["system_info"]) ? builtin["system_info"] : {};
  const { default_user: _, ...rest } = { ...own, ...systemInfo };
  return { ...builtin, system_info: rest };
}
