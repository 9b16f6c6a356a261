import { describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ensureSshdOption, setSshdOption } from "../../../src/distros/posix/sshd-config-edit.ts";
import { readSshdOptions } from "../../../src/distros/posix/sshd-config.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";
import { readText } from "../../../src/system/files.ts";

const MAIN = "/etc/ssh/sshd_config";
const DROP_IN = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
const set = (text: string): string => setSshdOption(text, "PasswordAuthentication", "no");

describe("one option in a text", () => {
  const cases: readonly [string, string, string][] = [
    [
      "the first line that says it",
      "a yes\nPasswordAuthentication yes\nb no\n",
      "a yes\nPasswordAuthentication no\nb no\n",
    ],
    ["any spelling", "  passwordauthentication=yes # why\n", "  passwordauthentication=no # why\n"],
    [
      "a comment is no line",
      "#PasswordAuthentication yes\n",
      "#PasswordAuthentication yes\nPasswordAuthentication no\n",
    ],
    [
      "before the first Match",
      "Port 22\nMatch all\nPasswordAuthentication yes\n",
      "Port 22\nPasswordAuthentication no\nMatch all\nPasswordAuthentication yes\n",
    ],
    ["no last line end", "Port 22", "Port 22\nPasswordAuthentication no\n"],
    ["no text", "", "PasswordAuthentication no\n"],
    [
      "lines of Windows",
      "PasswordAuthentication yes\r\nPort 22\r\n",
      "PasswordAuthentication no\r\nPort 22\r\n",
    ],
    ["in quotes", 'PasswordAuthentication "yes"\n', "PasswordAuthentication no\n"],
    [
      "without its value",
      "\tPasswordAuthentication\nPort 22",
      "\tPasswordAuthentication no\nPort 22",
    ],
    ["with too many values", "PasswordAuthentication yes yes\n", "PasswordAuthentication no\n"],
    [
      "a new line among lines of Windows",
      "Port 22\r\nMatch all\r\n",
      "Port 22\r\nPasswordAuthentication no\r\nMatch all\r\n",
    ],
    ["as it is already", "PasswordAuthentication no", "PasswordAuthentication no"],
  ];
  for (const [title, before, after] of cases) {
    test(title, () => {
      expect(set(before)).toBe(after);
    });
  }

  test("whatever the text is: the option holds, other lines stay, and a second time changes nothing", () => {
    const line = fc.constantFrom(
      "Port 22",
      "",
      "# x",
      "Match User a",
      "PasswordAuthentication yes",
      "\tPasswordAuthentication yes",
      "passwordauthentication no",
      'Banner "/etc/x y"',
      "ÄÖ",
      "Match",
      "=",
    );
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, hasEnd) => {
        const text = `${lines.join("\n")}${hasEnd ? "\n" : ""}`;
        const after = set(text);
        const fs = createMemoryFileSystem({ [MAIN]: after });
        expect(readSshdOptions(fs).get("passwordauthentication")?.[0]).toBe("no");
        expect(set(after)).toBe(after);
        const rest = (whole: string): readonly string[] =>
          whole.split("\n").filter((one) => !/passwordauthentication/iu.test(one) && one !== "");
        expect(rest(after)).toEqual(rest(text));
      }),
    );
  });
});

test("whatever bytes the file has: no more than one line differs, and undoing gives all back", async () => {
  const bit = fc.oneof(
    fc.constantFrom("\n", "\r\n", " ", "\t", "#", "=", '"', "Match all", "yes", "no"),
    fc.constantFrom("PasswordAuthentication", "passwordauthentication yes\n", "Port 22\n"),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(bit, { maxLength: 30 }), fc.boolean(), async (bits, isRefused) => {
      const before = Buffer.from(bits.join(""), "latin1");
      const { system } = createScriptedSystem({
        files: { [MAIN]: before, "/usr/sbin/sshd": "" },
        commands: { "/usr/sbin/sshd": { exitCode: isRefused ? 255 : 0, stderr: "bad\n" } },
      });
      const changed = await ensureSshdOption(system, "PasswordAuthentication", "no", "yes").catch(
        () => undefined,
      );
      const after = Buffer.from(system.fs.readBytes(MAIN));
      if (changed !== true) {
        expect(after.equals(before)).toBe(true);
        return;
      }
      expect(isRefused).toBe(false);
      expect(readSshdOptions(system.fs).get("passwordauthentication")?.[0]).toBe("no");
      const [old, now] = [before, after].map((bytes) => bytes.toString("latin1").split("\n"));
      const rest = [...(now ?? [])];
      const gone = (old ?? []).filter((line) => {
        const at = rest.indexOf(line);
        return at === -1 || rest.splice(at, 1).length === 0;
      });
      // The line that says it, and a last line of Windows that had no end.
      expect(gone.length).toBeLessThanOrEqual(1);
      expect(rest.filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(gone.length + 1);
    }),
    { numRuns: 500 },
  );
});

