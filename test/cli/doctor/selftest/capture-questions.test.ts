// scripts/capture-aix.sh and `doctor --selftest` ask an AIX for the same: what the program cannot
// ask, or need not, is listed here with the reason.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runBoot } from "../../../support/boot-scenario.ts";
import { PLAIN_DRIVE } from "../../../support/doctor-illness.ts";
import { installedAix } from "../../../support/doctor-machine.ts";
import { askAix } from "../../../support/self-test.ts";

const SCRIPT = new URL("../../../../scripts/capture-aix.sh", import.meta.url);

/** By the beginning of what the script asks. */
const LEFT_OUT: readonly (readonly [start: string, reason: string])[] = [
  ["have ", "where programs are is looked up in the file system when they are called"],
  ["whence ", "it is a word of ksh, which the program does not use"],
  ["ksh -c", "the program asks no shell of its own choice"],
  ["sh -c", "the program asks no shell of its own choice"],
  ["prtconf -k", "oslevel and uname tell level and kernel"],
  ["uname -a", "uname -snrvmp has the same"],
  ["dd ", "a disc is read by the program itself: config-drive of `doctor` tells what is on it"],
  ["od ", "a disc is read by the program itself: config-drive of `doctor` tells what is on it"],
  ["grep -n -v '^#' /etc/rc.tcpip", "the program reads the file itself"],
  ["grep '^TZ'", "the program reads the file itself"],
  ["grep -n -E", "the program reads the file itself"],
  ["grep -c -E", "which attributes AIX's own methods know is for the simulator, not for a boot"],
  ["sed 's/=.*/=/' /etc/environment", "names of variables may be secrets enough"],
  ["cat ", "files are read by the program itself, and may hold secrets"],
  ["ls -l /usr/lib/boot/bootutil", "clean-devices of `doctor` looks for it"],
  ["ls -lR ", "names on a disc are read by the program itself"],
  ["ls -ld /usr/lib/nls/loc", "locales tells them all"],
  ["uptime", "asked of the runtime, and of the age of process 1"],
  ["odmget -q 'attribute=netaddr6' ", "how AIX stores what is set up is for the simulator"],
  ["odmget -q 'attribute=rout6' ", "how AIX stores what is set up is for the simulator"],
  ["odmget -q 'attribute=clouddev' ", "seal asks sys0 itself"],
  ["lsattr -D ", "what a new device would have is for the simulator"],
  ["lsdev -Cl hdisk999", "asked with -l"],
  ["lssec ", "it is for logins by hand"],
  [
    "chdev -l hdisk999",
    "a command that changes is not called, not even for a device that is not there",
  ],
  [
    "lsattr -El $",
    "of each adapter, drive and disk: the program asks for the attributes that it needs",
  ],
  ["lsattr -Rl $", "en0 stands for all interfaces"],
  ["lscfg -vl ", "lscfg -v -l ent* tells all adapters in one answer"],
  ["lsattr -El hdisk999", "asked with -F"],
  ["lsattr -El ent999", "asked with -F"],
  ["lsattr -El inet0", "asked with -F"],
  ["lsattr -El sys0", "asked with -F"],
  ["lsdev -Cc ", "asked with the columns that are read"],
  ["ls -ld $file", "asked for both places of sudoers at once"],
  ["ls -l /etc/rc.d/rc2.d", "boot-order of `doctor` looks at it"],
  ["ls -l /usr/sbin/shutdown", "it is there where its words are told"],
  ["ls -ld /usr/sbin/rsct", "rsct of `doctor` looks for it"],
  ["ls -l /usr/sbin/rsct", "rsct of `doctor` looks for it"],
  ["ls -l /dev/stdin", "the program does not use them"],
  ["ls -l /opt/freeware/bin/cloud-init", "installed-files of `doctor` looks at it"],
  ["rpm -q cloud-init", "old-package of `doctor` looks for what it leaves"],
  ["ps -p 1", "asked for the age of process 1 alone"],
  ["lslpp -Lqc", "asked for each fileset alone"],
  ["lsuser -a account_locked", "of root alone: the others are nobody's affair"],
  ["lssrc -s $subsystem", "asked for the same subsystems by name"],
  ["lsvg -L $group", "of rootvg"],
  ["lsvg -L -p $group", "of rootvg, where it has several disks"],
  ["lsvg -L -l $group", "asked without -L, as the program does"],
  ["bootinfo -s $disk", "of the first disks"],
  ["getconf DISK_SIZE /dev/$disk", "where bootinfo does not tell"],
  ["lsfs -q", "asked for / with -c"],
  ["df -Pk", "df -k tells the same and the inodes"],
  ["df -k", "of the file systems that a boot writes to"],
];

interface Question {
  readonly point: string;
  readonly text: string;
}

/** What changes the machine: only where an option asks for it. */
const WRITING_PART = /^( *)(?:el)?if \[ (?:\$writes = yes|-n "\$spare") \]/u;

/** What the script asks without -w and -i, by its own words. */
function askedByScript(): readonly Question[] {
  const questions: Question[] = [];
  let point = "";
  let indent: string | undefined;
  for (const line of readFileSync(SCRIPT, "utf8").split("\n")) {
    const text = line.trim();
    point = /^point (\S+) /u.exec(text)?.[1] ?? point;
    indent ??= WRITING_PART.exec(line)?.[1];
    if (indent !== undefined && line === `${indent}fi`) {
      indent = undefined;
    }
    const writes = indent !== undefined;
    const asked = /^ask (.*)$/u.exec(text)?.[1] ?? (/^have \w/u.test(text) ? text : undefined);
    if (asked !== undefined && !writes && point !== "" && !/^ask (?:whence \$name)$/u.test(text)) {
      questions.push({ point, text: asked });
    }
  }
  return questions;
}

async function askedByProgram() {
  const aix = await installedAix({ drive: PLAIN_DRIVE });
  await runBoot(aix);
  const checks = await askAix(aix.system);
  return checks.flatMap(({ answers, points }) =>
    answers.map(({ argv: [program = "", ...args] }) => ({
      points,
      text: [program.slice(program.lastIndexOf("/") + 1), ...args].join(" "),
    })),
  );
}

test("each question of the script is one of the self-test, or is left out for a reason", async () => {
  const program = await askedByProgram();
  const known = new Set(program.map(({ text }) => text));
  const script = askedByScript();
  expect(script.length).toBeGreaterThan(90);
  const missing = script.filter(
    ({ text }) =>
      !known.has(text.replaceAll("'", "")) && !LEFT_OUT.some(([start]) => text.startsWith(start)),
  );
  expect(missing).toEqual([]);
});

test("no reason is there for a question that nobody asks, or that the self-test asks", async () => {
  const script = askedByScript().map(({ text }) => text);
  const known = new Set((await askedByProgram()).map(({ text }) => text));
  const idle = LEFT_OUT.filter(([start]) => {
    const meant = script.filter((text) => text.startsWith(start));
    return meant.every((text) => known.has(text.replaceAll("'", "")));
  });
  expect(idle).toEqual([]);
});

test("both know the same points", async () => {
  const script = new Set(askedByScript().map(({ point }) => point));
  const program = new Set((await askedByProgram()).flatMap(({ points }) => points));
  // Tools are looked for where they are used.
  expect([...script].filter((point) => !program.has(point))).toEqual(["14"]);
  expect([...program].filter((point) => !script.has(point))).toEqual([]);
});
