import { expect, test } from "bun:test";
import { type BootedMachine, INSTANCE_ID, MAC_ADDRESS, REPORTED } from "./boot-machine.ts";

/** The tests that every machine has to pass, whatever its processor and its runtime. */
export function expectBoot(booted: () => BootedMachine, machine: string): void {
  const content = (name: keyof typeof REPORTED): string =>
    booted().files[REPORTED[name]]?.content ?? "(absent)";

  test("comes up, runs every step with exit code 0 and switches itself off", () => {
    const { faults, steps, isWhole, isTimedOut, exitCode, console } = booted();
    const failed = steps.filter((step) => step.exitCode !== 0);
    // What the console had is what tells why.
    expect({
      failed,
      faults,
      isWhole,
      isTimedOut,
      tail: isWhole ? "" : console.slice(-3000),
    }).toEqual({ failed: [], faults: [], isWhole: true, isTimedOut: false, tail: "" });
    expect(exitCode).toBe(0);
    expect(booted().machine).toBe(machine);
  });

  test("runs the four stages by the links in rc2.d, in their order", () => {
    const names = booted().steps.map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual([
      "install",
      "S10cloud-init-local",
      "S11cloud-init",
      "S98cloud-config",
      "S99cloud-final",
    ]);
    const { console } = booted();
    const order = ["init-local", "init", "modules:config", "modules:final"].map((stage) =>
      console.indexOf(` running '${stage}' at `),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  test("finds the drive by reading its device, which is never mounted", () => {
    expect(booted().console).toMatch(
      /^orders is up from DataSourceConfigDrive\S* \[net,ver=2\]\[source=\/dev\/sr0\]$/mu,
    );
    expect(content("mounts")).toContain("proc /proc proc");
    expect(content("mounts")).not.toContain("sr0");
    expect(content("mounts")).not.toContain("iso9660");
  });

  test("gives the machine its name, user, keys and network", () => {
    expect(content("hostName")).toBe("orders1\n");
    expect(content("users")).toMatch(/^deploy:x:\d+:\d+:Deployment:\/home\/deploy:\/bin\/sh$/mu);
    expect(content("authorizedKeys")).toMatch(/^ssh-ed25519 \S+ deploy@example\.com$/mu);
    expect(booted().files[REPORTED.authorizedKeys]?.attributes).toBe("600:deploy:deploy");
    expect(content("hostKey")).toStartWith("ssh-ed25519 ");
    expect(content("network")).toContain("Address=192.0.2.20/24");
    expect(content("network")).toContain(`MACAddress=${MAC_ADDRESS}`);
  });

  test("does what user-data says, once", () => {
    expect(booted().console).toMatch(/^bootcmd-ran$/mu);
    expect(booted().files[REPORTED.written]).toEqual({
      attributes: "640:root:root",
      content: "environment=production\n",
    });
    // The final stage has run twice.
    expect(content("commanded")).toBe(`${machine} orders1\n`);
  });

  test("ends without a warning, and says so", () => {
    expect(content("warnings")).toBe("");
    expect(content("status")).toMatch(/^status: done$/mu);
    expect(content("status")).toMatch(/^errors: \[\]$/mu);
    expect(content("query")).toBe(`orders1 ${INSTANCE_ID} configdrive\n`);
  });

  test("starts a stage again in less time than the first start took", () => {
    const seconds = (name: string): number =>
      booted().steps.find((step) => step.name === name)?.seconds ?? Number.NaN;
    expect(seconds("again")).toBeLessThan(seconds("install"));
    expect(content("runtimeAfter")).toBe(content("runtimeBefore"));
  });
}
