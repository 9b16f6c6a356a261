import { expect, test } from "bun:test";
import { applyItems } from "../../../src/cli/install/apply-items.ts";
import type { InstallItem } from "../../../src/cli/install/install-item.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import type { System } from "../../../src/system/system.ts";

const SELF = "/opt/freeware/bin/cloud-init";
const PROGRAM = new Uint8Array(3 * 1024 * 1024).map((_, index) => index % 251);
const ITEMS: readonly InstallItem[] = [
  { kind: "program", path: "/bin/agent" },
  { kind: "link", path: "/bin/agent-per", target: "agent" },
  { kind: "file", path: "/etc/script", content: "echo\n", mode: 0o755, isUsers: false },
  { kind: "file", path: "/etc/agent.cfg", content: "a: 1\n", mode: 0o644, isUsers: true },
  { kind: "directory", path: "/var/agent" },
];

function machine(files: Record<string, string | Uint8Array> = {}) {
  const scripted = createScriptedSystem({ files: { [SELF]: PROGRAM, ...files } });
  scripted.system.fs.makeDirectory("/image");
  scripted.changes.length = 0;
  return scripted;
}

function apply(system: System, root = "/image"): string[] {
  const lines: string[] = [];
  applyItems(system, root, ITEMS, (line) => lines.push(line));
  return lines;
}

test("everything is written below the root, and said", () => {
  const { system } = machine();
  expect(apply(system)).toEqual([
    "wrote /image/bin/agent",
    "linked /image/bin/agent-per -> agent",
    "wrote /image/etc/script",
    "wrote /image/etc/agent.cfg",
    "made /image/var/agent",
  ]);
  expect(system.fs.readBytes("/image/bin/agent")).toEqual(PROGRAM);
  expect(system.fs.stat("/image/bin/agent")).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
  expect(system.fs.stat("/image/etc/script")).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
  expect(system.fs.stat("/image/etc/agent.cfg")?.mode).toBe(0o644);
});

test("a second run keeps everything and changes nothing", () => {
  const { system, changes } = machine();
  apply(system);
  changes.length = 0;
  expect(apply(system).filter((line) => !line.startsWith("kept "))).toEqual([]);
  expect(changes).toEqual([]);
});

test("a user's file is kept whatever is in it, also a dangling link", () => {
  const { system } = machine({ "/image/etc/agent.cfg": "mine: true\n" });
  expect(apply(system)).toContain("kept /image/etc/agent.cfg");
  expect(readText(system.fs, "/image/etc/agent.cfg")).toBe("mine: true\n");

  const other = machine();
  other.system.fs.symlink("/gone", "/image/etc/agent.cfg");
  expect(apply(other.system)).toContain("kept /image/etc/agent.cfg");
});

test("a file of ours that was changed, or lost its mode, is written again", () => {
  const { system } = machine({ "/image/etc/script": "old\n" });
  expect(apply(system)).toContain("wrote /image/etc/script");
  system.fs.setAttributes("/image/etc/script", { mode: 0o644 });
  system.fs.setAttributes("/image/bin/agent", { mode: 0o600 });
  const lines = apply(system);
  expect(lines).toContain("wrote /image/etc/script");
  expect(lines).toContain("wrote /image/bin/agent");
  expect(system.fs.stat("/image/bin/agent")?.mode).toBe(0o755);
});

test("a program with one other byte is replaced", () => {
  const other = PROGRAM.slice();
  other[other.length - 1] = 255;
  const { system } = machine({ "/image/bin/agent": other });
  expect(apply(system)).toContain("wrote /image/bin/agent");
  expect(system.fs.readBytes("/image/bin/agent")).toEqual(PROGRAM);
});

test("the file that runs is not copied over itself", () => {
  const { system } = createScriptedSystem({ files: { [SELF]: PROGRAM } });
  system.fs.setAttributes(SELF, { mode: 0o755 });
  const lines: string[] = [];
  applyItems(system, "/", [{ kind: "program", path: SELF }], (line) => lines.push(line));
  expect(lines).toEqual([`kept ${SELF}`]);
});

test("a link where a file belongs is replaced, never written through", () => {
  const { system } = machine({ "/etc/passwd": "root\n", "/image/bin/agent-per": "old script" });
  system.fs.makeDirectory("/image/etc");
  system.fs.symlink("/etc/passwd", "/image/etc/script");
  system.fs.symlink("/etc/passwd", "/image/bin/agent");
  apply(system);
  expect(readText(system.fs, "/etc/passwd")).toBe("root\n");
  expect(system.fs.stat("/image/etc/script")?.kind).toBe("file");
  expect(system.fs.readLink("/image/bin/agent-per")).toBe("agent");
});

test("a directory in an image that leads out of it is refused; one that leads about in it is not", () => {
  const { system } = machine({ "/elsewhere/x": "" });
  system.fs.symlink("/elsewhere", "/image/etc");
  expect(() => apply(system)).toThrow(
    'Cannot install into "/image": "/image/etc" is a link to "/elsewhere", which leads out of it',
  );
  expect(system.fs.list("/elsewhere")).toEqual(["x"]);

  const usrmerge = machine({ "/image/usr/bin/x": "" });
  usrmerge.system.fs.symlink("usr/bin", "/image/bin");
  expect(apply(usrmerge.system)).toContain("wrote /image/bin/agent");
  expect(usrmerge.system.fs.stat("/image/usr/bin/agent")?.kind).toBe("file");
});

test("an ordinary user's image has that user's files", () => {
  const { system, changes } = createScriptedSystem({ uid: 1000, files: { [SELF]: PROGRAM } });
  applyItems(system, "/image", ITEMS, () => undefined);
  expect(changes.filter((change) => "owner" in change)).toEqual([]);
});
