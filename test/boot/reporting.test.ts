// `reporting`: who hears of the events of a boot, over its four stages.
import { describe, expect, test } from "bun:test";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, createMachine, messagesAt, textAt } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const OK: HttpResponse = { status: 200, headers: {}, body: new Uint8Array() };
const LOG = "/var/log/cloud-init.log";
const CONFIG = "/opt/freeware/etc/cloud/cloud.cfg.d/50_reporting.cfg";
const WEBHOOK = `reporting:
  fleet:
    type: webhook
    endpoint: https://example.com/events
    consumer_key: key-of-vm1
    token_key: vm1
    token_secret: geheim-geheim
    retries: 0
`;

function deploy({
  userData = "#cloud-config\n{}\n",
  config = "",
  answer = () => OK,
}: {
  readonly userData?: string;
  readonly config?: string;
  readonly answer?: (request: HttpRequest) => HttpResponse;
}) {
  const events: { name: string; event_type: string; result?: string }[] = [];
  const aix = createMachine({
    drive: buildDrive({ userData }),
    ...(config === "" ? {} : { files: { [CONFIG]: config } }),
    http(request) {
      const response = answer(request);
      events.push(JSON.parse(request.body ?? "{}"));
      return response;
    },
  });
  return { aix, events };
}

describe("a webhook in cloud.cfg", () => {
  test("hears of the whole boot in its order, of the part before the network too", async () => {
    const { aix, events } = deploy({ config: WEBHOOK });
    expect(await runBoot(aix)).toEqual(CLEAN);
    const stages = events.filter(({ name }) => !name.includes("/"));
    expect(
      stages.map(({ name, event_type, result }) => `${event_type} ${name} ${result ?? ""}`),
    ).toEqual([
      "start init-local ",
      "finish init-local SUCCESS",
      "start init-network ",
      "finish init-network SUCCESS",
      "start modules-config ",
      "finish modules-config SUCCESS",
      "start modules-final ",
      "finish modules-final SUCCESS",
    ]);
    expect(events.map(({ name }) => name)).toContain("init-local/search");
    expect(events.map(({ name }) => name)).toContain("modules-config/config-locale");
    const log = textAt(aix, LOG);
    expect(log).toContain("start: init-network/config-ssh: ");
    expect(log).not.toContain("geheim-geheim");
    expect(aix.system.fs.list("/run/cloud-init")).not.toContain("reporting-fleet.json");
  });

  test("that does not answer costs a warning at the end, and no error", async () => {
    const { aix } = deploy({
      config: WEBHOOK,
      answer({ method, url }) {
        throw new HttpError(method, url, "connection refused");
      },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    const warnings = messagesAt(aix, "WARNING");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^\d+ events could not be reported to handler "fleet": POST https:\/\/example\.com\/events failed: connection refused$/u,
    );
  });

  test("that comes up late gets what waited for it", async () => {
    let attemptCount = 0;
    const { aix, events } = deploy({
      config: WEBHOOK,
      answer({ method, url }) {
        attemptCount += 1;
        // Three in init, three in modules-config, one in modules-final.
        if (attemptCount <= 7) {
          throw new HttpError(method, url, "no route to host");
        }
        return OK;
      },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    expect(events[0]).toMatchObject({ name: "init-local", event_type: "start" });
    expect(events.at(-1)).toMatchObject({ name: "modules-final", event_type: "finish" });
  });
});

describe("reporting in user-data", () => {
  test("holds from the moment it is read", async () => {
    const { aix, events } = deploy({ userData: `#cloud-config\n${WEBHOOK}` });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(events[0]).toMatchObject({ event_type: "start", name: "init-network/config-migrator" });
  });

  test("can silence the log and print instead", async () => {
    const { aix } = deploy({
      userData: "#cloud-config\nreporting: {logging: false, console: {type: print}}\n",
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    const log = textAt(aix, LOG);
    expect(log).toContain("start: init-local/search: ");
    expect(log).not.toContain("start: modules-config/config-locale");
    expect(aix.output.stdout).toContain("start: modules-config/config-locale: ");
  });

  test("that is wrong is told with its key, and the log still hears", async () => {
    const { aix } = deploy({ userData: "#cloud-config\nreporting: {fleet: {type: pigeon}}\n" });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain('got "pigeon"');
    expect(textAt(aix, LOG)).toContain("start: modules-config/config-locale");
  });
});
