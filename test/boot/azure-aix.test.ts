// Azure's id where the firmware has none (AIX): whether IMDS answers makes no new instance.
import { expect, test } from "bun:test";
import { HttpError } from "../../src/system/http-error.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import { CLOUD_DIR, createMachine, textAt } from "../support/sample-machine.ts";

const PROVISIONING =
  "<Environment><ProvisioningSection><LinuxProvisioningConfigurationSet><HostName>vm01</HostName></LinuxProvisioningConfigurationSet></ProvisioningSection></Environment>";
const FIRST = "11111111-2222-3333-4444-555555555555";
const SECOND = "66666666-7777-8888-9999-aaaaaaaaaaaa";

/** Boots with each answer of IMDS in turn, undefined for none: the ids. */
async function bootWith(answers: readonly (string | undefined)[]): Promise<readonly string[]> {
  let vmId: string | undefined;
  const aix: SimulatedAix = createMachine({
    config: `${JSON.stringify({
      datasource_list: ["Azure"],
      datasource: { Azure: { max_wait: 2, timeout: 1, report_ready: false } },
    })}\n`,
    files: { [`${CLOUD_DIR}/seed/azure/ovf-env.xml`]: PROVISIONING },
    http({ method, url }) {
      if (vmId === undefined) {
        throw new HttpError(method, url, "no connection in time");
      }
      const body = new TextEncoder().encode(JSON.stringify({ compute: { vmId } }));
      return { status: 200, headers: {}, body };
    },
  });
  const ids: string[] = [];
  for (const answer of answers) {
    vmId = answer;
    expect(await runBoot(aix)).toEqual(CLEAN);
    ids.push(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim());
    aix.reboot();
  }
  return ids;
}

test.each([
  ["that is silent later", [FIRST, undefined, FIRST], [FIRST, FIRST, FIRST]],
  [
    "that is silent at first",
    [undefined, FIRST, undefined, FIRST],
    ["iid-AZURE-NODE", "iid-AZURE-NODE", "iid-AZURE-NODE", "iid-AZURE-NODE"],
  ],
  ["that says another machine", [FIRST, SECOND], [FIRST, SECOND]],
  [
    "that says another machine after it was silent at first",
    [undefined, FIRST, SECOND],
    ["iid-AZURE-NODE", "iid-AZURE-NODE", SECOND],
  ],
])("IMDS %s", async (_what, answers, ids) => {
  expect(await bootWith(answers)).toEqual(ids);
});
