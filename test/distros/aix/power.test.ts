import { describe, expect, test } from "bun:test";
import { createAix } from "../../../src/distros/aix/aix.ts";
import { parseBootDisks, parseBootList } from "../../../src/distros/aix/boot-list.ts";
import { parsePathNames } from "../../../src/distros/aix/health-check-interval.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function powerOf(system: System, log: string[] = []) {
  const { power } = createAix({ sys: system, log: createTestLogger(log), systemInfo: {} });
  if (power === undefined) {
    throw new Error("AIX has no power adapter");
  }
  return power;
}

function aix(options: ScriptedSystemOptions) {
  return createScriptedSystem({ platform: "aix", ...options });
}

describe("health checks of multipath disks", () => {
  const LSPATH = "/usr/sbin/lspath";

  function disks(intervals: Record<string, string | undefined>, broken: readonly string[] = []) {
    const rows = [...Object.keys(intervals), ...Object.keys(intervals)];
    return aix({
      files: { [LSPATH]: "" },
      commands: {
        [LSPATH]: ["sas0", ...rows, ""].join("\n"),
        "/usr/sbin/lsattr": ([, , name = ""]) => {
          const value = intervals[name];
          return value === undefined ? { exitCode: 255 } : `${value}\n`;
        },
        "/usr/sbin/chdev": ([, , name = "", , setting = ""]) => {
          if (broken.includes(name)) {
            return { exitCode: 1, stderr: "Method error (/usr/lib/methods/chgdisk):\n" };
          }
          intervals[name] = setting.split("=")[1];
          return `${name} changed\n`;
        },
      },
    });
  }

  test("each disk that differs is changed once, for the next boot; a second run changes nothing", async () => {
    const { system, changes } = disks({ hdisk0: "0", hdisk1: "60", hdisk2: undefined });
    expect(await powerOf(system).ensureHealthCheckInterval?.(60)).toEqual([]);
    const expected = [["/usr/sbin/chdev", "-l", "hdisk0", "-a", "hcheck_interval=60", "-P"]];
    const argvs = () =>
      changes.flatMap((change) => (change.kind === "command" ? [change.argv] : []));
    expect(argvs()).toEqual(expected);
    expect(await powerOf(system).ensureHealthCheckInterval?.(60)).toEqual([]);
    expect(argvs()).toEqual(expected);
  });

  test("a disk that fails is told and does not stop the next", async () => {
    const intervals: Record<string, string> = { hdisk0: "0", hdisk1: "0" };
    const { system } = disks(intervals, ["hdisk0"]);
    const problems = (await powerOf(system).ensureHealthCheckInterval?.(30)) ?? [];
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'Failed to permanently change the hcheck interval for hdisk "hdisk0". It stays 0 s: Command',
      ),
    ]);
    expect(intervals).toEqual({ hdisk0: "0", hdisk1: "30" });
  });

  test("disks that have device files are not looked for among paths", async () => {
    const { system, commands } = disks({ hdisk0: "60", hdisk1: undefined });
    system.fs.makeDirectory("/dev");
    for (const name of ["rhdisk0", "hdisk0", "rhdisk1", "rcd0", "rhdisk0x y"]) {
      system.fs.write(`/dev/${name}`, "");
    }
    expect(await powerOf(system).ensureHealthCheckInterval?.(60)).toEqual([]);
    const ask = (disk: string): string[] =>
      `/usr/sbin/lsattr -El ${disk} -a hcheck_interval -F value`.split(" ");
    expect(commands).toEqual([ask("hdisk0"), ask("hdisk1")]);
  });

  test("a device file that no disk of this machine has is passed over, also where lsattr ends well for it", async () => {
    const { system, changes } = disks({ hdisk0: "60", hdisk9: "" }, ["hdisk9"]);
    system.fs.makeDirectory("/dev");
    for (const name of ["rhdisk0", "rhdisk9"]) {
      system.fs.write(`/dev/${name}`, "");
    }
    expect(await powerOf(system).ensureHealthCheckInterval?.(60)).toEqual([]);
    expect(changes.filter(({ kind }) => kind === "command")).toEqual([]);
  });

  test("without paths, or without lspath, nothing is done and nothing is wrong", async () => {
    const empty = aix({ files: { [LSPATH]: "" }, commands: { [LSPATH]: "" } });
    expect(await powerOf(empty.system).ensureHealthCheckInterval?.(60)).toEqual([]);
    const without = aix({});
    expect(await powerOf(without.system).ensureHealthCheckInterval?.(60)).toEqual([]);
    expect([...empty.changes, ...without.changes]).toEqual([]);
  });

  test("an lspath that fails is told", async () => {
    const { system } = aix({
      files: { [LSPATH]: "" },
      commands: {
        [LSPATH]: { exitCode: 1, stderr: "lspath: 0514-546 Invalid parameter - name.\n" },
      },
    });
    expect(await powerOf(system).ensureHealthCheckInterval?.(60)).toEqual([
      { message: expect.stringContaining("Cannot list the paths of multipath disks: Command") },
    ]);
  });

  test("only names of disks count, each once", () => {
    expect(
      parsePathNames("hdisk0\nhdisk0\n\n-l\nhdisk\nhdisk12\nhdiskpower3\nhdisk 4\nfscsi0\n"),
    ).toEqual(["hdisk0", "hdisk12", "hdiskpower3"]);
  });
});

