import { describe, expect, test } from "bun:test";
import { disableEc2Metadata } from "../../src/modules/disable-ec2-metadata.ts";
import { bootSimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runModule } from "../support/module-context.ts";

const WANTED = { disable_ec2_metadata: true };

describe("on AIX", () => {
  test("the route is there after the first run, and a second run changes nothing", async () => {
    const aix = bootSimulatedAix();
    const first = await runModule(disableEc2Metadata, { config: WANTED, system: aix.system });
    expect(first.failures).toEqual([]);
    expect(aix.machine.routes).toContainEqual(
      expect.objectContaining({ destination: "169.254.169.254", gateway: "127.0.0.1" }),
    );
    const routes = JSON.stringify(aix.machine.routes);
    const second = await runModule(disableEc2Metadata, { config: WANTED, system: aix.system });
    expect(second.failures).toEqual([]);
    expect(JSON.stringify(aix.machine.routes)).toBe(routes);
  });

  test("a route that the table hides and the kernel knows is no failure; another error is one", async () => {
    const run = (stderr: string) =>
      runModule(disableEc2Metadata, {
        config: WANTED,
        machine: {
          platform: "aix",
          commands: { "/usr/bin/netstat": "", "/usr/sbin/route": { exitCode: 1, stderr } },
        },
      });
    expect(
      (await run("0821-279 writing to routing socket: entry already exists")).failures,
    ).toEqual([]);
    expect(
      (await run("0821-279 writing to routing socket: Network is unreachable")).failures,
    ).toEqual([expect.stringContaining("Network is unreachable")]);
  });
});

describe("on Linux", () => {
  const ip = (shown: string) =>
    runModule(disableEc2Metadata, {
      config: WANTED,
      machine: {
        files: { "/usr/sbin/ip": "" },
        commands: {
          "/usr/sbin/ip route show type prohibit": shown,
          "/usr/sbin/ip route add prohibit 169.254.169.254": "",
        },
      },
    });

  test("iproute2 sets it where it is not there", async () => {
    expect((await ip("")).commands).toHaveLength(2);
    expect((await ip("prohibit 169.254.169.254 \n")).commands).toHaveLength(1);
  });

  test("route sets it where there is no iproute2, and without both that is said", async () => {
    const old = await runModule(disableEc2Metadata, {
      config: WANTED,
      machine: { files: { "/sbin/route": "" }, commands: { "/sbin/route": "" } },
    });
    expect(old.commands).toEqual([["/sbin/route", "add", "-host", "169.254.169.254", "reject"]]);
    const none = await runModule(disableEc2Metadata, { config: WANTED });
    expect(none.failures).toEqual([expect.stringContaining('neither "ip" nor "route"')]);
  });
});

test("false, nothing and nonsense leave the routes alone", async () => {
  for (const value of [false, null, "yes please"]) {
    const done = await runModule(disableEc2Metadata, { config: { disable_ec2_metadata: value } });
    expect(done.commands).toEqual([]);
  }
});
