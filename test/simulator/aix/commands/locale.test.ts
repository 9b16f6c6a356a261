import { expect, test } from "bun:test";
import { bootAixShell } from "../aix-shell.ts";

const ENVIRONMENT = "/etc/environment";

test("locale -a lists what /usr/lib/nls/loc has, and nothing that is no locale", async () => {
  const aix = bootAixShell();
  const names = (await aix.text("/usr/bin/locale -a")).trimEnd().split("\n");
  expect(names.slice(0, 2)).toEqual(["C", "POSIX"]);
  expect(names).toContain("EN_US.UTF-8");
  expect(names).not.toContain("en_US.im");
  expect(names).not.toContain("en_US__64");
  expect((await aix.run("/usr/bin/locale --all")).exitCode).toBe(2);
});

test("chtz changes TZ and takes a zone that there is not", async () => {
  const aix = bootAixShell();
  expect((await aix.run("/usr/bin/chtz No/Where")).exitCode).toBe(0);
  const text = new TextDecoder().decode(aix.system.fs.readBytes(ENVIRONMENT));
  expect(text).toEndWith("\nTZ=No/Where\n");
  expect(text.match(/^TZ=/gmu)).toHaveLength(1);
  expect((await aix.run("/usr/bin/chtz")).exitCode).toBe(1);
  expect((await aix.run("/usr/bin/chtz UTC UTC")).exitCode).toBe(1);
});

test("chlang -M sets LANG, gives NLSPATH its default back, and refuses what is not installed", async () => {
  const aix = bootAixShell({ files: { [ENVIRONMENT]: "NLSPATH=/mine\nLC_MESSAGES=C\nLANG=C\n" } });
  expect((await aix.run("/usr/bin/chlang -M fr_FR")).exitCode).toBe(1);
  expect((await aix.run("/usr/bin/chlang -M ../loc/en_US")).exitCode).toBe(1);
  expect((await aix.run("/usr/bin/chlang -M de_DE")).exitCode).toBe(0);
  expect(new TextDecoder().decode(aix.system.fs.readBytes(ENVIRONMENT))).toBe(
    "LANG=de_DE\nNLSPATH=/usr/lib/nls/msg/%L/%N:/usr/lib/nls/msg/%L/%N.cat\n",
  );
});
