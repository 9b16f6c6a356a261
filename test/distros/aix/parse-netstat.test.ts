import { expect, test } from "bun:test";
import { parseNetstatRoutes } from "../../../src/distros/aix/parse-netstat.ts";

/** As captured on AIX 7.3 (aix/commands.md §3.5), with documentation addresses. */
const TEXT = `Routing tables
Destination        Gateway           Flags   Refs     Use  If   Exp  Groups

Route tree for Protocol Family 2 (Internet):
Only the root user can specify the Z flag
default            192.0.2.33        UG       10         0 en0      -      -   
127/8              127.0.0.1         U        10         0 lo0      -      -   
192.0.2.32         192.0.2.35        UHSb      0         0 en0      -      -   =>
192.0.2.32/29      192.0.2.35        U         7         0 en0      -      -   
198.51.100/24      192.0.2.33        UG        0         0 en0      -      -   

Route tree for Protocol Family 24 (Internet v6):
default            fe80::1%en0       UG        0         0 en0      -      -   
::1%1              ::1%1             UH       22         0 lo0      -      -   
fe80::/64          link#3            UCX       0         0 en1      -      -   
fe80::80de:eff:fe65:c1a                   UHXLWl    4         0 lo0      -      -   
`;

test("short networks, duplicates, an empty gateway column and zones", () => {
  const rows = parseNetstatRoutes(TEXT).map(
    ({ destination, prefixLength, gateway, flags, device }) =>
      `${destination}/${prefixLength} ${gateway} ${flags} ${device}`,
  );
  expect(rows).toEqual([
    "0.0.0.0/0 192.0.2.33 UG en0",
    "127.0.0.0/8 127.0.0.1 U lo0",
    "192.0.2.32/32 192.0.2.35 UHSb en0",
    "192.0.2.32/29 192.0.2.35 U en0",
    "198.51.100.0/24 192.0.2.33 UG en0",
    "::/0 fe80::1 UG en0",
    "::1/128 ::1 UH lo0",
    "fe80::/64 link#3 UCX en1",
    "fe80::80de:eff:fe65:c1a/128  UHXLWl lo0",
  ]);
});

test("both spellings of the heading are known", () => {
  expect(parseNetstatRoutes(TEXT.replaceAll("Route tree", "Route Tree"))).toEqual(
    parseNetstatRoutes(TEXT) as never,
  );
  expect(parseNetstatRoutes("")).toEqual([]);
});
