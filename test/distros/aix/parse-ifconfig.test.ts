import { expect, test } from "bun:test";
import { parseIfconfig } from "../../../src/distros/aix/parse-ifconfig.ts";

/** As captured (ohai network_spec; aix/commands.md §3.4), with other addresses. */
const TEXT = `en0: flags=1e080863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN> metric 1
\tinet 192.0.2.58 netmask 0xffffc000 broadcast 192.0.63.255
        inet 192.0.2.59 broadcast 192.0.63.255
        inet6 fe80::80de:eff:fe65:c1a%en0/64
\t tcp_sendspace 262144 tcp_recvspace 262144 rfc1323 1
en1: flags=1e084862,480<BROADCAST,NOTRAILERS,RUNNING,SIMPLEX>
lo0: flags=e08084b,c0<UP,BROADCAST,LOOPBACK,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,LARGESEND,CHAIN>
        inet 127.0.0.1 netmask 0xff000000 broadcast 127.255.255.255
        inet6 ::1%1/0
         tcp_sendspace 131072 tcp_recvspace 131072 rfc1323 1
`;

test("interfaces, their state, addresses and masks", () => {
  expect(parseIfconfig(TEXT)).toEqual([
    {
      name: "en0",
      isUp: true,
      addresses: [
        { family: 4, address: "192.0.2.58", prefixLength: 18 },
        { family: 4, address: "192.0.2.59", prefixLength: undefined },
        { family: 6, address: "fe80::80de:eff:fe65:c1a", prefixLength: 64 },
      ],
    },
    { name: "en1", isUp: false, addresses: [] },
    {
      name: "lo0",
      isUp: true,
      addresses: [
        { family: 4, address: "127.0.0.1", prefixLength: 8 },
        { family: 6, address: "::1", prefixLength: 0 },
      ],
    },
  ]);
});

test("other text has no interfaces", () => {
  expect(parseIfconfig("ifconfig: 0821-298 en9: No such interface.\n")).toEqual([]);
  expect(parseIfconfig("        inet 192.0.2.58 netmask 0xffffc000\n")).toEqual([]);
});
