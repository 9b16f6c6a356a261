// Repositories and the resolver of a Linux: on the systems that they are for.
import { describe, expect, test } from "bun:test";
import { readTextIfExists } from "../../src/system/files.ts";
import { createLinuxScenario } from "../support/linux-boot.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };

describe("repositories of another system", () => {
  const userData = {
    zypper: { repos: [{ id: "own", baseurl: "https://example.com/own", name: "Own" }] },
    manage_resolv_conf: true,
    resolv_conf: { nameservers: ["192.0.2.54"] },
  };

  test("are set up on SUSE, once, and passed over on Debian", async () => {
    const suse = createLinuxScenario({ distro: "opensuse", userData });
    expect((await suse.boot()).codes).toEqual(CLEAN);
    const text = readTextIfExists(suse.system.fs, "/etc/zypp/repos.d/own.repo") ?? "";
    expect(text).toContain("baseurl=https://example.com/own");
    expect((await suse.boot()).codes).toEqual(CLEAN);
    expect(readTextIfExists(suse.system.fs, "/etc/zypp/repos.d/own.repo")).toBe(text);
    const debian = createLinuxScenario({ userData });
    expect((await debian.boot()).codes).toEqual(CLEAN);
    expect(debian.system.fs.stat("/etc/zypp/repos.d/own.repo")).toBeUndefined();
  });
});
