import { expect, test } from "bun:test";
import { bootAixShell } from "../aix-shell.ts";

test("the location column is empty for virtual devices and interfaces", async () => {
  const aix = bootAixShell({ firstBoot: "captured" });
  expect(await aix.text("/usr/sbin/lsdev -Cl en0")).toBe(
    "en0 Available  Standard Ethernet Network Interface\n",
  );
  expect(await aix.text("/usr/sbin/lsdev -Cc processor")).toBe("proc0 Available 00-00 Processor\n");
});

test("a device that is not there gives no output and exit code 0", async () => {
  const result = await bootAixShell().run("/usr/sbin/lsdev -Cl cd7");
  expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
});

test("class, subclass, type, state and parent choose", async () => {
  const aix = bootAixShell({ firstBoot: "captured" });
  const names = async (flags: string): Promise<string> =>
    (await aix.text(`/usr/sbin/lsdev -C ${flags} -F name`)).trim().replaceAll("\n", " ");
  expect(await names("-c if")).toBe("lo0 en0 et0");
  expect(await names("-c if -S D")).toBe("et0");
  expect(await names("-c adapter -s vdevice -t IBM,l-lan")).toBe("ent0");
  expect(await names("-p vscsi0")).toBe("hdisk0 cd0");
  expect(await aix.text("/usr/sbin/lsdev -C -r class")).toContain("adapter\nbus\ncdrom\n");
});

test("a format with other separators than blanks is filled in as it stands", async () => {
  const aix = bootAixShell();
  expect(await aix.text(["/usr/sbin/lsdev", "-Cl", "ent0", "-F", "name:type:description"])).toBe(
    "ent0:IBM,l-lan:Virtual I/O Ethernet Adapter (l-lan)\n",
  );
  expect((await aix.run(["/usr/sbin/lsdev", "-C", "-F", "name:colour"])).exitCode).not.toBe(0);
});
