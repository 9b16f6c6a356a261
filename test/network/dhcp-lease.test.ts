import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  isServerAddress,
  parseAixDhcpServer,
  parseDhclientServer,
  parseNetworkdServer,
} from "../../src/network/dhcp-lease.ts";

test("the last lease of dhclient counts", () => {
  const text = `lease {
  interface "eth0";
  option dhcp-server-identifier 192.0.2.1;
}
lease {
  option subnet-mask 255.255.255.0;
  option dhcp-server-identifier 192.0.2.2;
  # option dhcp-server-identifier 192.0.2.3;
}
`;
  expect(parseDhclientServer(text)).toBe("192.0.2.2");
});

test("networkd's lease names its server in a line of its own", () => {
  const text =
    "# This is private data. Do not parse.\nADDRESS=192.0.2.20\nROUTER=192.0.2.254\nSERVER_ADDRESS=192.0.2.1\n";
  expect(parseNetworkdServer(text)).toBe("192.0.2.1");
  expect(parseNetworkdServer("XSERVER_ADDRESS=192.0.2.1\n")).toBeUndefined();
});

test.each([
  ["Received an offer from server 192.0.2.1\nLease granted by server: 192.0.2.7\n", "192.0.2.7"],
  ["Server identifier = 192.0.2.9", "192.0.2.9"],
  ["option 54 192.0.2.4\n", "192.0.2.4"],
  ["server 255.255.255.255", undefined],
  ["observer 192.0.2.1", undefined],
  ["server\n192.0.2.1", undefined],
  ["server 192.0.2.1.9", undefined],
  ["my address 192.0.2.20", undefined],
])("AIX's log %p names %p", (text, address) => {
  expect(parseAixDhcpServer(text)).toBe(address);
});

test("networks, groups and loopback are no servers", () => {
  for (const text of ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::1", "x", ""]) {
    expect(isServerAddress(text)).toBeFalse();
  }
  expect(isServerAddress("192.0.2.1")).toBeTrue();
});

test("any text names a server or none", () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          "server ",
          "SERVER_ADDRESS=",
          "option dhcp-server-identifier ",
          "192.0.2.1",
          "999.1.1.1",
          ";",
          "\n",
          "option 54 ",
        ),
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      for (const parse of [parseDhclientServer, parseNetworkdServer, parseAixDhcpServer]) {
        const found = parse(given);
        expect(found === undefined || isServerAddress(found)).toBeTrue();
      }
    }),
  );
});
