import { describe, expect, test } from "bun:test";
import { bootAixShell, readAixFixture, wordsOfLines } from "../aix-shell.ts";

const LSATTR = "/usr/sbin/lsattr";

describe("against real output", () => {
  test("en0 has the rows that AIX 6.1 prints, and those that 7 adds", async () => {
    const aix = bootAixShell();
    await aix.run(
      "/usr/sbin/chdev -l en0 -a netaddr=192.168.3.1 -a netmask=255.255.255.0 -a mtu=9000 -a state=up",
    );
    const rows = wordsOfLines(await aix.text(`${LSATTR} -El en0`));
    for (const expected of wordsOfLines(readAixFixture("lsattr-en0-aix61.txt"))) {
      expect(rows).toContainEqual(expected);
    }
  });

  test("sys0 has the values of an AIX 7.3 partition", async () => {
    const aix = bootAixShell();
    const rows = wordsOfLines(await aix.text([LSATTR, "-El", "sys0", "-F", "attribute value"]));
    for (const expected of wordsOfLines(readAixFixture("sys0-aix73.txt"))) {
      expect(rows).toContainEqual(expected);
    }
  });
});

describe("one attribute", () => {
  test("that is empty prints an empty line and ends with 0", async () => {
    const result = await bootAixShell().run(`${LSATTR} -El en0 -a netaddr -F value`);
    expect(result).toMatchObject({ exitCode: 0, stdout: "\n" });
  });

  test("that is set more than once prints one line for each value", async () => {
    const aix = bootAixShell({ firstBoot: "captured", faults: { twoDefaultRoutes: true } });
    expect(await aix.text(`${LSATTR} -El inet0 -a route -F value`)).toBe(
      "net,-hopcount,0,,0,192.0.2.1\nnet,-hopcount,0,,0,192.0.2.254\n",
    );
  });

  test("that does not exist ends with 255, as do the write-only ones", async () => {
    const aix = bootAixShell();
    for (const line of [
      "sys0 -a nope",
      "inet0 -a delroute",
      "en0 -a delalias4",
      "ent0 -a jumbo_frames",
    ]) {
      const result = await aix.run(`${LSATTR} -El ${line} -F value`);
      expect(result).toMatchObject({ exitCode: 255, stdout: "" });
      expect(result.stderr).toContain("0514-528");
    }
  });

  test("of a level that lacks it ends with 255", async () => {
    const missing = { faults: { missingSysAttributes: ["clouddev", "partition_uuid", "os_uuid"] } };
    const aix = bootAixShell(missing);
    for (const attribute of ["clouddev", "partition_uuid", "os_uuid"]) {
      expect((await aix.run(`${LSATTR} -El sys0 -a ${attribute}`)).exitCode).toBe(255);
    }
    expect(
      (await bootAixShell({ level: "7.2" }).run(`${LSATTR} -El sys0 -a partition_uuid`)).exitCode,
    ).toBe(255);
  });
});

test("an unknown device is 0514-519", async () => {
  const result = await bootAixShell().run(`${LSATTR} -El ent9`);
  expect(result.exitCode).toBe(255);
  expect(result.stderr).toContain("0514-519");
});

test("the colon form has the names in a line with # and the values in the next", async () => {
  const aix = bootAixShell();
  expect(await aix.text(`${LSATTR} -EOl hdisk0 -a size_in_mb`)).toBe("#size_in_mb\n20480\n");
  expect(await aix.text(`${LSATTR} -EOl en0 -a mtu -a netaddr -a state`)).toBe(
    "#mtu:netaddr:state\n1500::down\n",
  );
});

test("-D shows predefined values, -R what is legal, -H a header", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/sbin/chdev -l en0 -a mtu=9000");
  expect(await aix.text(`${LSATTR} -Dl en0 -a mtu -F value`)).toBe("1500\n");
  expect(await aix.text(`${LSATTR} -El en0 -a mtu -F value`)).toBe("9000\n");
  expect(await aix.text(`${LSATTR} -Rl en0 -a state`)).toBe("up\ndown\ndetach\n");
  expect(await aix.text(`${LSATTR} -Rl en0 -a mtu`)).toBe("60...65535 (+1)\n");
  expect(await aix.text(`${LSATTR} -EHl en0 -a mtu`)).toStartWith(
    "attribute value description user_settable\n\n",
  );
});

test("the locked database is reported as often as the fault says", async () => {
  const aix = bootAixShell({ faults: { odmLockCalls: 2 } });
  const codes: number[] = [];
  for (let call = 0; call < 3; call += 1) {
    const result = await aix.run(`${LSATTR} -El en0 -a mtu -F value`);
    codes.push(result.exitCode);
    expect(result.stderr.includes("0514-516")).toBe(call < 2);
  }
  expect(codes).toEqual([1, 1, 0]);
});
