import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  addSshdLine,
  parseSshdLine,
  readSshdOptions,
} from "../../../src/distros/posix/sshd-config.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

function read(files: Record<string, string>) {
  return Object.fromEntries(readSshdOptions(createMemoryFileSystem(files)));
}

describe("sshd_config", () => {
  test("a line is a keyword in any case, then arguments in any of sshd's forms", () => {
    expect(parseSshdLine("  AuthorizedKeysFile\t.ssh/a  .ssh/b # both")).toEqual({
      keyword: "authorizedkeysfile",
      args: [".ssh/a", ".ssh/b"],
    });
    expect(parseSshdLine('Banner="/etc/my banner"')).toEqual({
      keyword: "banner",
      args: ["/etc/my banner"],
    });
    expect(parseSshdLine("UsePAM")).toEqual({ keyword: "usepam", args: [] });
    expect(parseSshdLine("# Port 22")).toBeUndefined();
    expect(parseSshdLine("")).toBeUndefined();
  });

  test("the first value holds, and a Match ends what is for everybody", () => {
    expect(
      read({
        "/etc/ssh/sshd_config":
          "StrictModes no\nStrictModes yes\nMatch User bob\nPort 2222\nPasswordAuthentication no\n",
      }),
    ).toEqual({ strictmodes: ["no"] });
  });

  test("Include reads files in order where it stands, relative to /etc/ssh", () => {
    expect(
      read({
        "/etc/ssh/sshd_config": "Include sshd_config.d/*.conf /etc/ssh/extra\nPort 22\nUsePAM no\n",
        "/etc/ssh/sshd_config.d/20-b.conf": "Port 2220\nMatch all\nUsePAM yes\n",
        "/etc/ssh/sshd_config.d/10-a.conf": "AuthorizedKeysFile /keys/%u\n",
        "/etc/ssh/sshd_config.d/.hidden.conf": "Port 1\n",
        "/etc/ssh/sshd_config.d/readme": "Port 2\n",
        "/etc/ssh/extra": "MaxSessions 3\n",
      }),
    ).toEqual({
      authorizedkeysfile: ["/keys/%u"],
      port: ["2220"],
      maxsessions: ["3"],
      usepam: ["no"],
    });
  });

  test("no file and a file that includes itself are no trouble", () => {
    expect(read({})).toEqual({});
    expect(read({ "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config\nPort 22\n" })).toEqual({
      port: ["22"],
    });
  });

  test("any text is read without an exception", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        read({ "/etc/ssh/sshd_config": text });
      }),
    );
  });
});

describe("addSshdLine", () => {
  test("adds a line where it holds for all, and changes no other byte", () => {
    expect(addSshdLine("Port 22", "HostCertificate", "/a")).toBe("Port 22\nHostCertificate /a\n");
    expect(addSshdLine("", "HostCertificate", "/a")).toBe("HostCertificate /a\n");
    expect(addSshdLine("A 1\r\n\tmatch all\nHostCertificate /a", "HostCertificate", "/a")).toBe(
      "A 1\r\nHostCertificate /a\n\tmatch all\nHostCertificate /a",
    );
  });

  test("adds nothing that is there", () => {
    const text = "hostcertificate   /a\nMatch all\n";
    expect(addSshdLine(text, "HostCertificate", "/a")).toBe(text);
    fc.assert(
      fc.property(fc.string(), (any) => {
        const once = addSshdLine(any, "HostCertificate", "/a");
        expect(addSshdLine(once, "HostCertificate", "/a")).toBe(once);
      }),
    );
  });
});
