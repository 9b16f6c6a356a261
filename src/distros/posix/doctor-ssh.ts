import { exists, isDirectory, isFile } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { CommandError } from "../../system/command-error.ts";
import { booleanOption } from "../../text/boolean-option.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { DoctorCheck, DoctorReport, DoctorSubject } from "../doctor-adapter.ts";

const SSHD = "/usr/sbin/sshd";
const SSH_KEYGEN = "/usr/bin/ssh-keygen";
const SSH_DIRECTORY = "/etc/ssh";
const TEST_TIMEOUT_MS = 15_000;

/** How sshd comes onto the machine where it is missing. */
export interface DoctorSshOptions {
  readonly installCommand: string;
}

/** sshd(8) and its host keys, which are in /etc/ssh on AIX and Linux alike. */
export function doctorSshChecks(
  sys: System,
  subject: DoctorSubject,
  options: DoctorSshOptions,
): readonly DoctorCheck[] {
  return [
    {
      name: "sshd",
      title: "sshd and its configuration",
      needsRoot: "sshd reads its host keys for the test",
      run: (report) => checkSshd(sys, report, options),
    },
    {
      name: "host-keys",
      title: "SSH host keys",
      run: (report) => checkHostKeys(sys.fs, subject, report),
    },
  ];
}

async function checkSshd(
  sys: System,
  report: DoctorReport,
  { installCommand }: DoctorSshOptions,
): Promise<void> {
  if (!isFile(sys.fs, SSHD)) {
    report.add({
      severity: "warning",
      what: `There is no "${SSHD}"`,
      why: "nobody can log in with the keys that cloud-init puts in place",
      fix: installCommand,
    });
    return;
  }
  if (hostKeyNames(sys.fs).length === 0) {
    report.leaveOut(
      "sshd cannot test its configuration while there are no host keys; the next boot makes them",
    );
    return;
  }
  const argv = [SSHD, "-t"];
  const result = await sys.exec.query(argv, { okExitCodes: "any", timeoutMs: TEST_TIMEOUT_MS });
  if (result.exitCode === 0) {
    return;
  }
  if (/privilege separation directory/iu.test(result.stderr)) {
    report.leaveOut("sshd has not been started since the boot: its working directory is missing");
    return;
  }
  report.add({
    severity: "error",
    what: `sshd refuses its configuration: ${new CommandError(argv, result).message}`,
    why: "sshd will not start, and the machine cannot be reached",
    fix: `vi ${SSH_DIRECTORY}/sshd_config && ${SSHD} -t`,
  });
}

function checkHostKeys(fs: FileSystem, subject: DoctorSubject, report: DoctorReport): void {
  const names = hostKeyNames(fs);
  report.fact("host keys", names.length === 0 ? "none" : names.map(keyType).join(", "));
  if (names.length === 0) {
    if (!subject.listsModule("ssh")) {
      report.add({
        severity: "error",
        what: 'There are no host keys, and the module "ssh" that makes them is in no module list',
        why: "sshd will not start, and the machine cannot be reached",
        fix: `${SSH_KEYGEN} -A`,
      });
    }
    return;
  }
  for (const name of names) {
    checkKeyFile(fs, `${SSH_DIRECTORY}/${name}`, report);
  }
  if (subject.listsModule("ssh") && !booleanOption(subject.config["ssh_deletekeys"], true)) {
    report.add({
      severity: "warning",
      what: '"ssh_deletekeys" is false, and there are host keys',
      why: "every machine made of this image has the same host keys, so that each can pass itself off as another",
      fix: `vi ${subject.paths.configFile}`,
    });
  }
}

/** Of a key that others can read sshd says "UNPROTECTED PRIVATE KEY FILE", and does without it. */
function checkKeyFile(fs: FileSystem, path: string, report: DoctorReport): void {
  const stat = fs.stat(path);
  if (stat === undefined) {
    return;
  }
  if (stat.sizeBytes === 0) {
    report.add({
      severity: "error",
      what: `The host key "${path}" is empty`,
      why: "sshd cannot use it; a disk that was full leaves such files",
      fix: `rm ${path} && ${SSH_KEYGEN} -A`,
    });
  }
  // RHEL lets its group ssh_keys read them.
  if ((stat.mode & 0o037) !== 0 || ((stat.mode & 0o040) !== 0 && stat.gid === 0)) {
    report.add({
      severity: "error",
      what: `The host key "${path}" has mode ${octalMode(stat.mode)}`,
      why: "others than root can read or change it: sshd does without it",
      fix: `chmod 600 ${path}`,
    });
  }
}

function hostKeyNames(fs: FileSystem): readonly string[] {
  return isDirectory(fs, SSH_DIRECTORY)
    ? fs
        .list(SSH_DIRECTORY)
        .filter(
          (name) =>
            /^ssh_host_[a-z0-9]+_key$/u.test(name) && exists(fs, `${SSH_DIRECTORY}/${name}`),
        )
    : [];
}

function keyType(name: string): string {
  return name.slice("ssh_host_".length, -"_key".length);
}
