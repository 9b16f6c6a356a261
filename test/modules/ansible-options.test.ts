import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readAnsibleOptions } from "../../src/modules/ansible-options.ts";
import { splitCredentials } from "../../src/modules/ansible-source.ts";
import { readGalaxyAction } from "../../src/modules/galaxy-action.ts";

const words = (written: Readonly<Record<string, unknown>>) =>
  readAnsibleOptions(written, ["x"]).words;

describe("options of Ansible", () => {
  test.each([
    ["@/etc/vars.yml", ["--extra-vars=@/etc/vars.yml"]],
    ["a=1 b=two", [{ flag: "--extra-vars", secret: "---\na: '1'\nb: two\n...\n" }]],
    ['{"a": 1}', [{ flag: "--extra-vars", secret: '{"a": 1}\n' }]],
    ["a: 1", [{ flag: "--extra-vars", secret: "a: 1\n" }]],
  ])("variables in a text: %s", (text, expected) => {
    expect(words({ extra_vars: text })).toEqual(expected);
    expect(words({ "extra-vars": [text] })).toEqual(expected);
  });

  test("whatever is written, each word is an option, or a problem is told", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (written) => {
        const read = readAnsibleOptions(written, ["ansible", "pull"]);
        for (const word of read.words) {
          expect(typeof word === "string" ? word : word.flag).toStartWith("--");
        }
        for (const problem of read.problems) {
          expect(problem.path?.slice(0, 2)).toEqual(["ansible", "pull"]);
        }
      }),
    );
  });
});

test.each([
  ["git@git.example.com:a/b.git", "git@git.example.com:a/b.git", undefined],
  ["https://git.example.com/a", "https://git.example.com/a", undefined],
  [
    "https://ghp_T@git.example.com/a",
    "https://git.example.com/a",
    "https://ghp_T:@git.example.com\n",
  ],
  [
    "https://ghp_T:@git.example.com/a",
    "https://git.example.com/a",
    "https://ghp_T:@git.example.com\n",
  ],
  [
    "https://u@x.example:p:@w@h.example.com/a@b",
    "https://h.example.com/a@b",
    "https://u%40x.example:p%3A%40w@h.example.com\n",
  ],
  ["ssh://git@git.example.com/a", "ssh://git@git.example.com/a", undefined],
  ["/srv/a@b:c", "/srv/a@b:c", undefined],
  [
    "https://bot:p w/d@git.example.com:8443/a?b#c".replace("/d", "d"),
    "https://git.example.com:8443/a?b#c",
    "https://bot:p%20wd@git.example.com:8443\n",
  ],
  ["http://u:p%3A@h.example.com", "http://h.example.com", "http://u:p%3A@h.example.com\n"],
])("user and password of an address: %s", (written, url, line) => {
  expect(splitCredentials(written).url).toBe(url);
  expect(splitCredentials(written).credentials.map((found) => found.line)).toEqual(
    line === undefined ? [] : [line],
  );
});

describe("the server of a galaxy action", () => {
  const variables = {
    ANSIBLE_GALAXY_SERVER_LIST: "cloud_init",
    ANSIBLE_GALAXY_SERVER_CLOUD_INIT_URL: "https://hub.example.com/api/",
    ANSIBLE_GALAXY_SERVER_CLOUD_INIT_USERNAME: "bot@x",
    ANSIBLE_GALAXY_SERVER_CLOUD_INIT_PASSWORD: "p%",
  };

  test.each([
    [["--server=https://bot%40x:p%25@hub.example.com/api/"]],
    [["--server", "https://bot%40x:p%25@hub.example.com/api/"]],
    [["--serv=https://bot%40x:p%25@hub.example.com/api/"]],
    [["-s", "https://bot%40x:p%25@hub.example.com/api/"]],
    [["-s=https://bot%40x:p%25@hub.example.com/api/"]],
    [["-shttps://bot%40x:p%25@hub.example.com/api/"]],
  ])("is named in place of its user and password: %j", (option) => {
    const action = readGalaxyAction(["ansible-galaxy", "install", ...option, "x.y"]);
    expect(action).toEqual({
      words: ["ansible-galaxy", "install", "--server=cloud_init", "x.y"],
      credentials: [],
      server: variables,
    });
  });

  test("a token in it is a user without a password", () => {
    const { words, server } = readGalaxyAction(["x", "--server=https://MARK@hub.example.com"]);
    expect(words).toEqual(["x", "--server=cloud_init"]);
    expect(server).toMatchObject({
      ANSIBLE_GALAXY_SERVER_CLOUD_INIT_USERNAME: "MARK",
      ANSIBLE_GALAXY_SERVER_CLOUD_INIT_PASSWORD: "",
    });
  });

  test("a token beside it counts, wherever it stands", () => {
    const server = "--server=https://u:MARK@hub.example.com/";
    for (const written of [
      ["x", server, "--token", "T"],
      ["x", "--tok=T", server],
    ]) {
      expect(readGalaxyAction(written)).toEqual({
        words: ["x", "--server=https://hub.example.com/"],
        credentials: [],
        token: 'token: "T"\n',
      });
    }
  });

  test.each([
    [["--server=https://hub.example.com"]],
    [["--server", "https://hub.example.com"]],
    [["-s", "name"]],
    [["--server=name"]],
  ])("without a user stays what it is: %j", (option) => {
    const { words, server } = readGalaxyAction(["x", ...option]);
    expect(server).toBeUndefined();
    expect(words.join("=").replace("--server", "-s")).toBe(
      ["x", ...option].join("=").replace("--server", "-s"),
    );
  });

  test("no word has a password, whatever the option", () => {
    fc.assert(
      fc.property(fc.constantFrom("--x=", "-x=", "--server=", "", "git+", "-s"), (start) => {
        const { words } = readGalaxyAction(["x", `${start}https://u:MARK@h.example.com/a`]);
        expect(words.join(" ")).not.toContain("MARK");
      }),
    );
  });
});

test.each([
  [
    ["ansible-galaxy", "role", "import", "--api-key=T", "x"],
    ["ansible-galaxy", "role", "import", "x"],
    "T",
  ],
  [["ansible-galaxy", "--token", "T"], ["ansible-galaxy"], "T"],
  [["ansible-galaxy", "--token"], ["ansible-galaxy"], undefined],
  [["ansible-galaxy", "--tokens=T"], ["ansible-galaxy", "--tokens=T"], undefined],
])("tokens of a galaxy action: %j", (written, left, token) => {
  expect(readGalaxyAction(written)).toEqual({
    words: left,
    credentials: [],
    ...(token === undefined ? {} : { token: `token: "${token}"\n` }),
  });
});
