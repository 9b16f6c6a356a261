import { describe, expect, test } from "bun:test";
import { readAixAdapters } from "../../../src/distros/aix/adapters.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const LSDEV = "/usr/sbin/lsdev -Cc adapter -F name:status:type";

/** Layout as captured: aix/commands.md §2.5 (glpi lscfg, ohai entstat, facter netstat). */
const LSCFG = `  ent0             U8233.E8B.10086CP-V3-C4-T1  Virtual I/O Ethernet Adapter (l-lan)

        Network Address.............D213C0153A04
        Displayable Message.........Virtual I/O Ethernet Adapter (l-lan)
        Hardware Location Code......U8233.E8B.10086CP-V3-C4-T1

  ent10            U8233.E8B.10086CP-V3-C5-T1  Virtual I/O Ethernet Adapter (l-lan)

        Displayable Message.........Virtual I/O Ethernet Adapter (l-lan)

`;
const ENTSTAT = `ETHERNET STATISTICS (en2) :
Device Type: Virtual I/O Ethernet Adapter (l-lan)
Hardware Address: 62:c5:1c:3a:5d:03
Elapsed Time: 1 days 2 hours 3 minutes 4 seconds
`;
const NETSTAT = `Name  Mtu   Network     Address            Ipkts Ierrs    Opkts Oerrs  Coll
en10* 1500  link#2      a.c6.24.39.41.3    162325     0    60252     0     0
en10* 1500  192.0.2     192.0.2.30         162325     0    60252     0     0
lo0   16896 link#1                          36891     0    36891     0     0
`;

describe("Ethernet adapters", () => {
  test("hardware addresses come from lscfg, else from entstat, else from netstat", async () => {
    const { system, commands } = createScriptedSystem({
      commands: {
        [LSDEV]:
          "ent10:Available:IBM,l-lan\nent0:Available:IBM,l-lan\nent2:Available:14106803\nent3:Available:ibm_ech\nent4:Available:eth\nent5:Defined:IBM,l-lan\nfcs0:Available:df1000f9\n",
        "/usr/sbin/lscfg -v -l ent*": LSCFG,
        "/usr/bin/entstat -d ent2": ENTSTAT,
        "/usr/bin/entstat -d ent10": { exitCode: 1, stderr: "entstat: 0909-002 Unable to open\n" },
        "/usr/bin/netstat -in": NETSTAT,
      },
    });
    expect((await readAixAdapters(system)).adapters).toEqual([
      { name: "en0", adapter: "ent0", isVirtual: true, macAddress: "d2:13:c0:15:3a:04" },
      { name: "en2", adapter: "ent2", isVirtual: false, macAddress: "62:c5:1c:3a:5d:03" },
      { name: "en10", adapter: "ent10", isVirtual: true, macAddress: "0a:c6:24:39:41:03" },
    ]);
    expect(commands).toHaveLength(5);
  });

  test("an adapter whose address nobody tells is there all the same", async () => {
    const { system } = createScriptedSystem({
      commands: {
        [LSDEV]: "ent0:Available:IBM,l-lan\n",
        "/usr/sbin/lscfg": { exitCode: 1, stderr: "lscfg: device ent* not found.\n" },
        "/usr/bin/entstat": { exitCode: 1 },
        "/usr/bin/netstat": "",
      },
    });
    expect((await readAixAdapters(system)).adapters).toEqual([
      { name: "en0", adapter: "ent0", isVirtual: true },
    ]);
  });

  test("without any, nothing more is asked", async () => {
    const { system, commands } = createScriptedSystem({ commands: { [LSDEV]: "" } });
    expect((await readAixAdapters(system)).adapters).toEqual([]);
    expect(commands).toHaveLength(1);
  });
});