describe("the boot list", () => {
  const BOOTLIST = "/usr/bin/bootlist";

  function machine(booted: string, list: string, options: { readonly refuses?: boolean } = {}) {
    let current = list;
    return {
      ...aix({
        files: { [BOOTLIST]: "" },
        commands: {
          "/usr/sbin/bootinfo": booted,
          "/usr/sbin/lspv":
            "hdisk0 00fa00d6b552f400 rootvg active\nhdisk1 00fa00d6b552f401 rootvg active\nhdisk2 00fa00d6b552f402 datavg active\n",
          "/usr/bin/bootlist -m normal -o": () => current,
          [BOOTLIST]: ([, , , , ...disks]) => {
            if (options.refuses === true) {
              return { exitCode: 1, stderr: "0514-226 bootlist: Invalid device\n" };
            }
            current = disks
              .map((disk) => `${disk} blv=hd5 pathid=0\n${disk} blv=hd5 pathid=1\n`)
              .join("");
            return current;
          },
        },
      }),
      list: () => parseBootList(current),
    };
  }

  test.each([
    ["an optical drive first", "hdisk0\n", "cd0\nhdisk0 blv=hd5 pathid=0\n", ["hdisk0"]],
    ["an empty list", "hdisk0\n", "-\n", ["hdisk0"]],
    ["two boot disks", "hdisk0 hdisk1\n", "hdisk1 blv=hd5\n", ["hdisk0", "hdisk1"]],
    ["a mirror", "hdisk1\n", "hdisk0 blv=hd5\nhdisk1 blv=hd5\n", ["hdisk1", "hdisk0"]],
    [
      "disks without rootvg, or gone",
      "hdisk0\n",
      "hdisk2\nhdisk7\nent0 client=192.0.2.1\n",
      ["hdisk0"],
    ],
  ])("%s is set right once", async (_, booted, list, wanted) => {
    const { system, changes, ...rest } = machine(booted, list);
    expect(await powerOf(system).ensureBootList()).toEqual([]);
    expect(rest.list()).toEqual(wanted);
    expect(changes).toHaveLength(1);
    expect(await powerOf(system).ensureBootList()).toEqual([]);
    expect(changes).toHaveLength(1);
  });

  test("the command is bootlist -m normal -o, also in a plan", async () => {
    const planned = planSystem(machine("hdisk0\n", "cd0\n").system);
    expect(await powerOf(planned.system).ensureBootList()).toEqual([]);
    expect(planned.changes).toEqual([
      expect.objectContaining({ argv: [BOOTLIST, "-m", "normal", "-o", "hdisk0"] }),
    ]);
  });

  test("four paths of one disk, and a mirror behind it, are right already", async () => {
    for (const list of ["hdisk0 blv=hd5 pathid=0\nhdisk0 blv=hd5 pathid=1\n", "hdisk0\nhdisk1\n"]) {
      const { system, changes } = machine("hdisk0\n", list);
      expect(await powerOf(system).ensureBootList()).toEqual([]);
      expect(changes).toEqual([]);
    }
  });

  test("a boot disk that nothing tells is a warning, and the list is left alone", async () => {
    for (const booted of ["", "\n", "cd0\n", "-x\n"]) {
      const { system, changes } = machine(booted, "cd0\n");
      const problems = await powerOf(system).ensureBootList();
      expect(problems).toEqual([
        { severity: "warning", message: expect.stringContaining("the boot list is left alone") },
      ]);
      expect(changes).toEqual([]);
    }
  });

  test("a refusal is a failure", async () => {
    const { system } = machine("hdisk0\n", "cd0\n", { refuses: true });
    expect(await powerOf(system).ensureBootList()).toEqual([
      { message: expect.stringContaining("Failed to set the bootlist. Command") },
    ]);
  });

  test("names are read from both outputs", () => {
    expect(parseBootDisks("hdisk3\nhdisk3 ent0 cd1")).toEqual(["hdisk3"]);
    expect(parseBootList("ent0 client=192.0.2.1 bserver=192.0.2.2\nhdisk1 blv=hd5\n-\n")).toEqual([
      "ent0",
      "hdisk1",
    ]);
  });
});

