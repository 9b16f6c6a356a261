import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import { readJournal } from "../../instance/journal.ts";
import { exists, isDirectory, readTextIfExists } from "../../system/files.ts";
import { readBootStatus } from "../status/boot-status.ts";
import { readStatusFiles, summariseStatus } from "../status/status-summary.ts";
import type { Patient } from "./patient.ts";

/** What the last boot left: whether it went well, whether it ended, and whether another one will run at all. */
export function lastBootCheck(patient: Patient): DoctorCheck {
  return {
    name: "last-boot",
    title: "last boot and what it left",
    run(report) {
      checkStatus(patient, report);
      checkInstance(patient, report);
    },
  };
}

function checkStatus({ sys, paths }: Patient, report: DoctorReport): void {
  const files = readStatusFiles(sys, [paths.runDir, paths.dataDir]);
  const boot = readBootStatus(sys, paths);
  const summary = summariseStatus(files, boot);
  report.fact("status", summary.extended_status);
  if (boot.isDisabled) {
    const marker = / by (\/\S+)$/u.exec(boot.reason)?.[1];
    report.add({
      severity: "warning",
      what: boot.reason,
      why: "no stage does anything at the next boot",
      fix: marker === undefined ? "cat /proc/cmdline" : `rm ${marker}`,
    });
  }
  for (const note of summary.notes) {
    report.add({
      severity: "warning",
      what: note,
      why: "nothing tells how the last boot ended; the next one writes it anew",
      fix: "cloud-init status --long",
    });
  }
  const { errors, recoverable_errors: recoverable } = summary;
  // Words that are out of use work all the same.
  const warnings = Object.entries(recoverable).flatMap(([level, messages]) =>
    level === "DEPRECATED" ? [] : messages,
  );
  const [kind, messages] =
    errors.length > 0 ? (["error", errors] as const) : (["warning", warnings] as const);
  const [message] = messages;
  if (message !== undefined) {
    const count = messages.length;
    report.add({
      severity: "warning",
      what: `The last boot had ${count} ${kind}${count === 1 ? "" : "s"}: ${message}`,
      why: "what failed once per instance is not tried again by itself",
      fix: errors.length > 0 ? "cloud-init status --failed" : "cloud-init status --long",
    });
  }
  checkCutOff({ sys, paths }, files.isStatusThere && !files.isResultThere, report);
}

/** A stage that runs is no fault; one that was cut off left its marks. */
function checkCutOff(
  { sys, paths }: Pick<Patient, "sys" | "paths">,
  isUnfinished: boolean,
  report: DoctorReport,
): void {
  const lock = `${paths.runDir}/stage.lock`;
  const pid = readTextIfExists(sys.fs, lock)?.trim();
  if (pid !== undefined && /^\d+$/u.test(pid) && exists(sys.fs, `/proc/${pid}`)) {
    report.add({
      severity: "warning",
      what: `A stage runs just now (process ${pid})`,
      why: "what is found here may be half done",
      fix: "cloud-init status --wait",
    });
    return;
  }
  const journal = readJournal(sys, paths);
  if (journal !== undefined) {
    report.add({
      severity: "warning",
      what: `"${journal.work}" of the stage "${journal.stage}" was cut off; it began at ${journal.startedAt}`,
      why: "what it does is half done; the next boot does it again",
      fix: "cloud-init status --failed",
    });
  } else if (isUnfinished) {
    report.add({
      severity: "warning",
      what: "The last boot did not come to its end: there is no result, and no stage runs",
      why: "stages were killed or did not run: the machine may be half set up",
      fix: "cloud-init status --long",
    });
  }
  if (pid !== undefined) {
    report.add({
      severity: "warning",
      what: `The lock "${lock}" is of process ${pid === "" ? "nobody" : pid}, which does not run`,
      why: "the machine went down in the middle of a stage; the next stage takes the lock over",
      fix: `rm ${lock}`,
    });
  }
}

/** First byte of a pickle of protocol 2 and later; protocol 0, of Python 2, begins with one of these letters. */
const PICKLE_BYTES = new Set([0x80, 0x28, 0x63]);

function checkInstance({ sys, paths }: Patient, report: DoctorReport): void {
  const id = readInstanceId(sys, paths);
  report.fact("instance", id ?? "none yet");
  const target = sys.fs.readLink(paths.instanceLink);
  if (target !== undefined && !isDirectory(sys.fs, paths.instanceLink)) {
    report.add({
      severity: "warning",
      what: `"${paths.instanceLink}" is a link to "${target}", where nothing is`,
      why: "state of the instance was deleted: without its config drive the next boot does not know the machine",
      fix: "cloud-init clean",
    });
  }
  if (id === undefined || sys.process.uid !== 0) {
    return;
  }
  const cache = paths.instance(id).cacheFile;
  const first = sys.fs.readBytesIfExists(cache)?.[0];
  if (first !== undefined && PICKLE_BYTES.has(first)) {
    report.add({
      severity: "warning",
      what: `"${cache}" was written by the Python program`,
      why: "this one does not read it: the next boot needs the config drive once more",
      fix: "cloud-init clean",
    });
  }
}
