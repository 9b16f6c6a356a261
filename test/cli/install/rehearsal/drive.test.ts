import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "bun:test";
import { LIGHT_USER_DATA } from "../../../../scripts/bench/drives.ts";
import { ADAPTER } from "../../../../src/cli/install/rehearsal/rehearse.ts";
import { rehearsalDrive } from "../../../../src/cli/install/rehearsal/drive.ts";
import { buildDrive } from "../../../support/sample-machine.ts";

test("the drive of the rehearsal has one static adapter, and a little user-data", () => {
  const wanted = buildDrive({ userData: LIGHT_USER_DATA });
  const isSame = Buffer.compare(rehearsalDrive(), wanted) === 0;
  // What is to stand in drive.ts.
  expect(isSame ? "" : deflateRawSync(wanted, { level: 9 }).toString("base64")).toBe("");
  expect(Buffer.from(wanted).includes(ADAPTER.macAddress)).toBe(true);
});
