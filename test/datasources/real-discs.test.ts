// Discs as genisoimage makes them, which is how hypervisors make theirs.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { altCloud } from "../../src/datasources/alt-cloud.ts";
import { azure } from "../../src/datasources/azure.ts";
import type { Datasource, DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { openNebula } from "../../src/datasources/open-nebula.ts";
import { ovf } from "../../src/datasources/ovf.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog } from "../support/recording-log.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { findToolObstacle, runTool } from "../support/run-tool.ts";

const FIXTURES = join(import.meta.dir, "../fixtures/datasources");
const directory = mkdtempSync(join(tmpdir(), "real-discs-"));
afterAll(() => rmSync(directory, { recursive: true }));

function makeDisc(
  files: Readonly<Record<string, Uint8Array>>,
  args: readonly string[],
): Uint8Array {
  const tree = mkdtempSync(join(directory, "tree-"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(tree, name), content);
  }
  mkdirSync(join(tree, "other"));
  const image = `${tree}.iso`;
  runTool(["genisoimage", "-quiet", ...args, "-o", image, tree]);
  return new Uint8Array(readFileSync(image));
}

async function find(datasource: Datasource, disc: Uint8Array): Promise<DatasourceAnswer> {
  const { system: sys } = createScriptedSystem({
    platform: "aix",
    files: { "/dev/cd0": disc, "/etc/sysconfig/cloud-info": "VSPHERE\n" },
    commands: { "/usr/sbin/lsdev": "cd0:Available\n" },
  });
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} }, [
    { name: "en0", macAddress: "fa:16:3e:5c:1a:01" },
  ]);
  return datasource.find({ sys, distro, paths: createTestPaths(), config: {}, log });
}

describe.skipIf(requireOrSkip(findToolObstacle("genisoimage")))(
  "a disc that genisoimage made",
  () => {
    const kinds = [
      ["with Rock Ridge", ["-r"]],
      ["with Joliet", ["-J"]],
      ["plain", []],
      ["with a UDF bridge", ["-udf", "-r"]],
    ] as const;
    const document = (path: string): Uint8Array =>
      new Uint8Array(readFileSync(join(FIXTURES, path)));

    test.each(kinds)("%s, is read by OVF", async (_name, args) => {
      const xml = document("OVF/disc/tree/ovf-env.xml");
      const disc = makeDisc({ "ovf-env.xml": xml }, [...args, "-V", "OVF-TRANSPORT"]);
      expect(await find(ovf, disc)).toMatchObject({ instance: { id: "i-example01" } });
    });

    test.each(kinds)("%s, is read by OVF for VSAE", async (_name, args) => {
      const xml = document("OVF/vsae/tree/ovf-env.xml");
      const disc = makeDisc({ "ovf-env.xml": xml }, args);
      expect(await find(ovf, disc)).toMatchObject({
        instance: { localHostname: "aix01.example.com" },
      });
    });

    test.each(kinds)("%s, is read by Azure", async (_name, args) => {
      const xml = document("Azure/disc-and-imds/tree/ovf-env.xml");
      const disc = makeDisc({ "ovf-env.xml": xml }, [...args, "-V", "rd_rdfe_stable.1"]);
      expect(await find(azure, disc)).toMatchObject({ instance: { localHostname: "aix01" } });
    });

    test.each(kinds)("%s, is read by OpenNebula", async (_name, args) => {
      const context = document("OpenNebula/disc/tree/context.sh");
      const disc = makeDisc({ "context.sh": context }, [...args, "-V", "CONTEXT"]);
      expect(await find(openNebula, disc)).toMatchObject({ instance: { localHostname: "aix01" } });
    });

    test.each(kinds)("%s, is read by AltCloud", async (_name, args) => {
      const disc = makeDisc({ "user-data.txt": new TextEncoder().encode(" x \n") }, args);
      const answer = await find(altCloud, disc);
      expect(Buffer.from((answer.found && answer.instance.userData) || "").toString()).toBe("x");
    });
  },
);
