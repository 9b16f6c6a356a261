import { describe, expect, test } from "bun:test";
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
    ["any spelling", "  passwordauthentication=yes # why\n", "PasswordAuthentication no\n"],
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

describe("one option of a machine", () => {
  const machine = (files: Readonly<Record<string, string>>, exitCode = 0) =>
    createScriptedSystem({
      files: { "/usr/sbin/sshd": "", ...files },
      commands: { "/usr/sbin/sshd -t": { exitCode, stderr: "no\n" } },
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

  test("that another file says first is not fought over: all is put back and said", async () => {
    const first = "/etc/ssh/sshd_config.d/10-site.conf";
    const scripted = machine({
      [MAIN]: "Include sshd_config.d/*.conf\n",
      [first]: "PasswordAuthentication yes\n",
    });
    expect(ensure(scripted)).rejects.toThrow("another file says PasswordAuthentication");
    expect(scripted.system.fs.stat(DROP_IN)).toBeUndefined();
  });

  test("that sshd refuses leaves no file behind", async () => {
    const scripted = machine({ [MAIN]: "Include /etc/ssh/sshd_config.d/*\n" }, 255);
    expect(ensure(scripted)).rejects.toThrow("sshd refuses the configuration");
    await Bun.sleep(0);
    expect(scripted.system.fs.stat(DROP_IN)).toBeUndefined();
  });
});
