// What Bun and Node.js, or Node.js on AIX, do differently or lack, and what we therefore never call.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LEFT_OUT, reasonToLeaveOut } from "../../scripts/node-tests/left-out.ts";

const ROOT = join(import.meta.dir, "../..");
const SOURCES = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(ROOT, "src", name), "utf8") }));

test.each([
  ["Bun's own API, which Node.js lacks", /\bBun\.\w/u, []],
  [
    "process.exit, which loses on Node.js what a pipe has not taken",
    /\bprocess\.exit\(/u,
    ["system/host-signals.ts"],
  ],
  ["the descriptor behind a stream, which Bun does not tell", /\b_handle\b/u, []],
  ["process.title, which Bun ignores", /\bprocess\.title\b/u, []],
  ["the user's name by the runtime, which Bun takes from USER", /\buserInfo\(/u, []],
  ["getgroups, which differs by the effective group", /\bgetgroups\(/u, []],
  ["the time since boot, which may throw on AIX", /\buptime\(\)/u, ["system/host-clock.ts"]],
  [
    "MAC addresses by the runtime, which AIX gives of some adapters only",
    /\bnetworkInterfaces\(/u,
    [],
  ],
  ["watching of files, which AIX has not", /\b(?:fs\.watch|watchFile)\(/u, []],
  ["import.meta, which a CommonJS bundle freezes", /\bimport\.meta\b/u, []],
  ["console.log of anything but a text, which Bun colours", /console\.log\((?!answer\))/u, []],
  [
    "views whose byte order is the machine's",
    /\bnew (?:Big)?(?:Ui|I)nt(?:16|32|64)Array\(/u,
    ["system/host-write.ts"],
  ],
])("we never use %s", (_what, pattern, exceptions) => {
  const users = SOURCES.filter(({ text }) => pattern.test(withoutComments(text)));
  expect(users.map(({ name }) => name)).toEqual(exceptions);
});

const PROBE = "system/host-runtimes.test.ts";
/** These run their programs on both runtimes by themselves; all others run as a whole on both. */
const ON_BOTH = new Set([PROBE, "cli/binary.test.ts", "linux/node-versions.test.ts"]);

/** What Bun and Node.js do differently, or Node.js on AIX lacks, was measured: [what, file, test]. */
test.each([
  ["a script without #!", PROBE, "commands behave alike"],
  ["a program of another system", "system/aix-platform.test.ts", "%s"],
  ["output lost at the end of the program", PROBE, "output is whole, in order"],
  ["EPIPE of input that a child ignores", PROBE, "commands behave alike"],
  [
    "a late write to input that a child closed",
    "system/host-exec.test.ts",
    "not read a huge input",
  ],
  ["/dev/null where there is no input", "system/host-query.test.ts", "output, input, directory"],
  ["input that is a file, a pipe, a socket", PROBE, "standard input is read to its end"],
  ["sockets where a child expects pipes", "system/host-output.test.ts", "a pipe to a slow reader"],
  ["a third pipe", PROBE, "a script tells how far it is"],
  [
    "messages of programs that do not start",
    "system/host-exec.test.ts",
    "one that cannot run is 126",
  ],
  ["messages of files", PROBE, "files behave alike"],
  ["the group of what timed out", PROBE, "commands behave alike"],
  ["a grandchild that keeps the pipe", "system/host-exec.test.ts", "grandchild of another session"],
  ["signals", PROBE, "SIGTERM ends a user's script"],
  ["the name of the program", "cli/binary.test.ts", "by a link, and as a copy"],
  ["descriptors of the caller in children", PROBE, "what the caller of the program had open"],
  ["the same through a whole boot", "linux/node-versions.test.ts", "none of the caller's files"],
  ["a closed standard output", "cli/binary.test.ts", "a closed standard output or error"],
  ["random bytes without a global crypto", "modules/set-passwords.test.ts", "20 characters"],
  ["the time since boot, which AIX may not tell", "system/host-clock.test.ts", "libuv may throw"],
  ["a machine without /proc", PROBE, "without /proc"],
  ["the platform aix", "system/aix-platform.test.ts", "the distro is AIX"],
])("tested on both: %s", (_what, file, title) => {
  expect(readFileSync(join(ROOT, "test", file), "utf8")).toContain(title);
  expect(reasonToLeaveOut(file) === undefined).toBe(!ON_BOTH.has(file));
});

test("what does not run on Node.js is there, and is said why", () => {
  for (const [path, reason] of Object.entries(LEFT_OUT)) {
    expect(existsSync(join(ROOT, "test", path))).toBe(true);
    expect(reason.length).toBeGreaterThan(20);
  }
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//gu, "").replace(/^\s*\/\/.*$/gmu, "");
}
