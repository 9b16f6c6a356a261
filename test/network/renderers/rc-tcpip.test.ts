import { expect, test } from "bun:test";
import {
  editMarkedLines,
  findDaemonLine,
  listMarkedLines,
  silently,
} from "../../../src/network/renderers/rc-tcpip.ts";

// Lines as AIX 7.3 has them.
const TEXT = `#!/bin/ksh
#start /usr/sbin/dhcpcd "$src_running"
#start /usr/sbin/autoconf6 "" 
start /usr/sbin/syslogd "$src_running"
start /usr/lib/sendmail "$src_running" "-bd -q\${qpi}"
`;

test("a daemon's line is found, switched on or off", () => {
  expect(findDaemonLine(TEXT, "dhcpcd")).toEqual({
    isOn: false,
    text: 'start /usr/sbin/dhcpcd "$src_running"',
  });
  expect(findDaemonLine(TEXT, "sendmail")?.isOn).toBe(true);
  expect(findDaemonLine(TEXT, "named")).toBeUndefined();
});

test("lines of ours come after autoconf6 and at the end, are found again, and go without a trace", () => {
  const lines = {
    afterAutoconf: [silently("/usr/sbin/autoconf6 -i en1")],
    atEnd: [silently("/usr/sbin/route add -inet6 default 2001:db8::1")],
  };
  const marked = editMarkedLines(TEXT, lines);
  expect(marked.split("\n")[3]).toBe("/usr/sbin/autoconf6 -i en1 >/dev/null 2>&1 # cloud-init");
  expect(marked).toEndWith(
    "/usr/sbin/route add -inet6 default 2001:db8::1 >/dev/null 2>&1 # cloud-init\n",
  );
  expect(listMarkedLines(marked)).toEqual([...lines.afterAutoconf, ...lines.atEnd]);
  expect(editMarkedLines(marked, lines)).toBe(marked);
  expect(editMarkedLines(marked, { afterAutoconf: [], atEnd: [] })).toBe(TEXT);
});

test("an exit at the end stays the last line; without autoconf6 all lines come before it", () => {
  const text = "start /usr/sbin/syslogd\nexit 0";
  expect(editMarkedLines(text, { afterAutoconf: ["a"], atEnd: ["b"] })).toBe(
    "start /usr/sbin/syslogd\na # cloud-init\nb # cloud-init\nexit 0\n",
  );
});
