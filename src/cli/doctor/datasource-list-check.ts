import { DATASOURCES } from "../../datasources/registry.ts";
import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import { textOf } from "../../text/text-of.ts";
import type { Patient } from "./patient.ts";

/** datasource_list: names that there are, and that can be where this machine is. */
export function datasourceListCheck(patient: Patient): DoctorCheck {
  return {
    name: "datasource-list",
    title: "datasource_list",
    run(report) {
      const names = listedDatasources(patient);
      report.fact("datasource_list", names.join(", "));
      for (const name of names) {
        checkName(patient, name, report);
      }
      checkUsual(patient, names, report);
    },
  };
}

/** As written, without a "DataSource" before them. */
export function listedDatasources({ config }: Pick<Patient, "config">): readonly string[] {
  const list = config["datasource_list"];
  const items: readonly unknown[] = Array.isArray(list) ? list : list === undefined ? [] : [list];
  return items.map((item) =>
    textOf(item)
      .trim()
      .replace(/^datasource/iu, ""),
  );
}

function checkName({ adapter, paths }: Patient, name: string, report: DoctorReport): void {
  const fix = `vi ${paths.configFile}`;
  const known = DATASOURCES.map((entry) => entry.name);
  if (!includes(known, name)) {
    const near = nearestWord(name, known);
    report.add({
      severity: "warning",
      what: `There is no datasource "${name}" in this version, and datasource_list names it${near === undefined ? "" : `; did you mean "${near}"?`}`,
      why: "it is passed over at boot",
      fix,
    });
    return;
  }
  const { platform } = adapter ?? {};
  if (platform !== undefined && !includes(platform.datasources, name)) {
    report.add({
      severity: "warning",
      what: `datasource_list names "${name}", which is not to be found on ${platform.name}`,
      why: "looking for it takes time at each boot, and whoever answers on the network in its place configures this machine as root",
      fix,
    });
  }
}

function checkUsual(
  { adapter, paths }: Patient,
  names: readonly string[],
  report: DoctorReport,
): void {
  const fix = `vi ${paths.configFile}`;
  if (names.length === 0) {
    report.add({
      severity: "error",
      what: "datasource_list is empty",
      why: "the machine looks nowhere, and does not learn who it is",
      fix,
    });
    return;
  }
  const [usual] = adapter?.platform?.datasources ?? [];
  const isOnlyNone = names.every((name) => name.toLowerCase() === "none");
  if (isOnlyNone || (usual !== undefined && !includes(names, usual))) {
    report.add({
      severity: "warning",
      what: isOnlyNone
        ? 'datasource_list has only "None"'
        : `datasource_list does not name "${usual ?? ""}", the one of ${adapter?.platform?.name ?? ""}`,
      why: "a machine that is deployed from this one is not configured by its cloud",
      fix,
    });
  }
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}
