import { expect, test } from "bun:test";
import { bootSimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";

test("host answers from /etc/hosts, by name and by address", async () => {
  const aix = bootSimulatedAix({
    files: { "/etc/hosts": "192.0.2.10\tvm1.example.com vm1 # here\n2001:db8::10 vm6\n" },
  });
  const host = async (text: string): Promise<string> => {
    const argv = ["/usr/bin/host", text];
    const result = await aix.system.exec.query(argv, { okExitCodes: "any" });
    return `${result.exitCode} ${result.stdout}${result.stderr}`;
  };
  expect(await host("192.0.2.10")).toBe("0 vm1.example.com is 192.0.2.10,  Aliases:   vm1\n");
  expect(await host("vm6")).toBe("0 vm6 is 2001:db8::10\n");
  expect(await host("192.0.2.11")).toBe("1 host: 0827-803 Cannot find address 192.0.2.11.\n");
  expect(await host("vm9")).toBe("1 host: 0827-801 Host name vm9 does not exist.\n");
  expect(aix.gaps).toEqual([]);
});
