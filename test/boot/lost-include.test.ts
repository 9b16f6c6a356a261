import { expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, createMachine, detachDrive, textAt } from "../support/sample-machine.ts";

const URL = "http://192.0.2.99/config";

test("an include whose server is gone later takes nothing away from the machine", async () => {
  let isServed = true;
  const aix = createMachine({
    drive: buildDrive({ userData: `#include\n${URL}\n` }),
    http: () => {
      if (!isServed) {
        return { status: 503, headers: {}, body: new Uint8Array() };
      }
      const body = new TextEncoder().encode("#cloud-config\nhostname: fromincl\n");
      return { status: 200, headers: {}, body };
    },
  });
  await runBoot(aix);
  expect(aix.machine.hostname).toBe("fromincl");
  const config = textAt(aix, "/opt/freeware/var/lib/cloud/instance/cloud-config.txt");
  isServed = false;
  detachDrive(aix);
  aix.reboot();
  const codes = await runBoot(aix);
  expect(aix.machine.hostname).toBe("fromincl");
  expect(textAt(aix, "/opt/freeware/var/lib/cloud/instance/cloud-config.txt")).toBe(config);
  // That it could not be fetched is an error all the same.
  expect(codes.init).toBe(1);
});
