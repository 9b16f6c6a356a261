// What Bun and Node.js, or Node.js on AIX, do differently or lack, and what we therefore never call.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LEFT_OUT } from "../../scripts/node-tests/left-out.ts";

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

test("what does not run on Node.js is there, and is said why", () => {
  for (const [path, reason] of Object.entries(LEFT_OUT)) {
    expect(existsSync(join(ROOT, "test", path))).toBe(true);
    expect(reason.length).toBeGreaterThan(20);
  }
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//gu, "").replace(/^\s*\/\/.*$/gmu, "");
}