const RMC_PID = 11_993_300;

describe("the reset of RMC", () => {
  const OLD = "0123456789abcdef\n# comment\n";

  function machine(
    root: "/usr/sbin/rsct" | "/opt/rsct",
    options: {
      readonly nodeId?: string;
      readonly domain?: string;
      readonly recfgct?: "keeps the id" | "fails";
      readonly startsItself?: boolean;
      /** Before anything is done. */
      readonly isDown?: boolean;
      /** What else lssrc -a lists. */
      readonly others?: string;
    } = {},
  ) {
    let state = options.isDown === true ? "inoperative" : "active";
    let count = 0;
    const files: Record<string, string> = {
      [`${root}/bin/rmcctrl`]: "",
      [`${root}/install/bin/recfgct`]: "",
      "/usr/bin/lsrpdomain": "",
    };
    if (options.nodeId !== "none") {
      files["/etc/ct_node_id"] = options.nodeId ?? OLD;
    }
    const scripted = aix({
      files,
      commands: {
        "/usr/bin/lsrpdomain": options.domain ?? {
          exitCode: 2,
          stderr: "2612-022 A session could not be established",
        },
        [`${root}/bin/rmcctrl`]: ([, flag]) => {
          state = flag === "-z" ? "inoperative" : "active";
          return "";
        },
        [`${root}/install/bin/recfgct`]: () => {
          if (options.recfgct === "fails") {
            return { exitCode: 1, stderr: "cannot write /var/ct\n" };
          }
          if (options.recfgct !== "keeps the id") {
            count += 1;
            scripted.system.fs.write("/etc/ct_node_id", `fedcba987654321${count}\n`);
          }
          state = options.startsItself === false ? state : "active";
          return `0513-071 The ctrmc Subsystem has been added.\n0513-059 The ctrmc Subsystem has been started. Subsystem PID is ${RMC_PID}.\n`;
        },
        "/usr/bin/lssrc": () =>
          `Subsystem Group PID Status\n ctrmc rsct ${state === "active" ? "77" : ""} ${state}\n${options.others ?? ""}`,
        "/usr/bin/startsrc": () => {
          state = "active";
          return "";
        },
      },
    });
    return {
      ...scripted,
      state: () => state,
      ran: () => scripted.changes.flatMap((c) => (c.kind === "command" ? [c.argv.join(" ")] : [])),
    };
  }

  test.each([["/usr/sbin/rsct"], ["/opt/rsct"]] as const)(
    "with the tools under %s the machine gets a new node id, and RMC runs",
    async (root) => {
      const log: string[] = [];
      const { system, ran, state } = machine(root);
      expect(await powerOf(system, log).resetRmc()).toEqual([]);
      expect(ran()).toEqual([`${root}/bin/rmcctrl -z`, `${root}/install/bin/recfgct`]);
      expect(state()).toBe("active");
      expect(log).toEqual([
        'INFO RSCT node ID before the reset of RMC: "0123456789abcdef"',
        'INFO RSCT node ID after the reset of RMC: "fedcba9876543211"',
      ]);
    },
  );

  const ALL = " syslogd ras 5374382 active\n aso 4718948 active\n";

  test("where nothing of RSCT runs, as in each boot script, there is no domain to ask for and nothing to stop", async () => {
    const { system, commands, ran } = machine("/opt/rsct", {
      isDown: true,
      others: `${ALL} IBM.HostRM rsct_rm inoperative\n`,
    });
    expect(await powerOf(system).resetRmc()).toEqual([]);
    expect(ran()).toEqual(["/opt/rsct/install/bin/recfgct"]);
    const withGroups = machine("/opt/rsct", {
      isDown: true,
      others: `${ALL} cthags cthags 5243342 active\n cthats cthats 5243344 active\n`,
    });
    expect(await powerOf(withGroups.system).resetRmc()).toEqual([]);
    expect(withGroups.ran()).toEqual(["/opt/rsct/bin/rmcctrl -z", "/opt/rsct/install/bin/recfgct"]);
    expect(commands[0]).toEqual(["/usr/bin/lssrc", "-a"]);
    expect(commands.at(-1)).toEqual(["/usr/bin/lssrc", "-s", "ctrmc"]);
  });

  test.each([
    ["a resource manager", " IBM.HostRM rsct_rm 77 active\n"],
    ["something that is stopping", " ctcas rsct 77 stopping\n"],
  ])("%s that still runs is stopped first", async (_, others) => {
    const { system, ran } = machine("/opt/rsct", { isDown: true, others });
    expect(await powerOf(system).resetRmc()).toEqual([]);
    expect(ran()[0]).toBe("/opt/rsct/bin/rmcctrl -z");
  });

  test("the process that SRC has started is enough: RMC is not asked for", async () => {
    const { system, commands } = machine("/opt/rsct");
    system.fs.makeDirectory(`/proc/${RMC_PID}`);
    expect(await powerOf(system).resetRmc()).toEqual([]);
    expect(commands.filter((argv) => argv.includes("-s"))).toEqual([]);
  });

  test("a missing or empty node id counts as none", async () => {
    for (const nodeId of ["none", ""]) {
      expect(await powerOf(machine("/opt/rsct", { nodeId }).system).resetRmc()).toEqual([]);
    }
  });

  test("RMC is started where recfgct does not", async () => {
    const { system, ran, state } = machine("/opt/rsct", { startsItself: false });
    expect(await powerOf(system).resetRmc()).toEqual([]);
    expect(ran().at(-1)).toBe("/usr/bin/startsrc -s ctrmc");
    expect(state()).toBe("active");
  });

  test("an id that stays is a failure, and RMC does not stay stopped", async () => {
    for (const recfgct of ["keeps the id", "fails"] as const) {
      const { system, state } = machine("/usr/sbin/rsct", { recfgct });
      expect(await powerOf(system).resetRmc()).toEqual([
        { message: expect.stringContaining("New node ID did not get generated.") },
      ]);
      expect(state()).toBe("active");
    }
  });

  test("in an online peer domain nothing is done, in an offline one it is", async () => {
    const table = (state: string): string =>
      `Name     OpState RSCTActiveVersion MixedVersions TSPort GSPort \nproddom  ${state} 3.2.6.0 No 12347 12348 \n`;
    const online = machine("/opt/rsct", { domain: table("Online") });
    expect(await powerOf(online.system).resetRmc()).toEqual([
      {
        message: expect.stringContaining(
          'this node is in the peer domain "proddom", which is online',
        ),
      },
    ]);
    expect(online.changes).toEqual([]);
    const offline = machine("/opt/rsct", { domain: table("Offline") });
    expect(await powerOf(offline.system).resetRmc()).toEqual([]);
  });

  test("without RSCT there is nothing to reset, and a plan changes nothing", async () => {
    const without = aix({});
    expect(await powerOf(without.system).resetRmc()).toEqual([]);
    expect(without.commands).toEqual([]);
    const { system, changes } = machine("/opt/rsct");
    const planned = planSystem(system);
    expect(await powerOf(planned.system).resetRmc()).toEqual([]);
    expect(planned.changes).toHaveLength(2);
    expect(changes).toEqual([]);
  });
});

describe("clouddev after a deploy", () => {
  function machine(value: string | undefined) {
    let current = value;
    return aix({
      commands: {
        "/usr/sbin/lsattr": () => (current === undefined ? { exitCode: 255 } : `${current}\n`),
        "/usr/sbin/chdev": () => {
          current = "0";
          return "sys0 changed\n";
        },
      },
    });
  }

  test("it is cleared where it is 1, once", async () => {
    const { system, changes } = machine("1");
    expect(await powerOf(system).ensureDevicesKept?.()).toEqual([]);
    expect(await powerOf(system).ensureDevicesKept?.()).toEqual([]);
    expect(changes).toEqual([
      expect.objectContaining({ argv: ["/usr/sbin/chdev", "-l", "sys0", "-a", "clouddev=0"] }),
    ]);
  });

  test("it is left alone where it is 0, and where this level has none", async () => {
    for (const value of ["0", undefined]) {
      const { system, changes } = machine(value);
      expect(await powerOf(system).ensureDevicesKept?.()).toEqual([]);
      expect(changes).toEqual([]);
    }
  });
});
