import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { createIncludeFetcher } from "../../src/userdata/fetch-include.ts";
import { createModuleContext, INSTANCE_DIR } from "../support/module-context.ts";

const LIMIT_BYTES = 1000;

function fetcher(options: ScriptedSystemOptions = {}) {
  const { system } = createScriptedSystem(options);
  const { ctx } = createModuleContext(system);
  const fetch = createIncludeFetcher(ctx);
  return {
    system,
    fetch: async (url: string, isOnce = false) => {
      const fetched = await fetch({ url, isOnce }, LIMIT_BYTES);
      return fetched.ok ? new TextDecoder().decode(fetched.content) : fetched.reason;
    },
  };
}

function answer(status: number, body = "") {
  return { status, headers: {}, body: new TextEncoder().encode(body) };
}

describe("over the network", () => {
  test("what comes with a 2xx status is the content", async () => {
    const requests: HttpRequest[] = [];
    const { fetch } = fetcher({
      http: (request) => {
        requests.push(request);
        return answer(200, "#cloud-config\n");
      },
    });
    expect(await fetch("https://example.com/a?token=x")).toBe("#cloud-config\n");
    expect(requests).toEqual([
      {
        method: "GET",
        url: "https://example.com/a?token=x",
        effect: "query",
        timeoutMs: 5000,
        maxBodyBytes: LIMIT_BYTES,
      },
    ]);
  });

  test("a server that comes up late is waited for, a second at a time", async () => {
    let count = 0;
    const { fetch, system } = fetcher({
      http: (request) => {
        count += 1;
        if (count === 1) {
          throw new HttpError(request.method, request.url, "connection refused");
        }
        return count < 4 ? answer(503) : answer(200, "late");
      },
    });
    expect(await fetch("http://example.com/")).toBe("late");
    expect(count).toBe(4);
    expect(system.clock.monotonicMs()).toBe(3000);
  });

  test("after eleven tries it is given up", async () => {
    let count = 0;
    const { fetch } = fetcher({
      http: () => {
        count += 1;
        return answer(404);
      },
    });
    expect(await fetch("http://example.com/")).toBe(
      "the server answers with status 404 (tried 11 times)",
    );
    expect(count).toBe(11);
  });

  test("a refusal is final", async () => {
    let count = 0;
    const { fetch } = fetcher({
      http: () => {
        count += 1;
        return answer(403);
      },
    });
    expect(await fetch("http://example.com/")).toBe("the server answers with status 403");
    expect(count).toBe(1);
  });

  test("many dead servers do not hold the boot for longer than five minutes", async () => {
    const { fetch, system } = fetcher();
    for (let index = 0; index < 60; index += 1) {
      await fetch(`http://example.com/${index}`);
    }
    expect(system.clock.monotonicMs()).toBeLessThanOrEqual(301_000);
    expect(await fetch("http://example.com/last")).toBe(
      "the time for all includes of this boot is used up",
    );
  });

  test("more bytes than are left are refused", async () => {
    const { fetch } = fetcher({ http: () => answer(200, "x".repeat(LIMIT_BYTES + 1)) });
    expect(await fetch("http://example.com/")).toContain("longer than the 1000 bytes");
  });

  test("a client certificate is shown to https servers only", async () => {
    const shown: unknown[] = [];
    const { fetch } = fetcher({
      files: {
        "/var/lib/cloud/data/ssl/cert.pem": "CERT",
        "/var/lib/cloud/data/ssl/key.pem": "KEY",
      },
      http: (request) => {
        shown.push(request.clientCertificate);
        return answer(200);
      },
    });
    await fetch("https://example.com/");
    await fetch("http://example.com/");
    const [first, second] = shown;
    expect(first).toEqual({ certificate: Buffer.from("CERT"), key: Buffer.from("KEY") });
    expect(second).toBeUndefined();
  });
});

describe("what is fetched once", () => {
  const URL_ONCE = "http://example.com/secret";
  const cache = `${INSTANCE_DIR}/data/urlcache/${createHash("md5").update(URL_ONCE).digest("hex")}`;

  test("is kept for root alone and taken from there", async () => {
    let count = 0;
    const { fetch, system } = fetcher({
      http: () => {
        count += 1;
        return answer(200, `answer ${count}`);
      },
    });
    expect([await fetch(URL_ONCE, true), await fetch(URL_ONCE, true)]).toEqual([
      "answer 1",
      "answer 1",
    ]);
    expect(system.fs.stat(cache)).toMatchObject({ mode: 0o600 });
    expect(await fetch(URL_ONCE)).toBe("answer 2");
  });

  test("is not kept where it failed", async () => {
    const { fetch, system } = fetcher({ http: () => answer(500) });
    await fetch(URL_ONCE, true);
    expect(system.fs.stat(cache)).toBeUndefined();
  });
});

describe("files", () => {
  const FILES = { "/etc/cloud/include": "#!/bin/sh\n", "/tmp/include": "x" };

  test("of root are read, by path or by file://", async () => {
    const { fetch } = fetcher({ files: FILES });
    for (const url of [
      "/etc/cloud/include",
      "file:///etc/cloud/include",
      "file://localhost/etc/cloud/../cloud/include",
    ]) {
      expect(await fetch(url)).toBe("#!/bin/sh\n");
    }
  });

  test.each([
    ["/etc/nope", 'there is no "/etc/nope"'],
    ["/etc/cloud", '"/etc/cloud" is no regular file'],
    ["/", "it names no file"],
    ["ftp://example.com/x", "expected an address with http://, https:// or file://, or a path"],
    [
      "file://other/etc/cloud/include",
      "expected an address with http://, https:// or file://, or a path",
    ],
    ["etc/cloud/include", "expected an address with http://, https:// or file://, or a path"],
  ])("%s is refused", async (url, reason) => {
    expect(await fetcher({ files: FILES }).fetch(url)).toBe(reason);
  });

  test("that others own or may write are refused", async () => {
    const { fetch, system } = fetcher({ files: FILES });
    system.fs.setAttributes("/etc/cloud/include", { mode: 0o664 });
    expect(await fetch("/etc/cloud/include")).toBe(
      'others than root may write "/etc/cloud/include": its mode is 0664',
    );
    system.fs.setAttributes("/etc/cloud/include", { mode: 0o644, owner: "500:500" });
    expect(await fetch("/etc/cloud/include")).toBe(
      '"/etc/cloud/include" belongs to user 500 and not to root',
    );
  });

  test("are refused where somebody else may put another one in their place", async () => {
    const { fetch, system } = fetcher({ files: { ...FILES, "/home/u/x": "x" } });
    system.fs.setAttributes("/home/u", { owner: "500" });
    system.fs.symlink("/home/u/x", "/etc/cloud/link");
    expect(await fetch("/etc/cloud/link")).toBe('"/home/u" belongs to user 500 and not to root');
    system.fs.setAttributes("/tmp", { mode: 0o777 });
    expect(await fetch("/tmp/include")).toBe('others than root may write "/tmp": its mode is 0777');
    system.fs.setAttributes("/tmp", { mode: 0o1777 });
    expect(await fetch("/tmp/include")).toBe("x");
    system.fs.symlink("/etc/cloud/loop", "/etc/cloud/loop");
    expect(await fetch("/etc/cloud/loop")).toContain("leads through more than 16 links");
  });

  test("that are too long are refused unread", async () => {
    const { fetch } = fetcher({ files: { "/etc/long": "x".repeat(LIMIT_BYTES + 1) } });
    expect(await fetch("/etc/long")).toContain("longer than the 1000 bytes");
  });
});
