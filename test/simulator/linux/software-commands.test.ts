import { describe, expect, test } from "bun:test";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import { exists } from "../../../src/system/files.ts";

function machine(distro: string) {
  const { system } = bootSimulatedLinux({ distro });
  const run = async (line: string) => {
    const result = await system.exec.run(line.split(" "), { okExitCodes: "any" });
    return { exitCode: result.exitCode, text: result.stdout + result.stderr };
  };
  return { fs: system.fs, run };
}

const SHOW =
  "/usr/bin/systemctl show --property=Id,LoadState,ActiveState,UnitFileState puppet.service";
const state = (load: string, active: string, file: string) => ({
  exitCode: 0,
  text: `Id=puppet.service\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}\n`,
});

describe("software of the simulated Linux", () => {
  test("Debian: a package's service is enabled and started by its installation", async () => {
    const { fs, run } = machine("debian");
    expect(await run(SHOW)).toEqual(state("not-found", "inactive", ""));
    expect((await run("/usr/bin/apt-get --assume-yes install puppet-agent=7.1")).exitCode).toBe(0);
    expect(await run(SHOW)).toEqual(state("loaded", "active", "enabled"));
    expect(exists(fs, "/usr/bin/puppet")).toBe(true);
    expect((await run("/usr/bin/apt-get install no-such-thing")).exitCode).toBe(100);
    expect((await run("/usr/bin/apt-get remove puppet")).exitCode).toBe(100);
    expect(exists(fs, "/usr/bin/dnf")).toBe(false);
  });

  test("Red Hat: it is neither until somebody says so", async () => {
    const { fs, run } = machine("rhel");
    expect((await run("/usr/bin/rpm -q puppet-agent")).exitCode).toBe(1);
    expect((await run("/usr/bin/dnf -y install puppet-agent-8.1")).exitCode).toBe(0);
    expect((await run("/usr/bin/rpm -q puppet-agent-8.1")).exitCode).toBe(0);
    expect(exists(fs, "/opt/puppetlabs/bin/puppet")).toBe(true);
    expect(await run(SHOW)).toEqual(state("loaded", "inactive", "disabled"));
    for (const verb of ["enable", "start"]) {
      expect((await run(`/usr/bin/systemctl ${verb} puppet.service`)).exitCode).toBe(0);
    }
    expect(await run(SHOW)).toEqual(state("loaded", "active", "enabled"));
    for (const verb of ["disable", "stop"]) {
      await run(`/usr/bin/systemctl ${verb} puppet.service`);
    }
    expect(await run(SHOW)).toEqual(state("loaded", "inactive", "disabled"));
    expect((await run("/usr/bin/systemctl enable own.service")).exitCode).toBe(1);
    expect((await run("/usr/bin/systemctl start own.service")).exitCode).toBe(5);
    expect((await run("/usr/bin/dnf -y install no-such-thing")).exitCode).toBe(1);
  });
});
