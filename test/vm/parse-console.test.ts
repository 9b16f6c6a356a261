import { expect, test } from "bun:test";
import { parseConsole } from "../../scripts/vm/parse-console.ts";

test("a machine's report is read out of what else is on its console", () => {
  const text = [
    "Booting @@ ran nothing 0 1 2",
    "@@ machine ppc64le",
    "@@ fault insmod sr_mod",
    "warning",
    "@@ ran install 3 8.10 10.35",
    "@@ ran S99cloud-final 0 10.4 11",
    `@@ file /etc/motd 640:root:sys ${Buffer.from("one\ntwo\n").toString("base64")}`,
    "@@ file /etc/empty 644:root:root ",
    "@@ end",
    "",
  ].join("\n");
  expect(parseConsole(text)).toEqual({
    machine: "ppc64le",
    faults: ["insmod sr_mod"],
    steps: [
      { name: "install", exitCode: 3, seconds: 2.25 },
      { name: "S99cloud-final", exitCode: 0, seconds: 0.6 },
    ],
    files: {
      "/etc/motd": { attributes: "640:root:sys", content: "one\ntwo\n" },
      "/etc/empty": { attributes: "644:root:root", content: "" },
    },
    isWhole: true,
  });
});

test("a console that broke off is not whole", () => {
  expect(parseConsole("@@ machine x86_64\n@@ ran inst").isWhole).toBe(false);
});