describe("one option of a machine", () => {
  const machine = (files: Readonly<Record<string, string>>, exitCode = 0, stderr = "no\n") =>
    createScriptedSystem({
      files: { "/usr/sbin/sshd": "", ...files },
      commands: { "/usr/sbin/sshd -t -f /etc/ssh/sshd_config": { exitCode, stderr } },
    });
  const ensure = (scripted: ReturnType<typeof machine>): Promise<boolean> =>
    ensureSshdOption(scripted.system, "PasswordAuthentication", "no", "yes");

  test("goes into the directory that the main file includes, readable by root alone", async () => {
    const scripted = machine({ [MAIN]: "Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n" });
    expect(await ensure(scripted)).toBe(true);
    const { fs } = scripted.system;
    expect(readText(fs, DROP_IN)).toBe("PasswordAuthentication no\n");
    expect(fs.stat(DROP_IN)?.mode).toBe(0o600);
    expect(readText(fs, MAIN)).toBe("Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n");
    expect(await ensure(scripted)).toBe(false);
  });

  test("keeps the mode of the main file", async () => {
    const scripted = machine({ [MAIN]: "Port 22\n" });
    scripted.system.fs.setAttributes(MAIN, { mode: 0o640 });
    expect(await ensure(scripted)).toBe(true);
    expect(scripted.system.fs.stat(MAIN)?.mode).toBe(0o640);
  });

  test("keeps bytes that are no UTF-8", async () => {
    const head = Uint8Array.of(0x23, 0x20, 0xe4, 0xff, 0x00, 0x0a);
    const scripted = createScriptedSystem({ files: { [MAIN]: head } });
    expect(await ensure(scripted)).toBe(true);
    const after = scripted.system.fs.readBytes(MAIN);
    expect(after.slice(0, head.length)).toEqual(head);
    expect(new TextDecoder().decode(after.slice(head.length))).toBe("PasswordAuthentication no\n");
  });

  test("goes into the main file where that says it before its Include", async () => {
    const text = "PasswordAuthentication yes\nInclude sshd_config.d/*.conf\n";
    const scripted = machine({ [MAIN]: text });
    expect(await ensure(scripted)).toBe(true);
    expect(readText(scripted.system.fs, MAIN)).toBe(text.replace("yes", "no"));
    expect(scripted.system.fs.stat(DROP_IN)).toBeUndefined();
  });

  test.each([
    "Missing privilege separation directory: /run/sshd\n",
    "Privilege separation user sshd does not exist\n",
    "sshd: no hostkeys available -- exiting.\n",
  ])("is kept where sshd has taken the file and only cannot start yet: %j", async (stderr) => {
    const scripted = machine({ [MAIN]: "Port 22\n" }, 255, stderr);
    expect(await ensure(scripted)).toBe(true);
    expect(readText(scripted.system.fs, MAIN)).toBe("Port 22\nPasswordAuthentication no\n");
  });

  test("that another file says first is not fought over: all is put back and said", async () => {
    const first = "/etc/ssh/sshd_config.d/10-site.conf";
    const scripted = machine({
      [MAIN]: "Include sshd_config.d/*.conf\n",
      [first]: "PasswordAuthentication yes\n",
    });
    await expect(ensure(scripted)).rejects.toThrow("another file says PasswordAuthentication");
    expect(scripted.system.fs.stat(DROP_IN)).toBeUndefined();
  });

  test("that sshd refuses leaves no file behind", async () => {
    const scripted = machine({ [MAIN]: "Include /etc/ssh/sshd_config.d/*\n" }, 255);
    await expect(ensure(scripted)).rejects.toThrow("sshd refuses the configuration");
    expect(scripted.system.fs.stat(DROP_IN)).toBeUndefined();
  });
});
