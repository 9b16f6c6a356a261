import { expect, test } from "bun:test";
import fc from "fast-check";
import { crawlTree } from "../../../src/datasources/http/crawl-tree.ts";
import { errorMessage } from "../../../src/text/error-message.ts";
import { createTree } from "../../support/metadata-server.ts";
import { createRecordingLog } from "../../support/recording-log.ts";

type Tree = Readonly<Record<string, string | Uint8Array>>;

function serve(tree: Tree): {
  readonly asked: string[];
  get(url: string): Promise<Uint8Array | undefined>;
} {
  const answer = createTree(tree);
  const asked: string[] = [];
  return {
    asked,
    async get(url) {
      asked.push(url);
      const reply = answer({ method: "GET", path: new URL(url).pathname });
      if (typeof reply === "string") {
        return new TextEncoder().encode(reply);
      }
      return reply instanceof Uint8Array ? reply : undefined;
    },
  };
}

async function crawl(tree: Tree): Promise<{
  readonly found: unknown;
  readonly asked: readonly string[];
  readonly warnings: readonly string[];
}> {
  const { get, asked } = serve(tree);
  const log = createRecordingLog();
  const found = await crawlTree("http://192.0.2.1/latest/meta-data", { get, log }).catch(
    (error: unknown) => `threw ${errorMessage(error)}`,
  );
  return { found, asked, warnings: log.warnings() };
}

test("directories, leaves, keys, lists and JSON are read as cloud-init reads them", async () => {
  const { found, warnings } = await crawl({
    "latest/meta-data/instance-id": "i-0123456789abcdef0",
    "latest/meta-data/empty": "",
    "latest/meta-data/security-groups": "one\ntwo\n",
    "latest/meta-data/placement/availability-zone": "zone-1b",
    "latest/meta-data/public-keys/.index": "0=ops-key\n1=backup",
    "latest/meta-data/public-keys/0/openssh-key": "ssh-ed25519 AAAA ops@example.com",
    "latest/meta-data/public-keys/1/openssh-key": "ssh-ed25519 BBBB\nssh-ed25519 CCCC",
    "latest/meta-data/document": '{"a": [1, 2]}',
    "latest/meta-data/broken": '{"a": [1, 2}',
    "latest/meta-data/bytes": new Uint8Array([0xff, 0xfe]),
    "latest/meta-data/a=b": "odd",
  });
  expect(found).toEqual({
    "instance-id": "i-0123456789abcdef0",
    empty: "",
    "security-groups": ["one", "two"],
    placement: { "availability-zone": "zone-1b" },
    "public-keys": {
      "ops-key": "ssh-ed25519 AAAA ops@example.com",
      backup: ["ssh-ed25519 BBBB", "ssh-ed25519 CCCC"],
    },
    document: { a: [1, 2] },
    broken: '{"a": [1, 2}',
    bytes: new Uint8Array([0xff, 0xfe]),
    "a=b": "odd",
  });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("Invalid JSON at http://192.0.2.1/latest/meta-data/broken");
});

test("credentials are not read, and names that lead elsewhere are not asked for", async () => {
  const { found, asked } = await crawl({
    "latest/meta-data/.index": "iam/\n../../x\n..\n/etc/\n./\n__proto__\nok\n\u0007bell",
    "latest/meta-data/iam/security-credentials/role": "S3cret",
    "latest/meta-data/iam/info": "x",
    "latest/meta-data/ok": "yes",
    "latest/meta-data/__proto__": "a name",
  });
  expect(Object.entries(found as object)).toEqual([
    ["iam", { info: "x" }],
    ["__proto__", "a name"],
    ["ok", "yes"],
  ]);
  expect(asked.join(" ")).not.toContain("credentials");
});

test("what is directory and leaf stays a directory", async () => {
  const { found, warnings } = await crawl({
    "latest/meta-data/.index": "a\na/",
    "latest/meta-data/a/b": "1",
  });
  expect(found).toEqual({ a: { b: "1" } });
  expect(warnings).toEqual([
    "Duplicate key found in results from http://192.0.2.1/latest/meta-data",
  ]);
});

test("a leaf that is missing, a tree without end and one without bottom are refused", async () => {
  expect((await crawl({ "latest/meta-data/.index": "gone" })).found).toBe(
    'threw Cannot read "http://192.0.2.1/latest/meta-data/gone": it is in the listing, but the answer is 404',
  );
  const many = Array.from({ length: 3000 }, (_, index) => `leaf${index}`).join("\n");
  const log = createRecordingLog();
  const get = async (url: string): Promise<Uint8Array> =>
    new TextEncoder().encode(url.endsWith("/") ? many : "x");
  const crawled = crawlTree("http://192.0.2.1", { get, log });
  await expect(crawled).rejects.toThrow("the tree has more than 2000 parts");
  const down = crawlTree("http://192.0.2.1", {
    get: async () => new TextEncoder().encode("deeper/"),
    log,
  });
  await expect(down).rejects.toThrow("the tree is deeper than 12 directories");
});

test("at most four requests are on their way at a time", async () => {
  let running = 0;
  let most = 0;
  const leaves = Array.from({ length: 40 }, (_, index) => `leaf${index}`).join("\n");
  const found = await crawlTree("http://192.0.2.1", {
    log: createRecordingLog(),
    async get(url) {
      running += 1;
      most = Math.max(most, running);
      await Bun.sleep(1);
      running -= 1;
      return new TextEncoder().encode(url.endsWith("/") ? leaves : "x");
    },
  });
  expect(Object.keys(found)).toHaveLength(40);
  expect(most).toBe(4);
});

test("any bytes in listings and leaves give a tree or an error, and ask below the base only", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.string().map((text) => new TextEncoder().encode(text)),
        ),
        {
          minLength: 1,
          maxLength: 30,
        },
      ),
      async (bodies) => {
        let index = 0;
        const asked: string[] = [];
        await crawlTree("http://192.0.2.1/md", {
          log: createRecordingLog(),
          async get(url) {
            asked.push(url);
            index += 1;
            return bodies[index - 1];
          },
        }).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
        for (const url of asked) {
          expect(new URL(url).href).toStartWith("http://192.0.2.1/md/");
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a tree of more than 16 MiB is refused before much more of it is read", async () => {
  const names = Array.from({ length: 1200 }, (_, index) => `leaf${index}`).join("\n");
  const leaf = new Uint8Array(1024 * 1024).fill(97);
  let leafCount = 0;
  const get = async (url: string): Promise<Uint8Array> => {
    if (url.endsWith("/")) {
      return new TextEncoder().encode(names);
    }
    leafCount += 1;
    return leaf;
  };
  const crawled = crawlTree("http://me:S3cret@192.0.2.1/x", { get, log: createRecordingLog() });
  const message = await crawled.then(String, errorMessage);
  expect(message).toContain("the tree has more than 16777216 bytes");
  expect(message).not.toContain("S3cret");
  expect(leafCount).toBeLessThan(32);
});
