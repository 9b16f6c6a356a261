import type {
  CommandAnswer,
  PlatformTest,
  SelfTestAdapter,
  SelfTestQuestion,
  Understanding,
} from "../../../distros/self-test-adapter.ts";
import { exists } from "../../../system/files.ts";
import type { System } from "../../../system/system.ts";
import { errorMessage } from "../../../text/error-message.ts";
import { createReadOnlySystem } from "../read-only-system.ts";
import { recordAnswers } from "./record-answers.ts";
import { createScratchSystem } from "./scratch-system.ts";
import { withScratchDirectory } from "./with-scratch-directory.ts";

/** What came of one check. "broken" is of the platform alone, the others are answers. */
export interface SelfTestCheck {
  readonly kind: "platform" | "question";
  readonly name: string;
  readonly title: string;
  readonly points: readonly string[];
  readonly outcome: "ok" | "differs" | "absent" | "told" | "broken" | "left-out";
  /** What was learnt, or what is wrong. */
  readonly what: string;
  /** What of the answers was not understood, line by line. */
  readonly unread: readonly string[];
  readonly answers: readonly CommandAnswer[];
}

/** What is to be checked, and by what it can be ended. */
export interface SelfTestParts {
  readonly tests: readonly PlatformTest[];
  readonly adapter?: SelfTestAdapter;
  /** Where to leave what is to be done when a signal ends the program. */
  readonly onStop?: (stop: () => void) => void;
}

/** For all questions: a machine on which everything hangs is told apart, too. */
const TOTAL_MS_MAX = 600_000;

/** Makes all checks; none stops another, and nothing but a temporary directory is made, which goes again. */
export async function runSelfTest(
  base: System,
  parts: SelfTestParts,
): Promise<readonly SelfTestCheck[]> {
  const platform = parts.tests.length === 0 ? [] : await testPlatform(base, parts);
  const sys = createReadOnlySystem(base);
  const deadlineMs = base.clock.monotonicMs() + TOTAL_MS_MAX;
  const checks: SelfTestCheck[] = [...platform];
  for (const question of parts.adapter?.questions ?? []) {
    checks.push(
      base.clock.monotonicMs() > deadlineMs
        ? leaveOut(question, `${TOTAL_MS_MAX / 60_000} minutes are over`)
        : await ask(sys, question),
    );
  }
  return checks;
}

async function testPlatform(
  base: System,
  { tests, onStop }: SelfTestParts,
): Promise<readonly SelfTestCheck[]> {
  const checks: SelfTestCheck[] = [];
  let isStarted = false;
  try {
    const work = async (scratch: System, directory: string): Promise<void> => {
      isStarted = true;
      for (const test of tests) {
        checks.push(await tryOut(test, scratch, directory));
      }
    };
    await withScratchDirectory(base, work, onStop);
  } catch (error) {
    const check = { name: "temporary-directory", title: "a temporary directory" };
    checks.push({ ...platformCheck(check), outcome: "broken", what: errorMessage(error) });
  }
  for (const test of isStarted ? [] : tests) {
    checks.push(
      test.needsDirectory === true
        ? { ...platformCheck(test), outcome: "left-out", what: "there is no place for its files" }
        : await tryOut(test, createScratchSystem(base), ""),
    );
  }
  return checks;
}

async function tryOut(test: PlatformTest, sys: System, directory: string): Promise<SelfTestCheck> {
  const answers: CommandAnswer[] = [];
  const check = { ...platformCheck(test), answers };
  try {
    const what = await test.run(recordAnswers(sys, answers), directory);
    return { ...check, outcome: "ok", what };
  } catch (error) {
    return { ...check, outcome: "broken", what: errorMessage(error) };
  }
}

function platformCheck({
  name,
  title,
}: Pick<PlatformTest, "name" | "title">): Omit<SelfTestCheck, "outcome" | "what"> {
  return { kind: "platform", name, title, points: [], unread: [], answers: [] };
}

async function ask(sys: System, question: SelfTestQuestion): Promise<SelfTestCheck> {
  if (question.needsRoot !== undefined && sys.process.uid !== 0) {
    return leaveOut(question, `only root can tell: ${question.needsRoot}`);
  }
  const answers: CommandAnswer[] = [];
  let understood: Understanding | undefined;
  let failure = "";
  try {
    understood = await question.ask(recordAnswers(sys, answers), answers);
  } catch (error) {
    failure = errorMessage(error);
  }
  const check = { ...headOf(question), answers };
  if (understood?.kind === "understood") {
    return { ...check, outcome: "ok", what: understood.learnt, unread: [] };
  }
  const missing = answers.find(
    ({ exitCode, argv: [program = ""] }) => exitCode === NOT_FOUND && !exists(sys.fs, program),
  )?.argv[0];
  const absent = understood?.kind === "absent" ? understood.what : missing;
  if (absent !== undefined) {
    // What the program needs and does not find is as bad as what it does not understand.
    const outcome = question.isOptional === true ? "absent" : "differs";
    return { ...check, outcome, what: `there is no ${absent}`, unread: [] };
  }
  switch (understood?.kind) {
    case "told":
      return { ...check, outcome: "told", what: understood.learnt, unread: [] };
    case "not-understood":
      return { ...check, outcome: "differs", what: understood.learnt, unread: understood.unread };
    default:
      return { ...check, outcome: "differs", what: failure, unread: [] };
  }
}

/** A shell's exit code for a command that is not there, which the exec layer takes over. */
const NOT_FOUND = 127;

function leaveOut(question: SelfTestQuestion, why: string): SelfTestCheck {
  return { ...headOf(question), outcome: "left-out", what: why, unread: [], answers: [] };
}

function headOf({
  name,
  title,
  points = [],
}: SelfTestQuestion): Pick<SelfTestCheck, "kind" | "name" | "title" | "points"> {
  return { kind: "question", name, title, points };
}
