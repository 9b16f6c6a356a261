// Azure and OVF over documents that are cut, changed and put together at random.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { azure } from "../../src/datasources/azure.ts";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { ovf } from "../../src/datasources/ovf.ts";
import { instanceToJson, isSafeInstanceId } from "../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog } from "../support/recording-log.ts";

const FIXTURES = join(import.meta.dir, "../fixtures/datasources");
const ADAPTERS = [{ name: "en0", macAddress: "fa:16:3e:5c:1a:01" }];

/** Without the password of Azure's, whose hash takes its time on purpose. */
const document = (path: string): Uint8Array => {
  const text = readFileSync(join(FIXTURES, path), "utf8");
  return new TextEncoder().encode(text.replace(/(?<=UserPassword>)[^<]*/u, "REDACTED"));
};

/** What came of it, in one word. Anything that is not foreseen throws. */
async function ask(datasource: Datasource, xml: Uint8Array, imds?: string): Promise<string> {
  const seed = datasource.name.toLowerCase();
  const { system: sys, changes } = createScriptedSystem({
    files: { [`/opt/freeware/var/lib/cloud/seed/${seed}/ovf-env.xml`]: xml },
    ...(imds === undefined
      ? {}
      : { http: () => ({ status: 200, headers: {}, body: new TextEncoder().encode(imds) }) }),
  });
  const log = createRecordingLog();
  const storage = { findDiscs: async () => ({ discs: [], problems: [] }) };
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} }, ADAPTERS, storage);
  const paths = createTestPaths();
  const config = { max_wait: 1, timeout: 1 };
  let answer;
  try {
    answer = await datasource.find({ sys, distro, paths, config, log });
  } catch (error) {
    // It is this cloud's document, and broken: the only errors there are.
    expect(errorMessage(error)).toMatch(/^(?:Broken OVF environment|No OVF or IMDS available)/u);
    return "broken";
  }
  expect(changes).toEqual([]);
  expect(log.lines.join("\n")).not.toContain("S3cret");
  if (!answer.found) {
    return "none";
  }
  expect(isSafeInstanceId(answer.instance.id)).toBe(true);
  instanceToJson(answer.instance);
  return "found";
}

const DOCUMENTS = [
  ["OVF", ovf, document("OVF/disc/tree/ovf-env.xml")],
  ["VSAE", ovf, document("OVF/vsae-two-adapters/tree/ovf-env.xml")],
  ["Azure", azure, document("Azure/disc-and-imds/tree/ovf-env.xml")],
] as const;

describe.each(DOCUMENTS)("a document of %s", (_name, datasource, whole) => {
  test("is whole or broken, wherever it is cut", async () => {
    expect(await ask(datasource, whole)).toBe("found");
    for (let length = 0; length < whole.length - 2; length += 7) {
      expect(await ask(datasource, whole.subarray(0, length))).toBe("broken");
    }
  });

  test("with bytes changed is found, broken or another's, and nothing else", async () => {
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = whole.slice();
        for (const [offset, byte] of changes) {
          bytes[offset] = byte;
        }
        await ask(datasource, bytes);
      }),
      { numRuns: 150 },
    );
  });

  test("with values of any text is found, broken or another's, and nothing else", async () => {
    const text = new TextDecoder().decode(whole);
    const values = [...text.matchAll(/:value="([^"]*)"|>([^<>]+)</gu)];
    const value = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom("../..", "$(reboot)", "-a", "\u202e", "x".repeat(5000), "\r\n"),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: values.length - 1 }), value, async (index, given) => {
        const [match = "", inAttribute] = values[index] ?? [];
        const at = values[index]?.index ?? 0;
        const escaped = given.replace(/[&<>"]/gu, (character) => `&#${character.charCodeAt(0)};`);
        const put = inAttribute === undefined ? `>${escaped}<` : `:value="${escaped}"`;
        const changed = `${text.slice(0, at)}${put}${text.slice(at + match.length)}`;
        await ask(datasource, new TextEncoder().encode(changed));
      }),
      { numRuns: 150 },
    );
  });
});

test("Azure survives any answer of IMDS", async () => {
  const [, , [, , whole]] = DOCUMENTS;
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
      expect(await ask(azure, whole, text)).toBe("found");
    }),
    { numRuns: 200 },
  );
});
