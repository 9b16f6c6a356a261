import { describe, expect, test } from "bun:test";
import { sshImportId } from "../../src/modules/ssh-import-id.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { createTestDistro, runModule } from "../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFy2kEJN1v0qE2iAv5yM0J6sQ2l7gGV5Uf2CnFkbq1C3";

type Answer = string | number | Error;

async function run(
  config: Readonly<Record<string, unknown>>,
  answers: Readonly<Record<string, Answer>>,
  args: readonly string[] = [],
) {
  const requests: HttpRequest[] = [];
  const added: [string, readonly string[]][] = [];
  const scripted = createScriptedSystem({
    platform: "aix",
    http: (request) => {
      requests.push(request);
      const answer = answers[request.url] ?? 404;
      if (answer instanceof Error) {
        throw new HttpError(request.method, request.url, answer.message);
      }
      return typeof answer === "number"
        ? { status: answer, headers: {}, body: new Uint8Array() }
        : { status: 200, headers: {}, body: new TextEncoder().encode(answer) };
    },
  });
  const base = createTestDistro(scripted.system);
  const done = await runModule(sshImportId, {
    config,
    args,
    entryName: "ssh-import-id",
    system: scripted.system,
    systemInfo: { default_user: { name: "root" } },
    distro: {
      ...base,
      users: {
        ...base.users,
        ensureAuthorizedKeys: async (name, keys) => {
          added.push([name, keys]);
        },
      },
    },
  });
  return { ...done, requests, added };
}

test("keys of GitHub and Launchpad go to the default user, with where they are from", async () => {
  const done = await run(
    { ssh_import_id: ["gh:alice", "bob"] },
    {
      "https://github.com/alice.keys": `${KEY}\n`,
      "https://launchpad.net/~bob/+sshkeys": `# list\n${KEY} bob@example.com\n\n`,
    },
  );
  expect(done.added).toEqual([
    ["root", [`${KEY} # ssh-import-id gh:alice`]],
    ["root", [`${KEY} bob@example.com # ssh-import-id bob`]],
  ]);
  expect(
    done.requests.every(
      ({ method, effect, timeoutMs }) => method === "GET" && effect === "query" && timeoutMs > 0,
    ),
  ).toBe(true);
  expect(done.failures).toEqual([]);
});

test("an argument in the list goes before the configuration", async () => {
  const done = await run({ ssh_import_id: "gh:bob" }, { "https://github.com/carol.keys": KEY }, [
    "gh:carol",
  ]);
  expect(done.added).toHaveLength(1);
});

describe("what cannot be had is said, and the next one is tried", () => {
  const cases: readonly [string, Answer, string, number][] = [
    ["an unknown name", 404, "the server does not know that name", 1],
    ["a server that breaks", 500, "the server answers with status 500", 3],
    ["no network", new Error("no route"), "no route", 3],
    ["no keys", "\n", "the server has no SSH keys for that name", 1],
    ["a page", "<html>\n", "no plain SSH key", 1],
    ["options before a key", `command="id" ${KEY}\n`, "no plain SSH key", 1],
    ["too many", `${KEY}\n`.repeat(201), "the limit is 200", 1],
  ];
  for (const [title, answer, message, requests] of cases) {
    test(title, async () => {
      const done = await run(
        { ssh_import_id: ["gh:bad", "lp:good"] },
        {
          "https://github.com/bad.keys": answer,
          "https://launchpad.net/~good/+sshkeys": KEY,
        },
      );
      expect(done.failures).toEqual([expect.stringContaining(message)]);
      expect(done.requests.filter(({ url }) => url.includes("/bad"))).toHaveLength(requests);
      expect(done.added).toHaveLength(1);
    });
  }

  test("a server that cannot be reached is not asked for the next one", async () => {
    const done = await run(
      { ssh_import_id: ["gh:bad", "gh:other", "lp:good"] },
      {
        "https://github.com/bad.keys": new Error("no route"),
        "https://launchpad.net/~good/+sshkeys": KEY,
      },
    );
    expect(done.requests.filter(({ url }) => url.includes("github"))).toHaveLength(3);
    expect(done.failures).toHaveLength(2);
    expect(done.failures[1]).toContain("could not be reached before");
    expect(done.added).toHaveLength(1);
  });

  test("names that would change the address are not asked for", async () => {
    const ids = ["gh:../x", "gh:a/b", "gh:", "xx:alice", "gh:a?b", "gh:a b", "gh:-a", 7];
    const done = await run({ ssh_import_id: ids }, {});
    expect(done.requests).toEqual([]);
    expect(done.failures.length).toBeGreaterThanOrEqual(ids.length);
  });
});

test("without ids nothing is done", async () => {
  const done = await run({}, {});
  expect(done.log).toEqual([
    "DEBUG Skipping module named ssh-import-id, no 'ssh_import_id' directives found.",
  ]);
});
