import { expect, test } from "bun:test";
import { commandEnvironment } from "../../src/system/command-environment.ts";

const OWN = {
  PATH: "/home/user/bin",
  LANG: "de_DE",
  TZ: "CET-1CEST",
  LIBPATH: "/opt/node/lib",
  NODE_OPTIONS: "--require /tmp/x",
  BUN_OPTIONS: "--preload /tmp/x",
  LD_PRELOAD: "/tmp/x.so",
};

test("our own commands on AIX speak English and find the ODM", () => {
  expect(commandEnvironment({ platform: "aix", env: OWN }, "agent")).toEqual({
    PATH: "/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin:/opt/freeware/bin",
    HOME: "/",
    LANG: "C",
    LC_ALL: "C",
    ODMDIR: "/etc/objrepos",
  });
});

test("a user's script gets the machine's language and time zone and nothing else of ours", () => {
  expect(commandEnvironment({ platform: "linux", env: OWN }, "user")).toEqual({
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/",
    LANG: "de_DE",
    TZ: "CET-1CEST",
  });
  expect(commandEnvironment({ platform: "linux", env: {} }, "user")).not.toHaveProperty("LANG");
});
