import { type CloudConfig, isMapping } from "./cloud-config.ts";

/**
 * The names of `datasource_list` as they are compared: a list, or one name alone; in any case, with
 * blanks around and with or without "DataSource" before. Entries that are no text are left out.
 */
export function listDatasourceNames(config: CloudConfig): readonly string[] {
  const list = isMapping(config) ? config["datasource_list"] : undefined;
  const names: readonly unknown[] = Array.isArray(list) ? list : [list];
  return names.filter((name) => typeof name === "string").map(plainDatasourceName);
}

/** One name as it is compared: "DataSourceNoCloud" is "nocloud". */
export function plainDatasourceName(given: string): string {
  return given
    .trim()
    .toLowerCase()
    .replace(/^datasource/u, "");
}
