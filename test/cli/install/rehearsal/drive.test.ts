import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "bun:test";
import { rehearsalDrive } from "../../../../src/cli/install/rehearsal/drive.ts";
import { buildIso } from "../../../support/build-iso.ts";
import { REHEARSAL_FILES } from "./drive-files.ts";

test("the drive of the rehearsal has the files that are described here", () => {
  const wanted = buildIso({ files: REHEARSAL_FILES });
  const isSame = Buffer.compare(rehearsalDrive(), wanted) === 0;
  // What is to stand in drive.ts.
  expect(isSame ? "" : deflateRawSync(wanted, { level: 9 }).toString("base64")).toBe("");
});
