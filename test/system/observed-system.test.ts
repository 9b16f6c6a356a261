import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { applyChanges, type Change } from "../../src/system/change.ts";
import { observeSystem } from "../../src/system/observed-system.ts";
import { planSystem } from "../../src/system/planned-system.ts";
import type { System } from "../../src/system/system.ts";

/** Every way to change the machine, and some reads between. */
async function changeEverything(sys: System): Promise<void> {
  sys.fs.write("/etc/motd", "hello", { mode: 0o600, owner: "root:system", durable: true });
  sys.fs.append("/etc/motd", Uint8Array.of(33));
  sys.fs.setAttributes("/etc/motd", { mode: 0o644 });
  sys.fs.makeDirectory("/var/lib/cloud", { mode: 0o755 });
  sys.fs.symlink("/etc/motd", "/motd");
  sys.fs.remove("/etc/old");
  await sys.exec.query(["/usr/bin/hostname"]);
  await sys.exec.run(["/usr/bin/chpasswd", "-c"], { stdin: "alice:secret" });
  await sys.exec.run(["/tmp/script"], { owner: "user" });
  await sys.http.request({
    method: "GET",
    url: "http://192.0.2.1/read",
    effect: "query",
    timeoutMs: 1000,
  });
  await sys.http.request({
    method: "POST",
    url: "http://192.0.2.1/told",
    effect: "change",
    timeoutMs: 1000,
  });
}

const EXPECTED: readonly Change[] = [
  {
    kind: "write",
    path: "/etc/motd",
    content: new TextEncoder().encode("hello"),
    mode: 0o600,
    owner: "root:system",
  },
  { kind: "append", path: "/etc/motd", content: Uint8Array.of(33) },
  { kind: "attributes", path: "/etc/motd", mode: 0o644 },
  { kind: "directory", path: "/var/lib/cloud", mode: 0o755 },
  { kind: "symlink", path: "/motd", target: "/etc/motd" },
  { kind: "remove", path: "/etc/old" },
  { kind: "command", argv: ["/usr/bin/chpasswd", "-c"], hasStdin: true, owner: "agent" },
  { kind: "command", argv: ["/tmp/script"], hasStdin: false, owner: "user" },
  { kind: "request", method: "POST", url: "http://192.0.2.1/told" },
];

function createMachine(): ReturnType<typeof createScriptedSystem> {
  return createScriptedSystem({
    files: { "/etc/old": "x", "/etc/hosts": "127.0.0.1 loopback\n" },
    commands: { "/usr/bin/hostname": "vm1\n", "/usr/bin/chpasswd": "", "/tmp/script": "" },
    http: () => ({ status: 204, headers: {}, body: new Uint8Array() }),
  });
}

test("an observer hears of every change before it is made, and of no read", async () => {
  const { system } = createMachine();
  const heard: Change[] = [];
  let motdAtFirst: unknown = "not asked";
  const observed = observeSystem(system, (change) => {
    if (heard.push(change) === 1) {
      motdAtFirst = system.fs.stat("/etc/motd");
    }
  });
  await changeEverything(observed);
  expect(heard).toEqual([...EXPECTED]);
  expect(motdAtFirst).toBeUndefined();
  expect(new TextDecoder().decode(system.fs.readBytes("/etc/motd"))).toBe("hello!");
});

test("a change that fails was heard of all the same", async () => {
  const { system, changes } = createScriptedSystem({
    commands: { "/usr/sbin/chdev": { exitCode: 1, stderr: "0514-018 wrong value\n" } },
  });
  await expect(system.exec.run(["/usr/sbin/chdev", "-l", "en0"])).rejects.toThrow(
    'Command "/usr/sbin/chdev -l en0" ended with exit code 1: 0514-018 wrong value',
  );
  expect(changes).toHaveLength(1);
});

test("a plan lists the same changes and makes none of them", async () => {
  const real = createMachine();
  const plan = planSystem(real.system);
  await changeEverything(plan.system);
  expect(plan.changes).toEqual(EXPECTED);
  expect(real.changes).toEqual([]);
  expect(real.commands).toEqual([["/usr/bin/hostname"]]);
  expect(real.system.fs.stat("/etc/motd")).toBeUndefined();
  expect(real.system.fs.stat("/etc/old")).toBeDefined();
});

test("a plan sees what it would have written", async () => {
  const { system } = planSystem(createMachine().system);
  await changeEverything(system);
  expect(new TextDecoder().decode(system.fs.readBytes("/motd"))).toBe("hello!");
  expect(system.fs.list("/etc")).toEqual(["hosts", "motd"]);
});

test("a planned command succeeds without being verified", async () => {
  const { system } = planSystem(createMachine().system);
  const result = await system.exec.run(["/usr/sbin/no-such-command"], {
    verify: async () => "it was asked",
  });
  expect(result).toMatchObject({ exitCode: 0, stdout: "", timedOut: false });
});

test("the changes of a plan can be made afterwards", async () => {
  const plan = planSystem(createMachine().system);
  plan.system.fs.write("/etc/motd", "hello", { mode: 0o600 });
  plan.system.fs.append("/etc/motd", "!");
  plan.system.fs.symlink("motd", "/etc/issue");
  plan.system.fs.remove("/etc/old");
  const real = createMachine();
  await applyChanges(real.system, plan.changes);
  expect(new TextDecoder().decode(real.system.fs.readBytes("/etc/issue"))).toBe("hello!");
  expect(real.system.fs.list("/etc")).toEqual(["hosts", "issue", "motd"]);
});
