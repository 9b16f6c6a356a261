import { describe, expect, test } from "bun:test";
import { mcollective } from "../../src/modules/mcollective.ts";
import { agentAix, agentLinux } from "../support/agent-machine.ts";

const CFG = "/etc/mcollective/server.cfg";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN RSA PRIVATE KEY-----\nMARKkey\n-----END RSA PRIVATE KEY-----\n";
const config = {
  mcollective: {
    conf: {
      "plugin.psk": "MARKpsk",
      connector: "activemq",
      "public-cert": CERTIFICATE,
      "private-cert": KEY,
      own: { a: 1, b: true },
    },
  },
};

describe("mcollective", () => {
  test("on AIX: installed, set up and started; a second run changes nothing", async () => {
    const machine = agentAix();
    const run = await machine.run(mcollective, config);
    expect(run.failures).toEqual([]);
    expect(machine.text(CFG)).toBe(
      [
        "plugin.psk = MARKpsk",
        "connector = activemq",
        "plugin.ssl_server_public = /etc/mcollective/ssl/server-public.pem",
        "securityprovider = ssl",
        "plugin.ssl_server_private = /etc/mcollective/ssl/server-private.pem",
        "[own]",
        "a = 1",
        "b = true",
        "",
      ].join("\n"),
    );
    const modes = [
      CFG,
      "/etc/mcollective/ssl/server-public.pem",
      "/etc/mcollective/ssl/server-private.pem",
    ].map(machine.mode);
    expect(modes).toEqual(["0600", "0644", "0600"]);
    expect(machine.did().slice(-2)).toEqual([
      "/usr/bin/startsrc -s mcollective",
      "/usr/sbin/mkitab mcollective:2:once:/usr/bin/startsrc -s mcollective > /dev/null 2>&1",
    ]);
    const mark = machine.mark();
    const again = await machine.run(mcollective, config);
    expect([again.failures, machine.did(mark), machine.aix.gaps]).toEqual([[], [], []]);
  });

  test("on Linux: what is in the file stays, the former one as .old, nobody else can read it", async () => {
    const machine = agentLinux("rhel", {
      files: {
        [CFG]: "# own\nconnector = rabbitmq\nlibdir = /x\n",
        "/usr/sbin/mcollectived": "",
        "/run/systemd/system/mark": "",
      },
      commands: {
        "/usr/bin/systemctl": (argv) =>
          argv[1] === "show" ? "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n" : "",
      },
    });
    await machine.run(mcollective, { mcollective: { conf: { connector: "activemq" } } });
    expect(machine.text(CFG)).toBe("# own\nconnector = activemq\nlibdir = /x\n");
    expect(machine.text(`${CFG}.old`)).toContain("rabbitmq");
    expect([machine.mode(CFG), machine.mode(`${CFG}.old`)]).toEqual(["0640", "0640"]);
    expect(machine.did().at(-1)).toBe("/usr/bin/systemctl --no-block restart mcollective.service");
  });

  test("what does not fit is left out, and never repeated", async () => {
    const machine = agentAix();
    const run = await machine.run(mcollective, {
      mcollective: {
        conf: {
          a: "b",
          "x=y": 1,
          c: "MARKline\nd = e",
          list: ["MARKlist"],
          "private-cert": "MARKnone",
          "public-cert": { a: "b" },
          "bad[": { a: "b" },
        },
      },
    });
    expect(run.failures).toHaveLength(6);
    expect(run.failures.join()).not.toContain("MARK");
    expect(machine.text(CFG)).toContain("a = b\n");
    expect(machine.text(CFG)).not.toContain("MARK");
  });

  test("one that fits nothing names no files", async () => {
    const machine = agentAix();
    await machine.run(mcollective, { mcollective: { conf: { "private-cert": "none" } } });
    expect(machine.mode(CFG)).toBeUndefined();
  });
});
