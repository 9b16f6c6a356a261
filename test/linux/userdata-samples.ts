import { gzipSync } from "node:zlib";

/** What is compared of a boot. */
export type Aspect =
  | "config"
  | "vendorConfig"
  | "scripts"
  | "boothooks"
  | "handlers"
  | "frequencies"
  | "modes"
  | "ran"
  | "exitCodes";

/** One seed of user-data, and where and why ours does something else with it. */
export interface PeerSample {
  readonly userData?: string | Uint8Array;
  readonly vendorData?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Pages of a server at http://127.0.0.1:8099. */
  readonly pages?: Readonly<Record<string, string | Uint8Array>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly differs?: { readonly aspects: readonly Aspect[]; readonly reason: string };
}

const TRACE = "/var/trace";
const script = (name: string, end = ""): string => `#!/bin/sh\necho ${name} >> ${TRACE}\n${end}`;
const fileHeader = (name: string): string =>
  `Content-Disposition: attachment; filename="${name}"\n`;

function multipart(...parts: readonly string[]): string {
  const head = 'Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n';
  return `${head}${parts.map((part) => `--B\n${part}\n`).join("")}--B--\n`;
}

const config = (text: string, ...headers: readonly string[]): string =>
  `Content-Type: text/cloud-config\n${headers.map((line) => `${line}\n`).join("")}\n#cloud-config\n${text}\n`;
const typed = (type: string, text: string): string => `Content-Type: ${type}\n\n${text}`;

/** An error that cloud-init only logs counts in our exit code. */
const COUNTED =
  "DECISIONS 14 and 19: each failure counts in the exit code; cloud-init only logs it";

/** Seeds as users write them, well and badly. */
export const PEER_SAMPLES: Readonly<Record<string, PeerSample>> = {
  "no user-data": {},
  "empty user-data": { userData: "" },
  "cloud-config": { userData: "#cloud-config\nhostname: a\nruncmd:\n  - echo one >> /var/trace\n" },
  "values of all types": {
    userData:
      "#cloud-config\na: yes\nb: 0644\nc: 12:30\ne: 1e3\nf: 1.5\ng: ~\nh: 'x: y'\ni: 0x1F\nj: [a, {b: c}]\nk: |\n  two\n  lines\nl: y\nm: 1_000\nn: .inf\n",
  },
  "a date": {
    userData: "#cloud-config\nd: 2012-09-01\n",
    differs: {
      aspects: ["config"],
      reason: "config.md §9.1: a date stays the text that it was written as",
    },
  },
  unicode: { userData: "#cloud-config\na: 'Grüße, 世界'\nб: в\n" },
  "cloud-config with CR LF": { userData: "#cloud-config\r\na: 1\r\nb: [2]\r\n" },
  "blank lines first": { userData: "\n\n  #cloud-config\na: 1\n" },
  "a comment first": { userData: "# mine\n#cloud-config\na: 1\n" },
  "an empty cloud-config": { userData: "#cloud-config\n" },
  "a key twice": { userData: "#cloud-config\na: 1\na: 2\n" },
  "anchors and merge keys": { userData: "#cloud-config\nx: &x {a: 1}\ny: {<<: *x, b: 2}\nz: *x\n" },
  "broken YAML": {
    userData: "#cloud-config\na: [1\nb: 2\n",
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "a list at the root": {
    userData: "#cloud-config\n- a\n",
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "a script": { userData: script("script") },
  "a script with CR LF": { userData: script("windows").replaceAll("\n", "\r\n") },
  "a script in latin-1": {
    userData: Buffer.concat([Buffer.from(script("latin")), Buffer.from("# caf\xe9\n", "latin1")]),
    differs: {
      aspects: ["ran", "scripts"],
      reason:
        "userdata.md §3: the bytes of scripts are kept, whatever their encoding; cloud-init does not know such a script",
    },
  },
  "a script that fails": { userData: script("fails", "exit 3\n") },
  "scripts in order, one of them failing": {
    userData: multipart(
      `${fileHeader("b.sh")}\n${script("b", "exit 1\n")}`,
      `${fileHeader("a.sh")}\n${script("a")}`,
      config("runcmd: [echo runcmd >> /var/trace]"),
      `${fileHeader("z.sh")}\n${script("z")}`,
    ),
  },
  "a script without an interpreter": {
    userData: multipart(typed("text/x-shellscript", `echo bare >> ${TRACE}\n`)),
    differs: {
      aspects: ["ran", "exitCodes"],
      reason: "userdata.md §7: a script without #! runs by /bin/sh; cloud-init cannot start it",
    },
  },
  "a script whose interpreter is missing": { userData: "#!/bin/nowhere\n" },
  "a command of runcmd that fails": {
    userData: "#cloud-config\nruncmd:\n  - echo one >> /var/trace\n  - 'false'\n",
  },
  gzip: { userData: gzipSync("#cloud-config\na: 1\n") },
  "gzip of a message": { userData: gzipSync(multipart(config("a: 1"), `\n${script("s")}`)) },
  "gzip cut short": {
    userData: gzipSync(script("cut")).subarray(0, 30),
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "two parts, no directive": {
    userData: multipart(config("a: [1]\nb: {c: 1}"), config("b: {d: 2}")),
  },
  "Merge-Type": {
    userData: multipart(
      config("a: [1]"),
      config("a: [2]", "Merge-Type: list(append)+dict(recurse_array)+str()"),
    ),
  },
  "X-Merge-Type": {
    userData: multipart(
      config("a: [1]\nm: {x: 1}"),
      config("a: [2]\nm: {y: 2}", "X-Merge-Type: list(prepend)+dict(recurse_list)"),
    ),
  },
  "Merge-Type before X-Merge-Type": {
    userData: multipart(
      config("a: [1]"),
      config(
        "a: [2]",
        "X-Merge-Type: list(prepend)+dict(recurse_list)",
        "Merge-Type: list(append)+dict(recurse_list)",
      ),
    ),
  },
  "merge_how as text": {
    userData: multipart(
      config("a: [1]\ns: x"),
      config("merge_how: 'list(append)+dict(recurse_list,recurse_str)+str(append)'\na: [2]\ns: y"),
    ),
  },
  "merge_how as a list": {
    userData: multipart(
      config("a: [1]\nd: {x: 1}"),
      config(
        "merge_how:\n - {name: list, settings: [append]}\n - {name: dict, settings: [no_replace, recurse_list]}\na: [2]\nd: {x: 2, y: 3}",
      ),
    ),
  },
  "merge_type, deleting": {
    userData: multipart(
      config("a: {b: 1, c: 2}"),
      config("merge_type: 'dict(allow_delete,no_replace)+list()'\na: {b: null}"),
    ),
  },
  "a directive that does not stay": {
    userData: multipart(
      config("a: [1]"),
      config("merge_how: 'list(append)+dict(recurse_list)'\na: [2]"),
      config("a: [3]"),
    ),
  },
  "a patch": {
    userData: multipart(
      config("a: [1, 2]\nb: {c: d}"),
      typed(
        "text/cloud-config-jsonp",
        '#cloud-config-jsonp\n[{"op": "test", "path": "/b/c", "value": "d"}, {"op": "add", "path": "/a/-", "value": 3}, {"op": "replace", "path": "/a/0", "value": 9}, {"op": "move", "from": "/b/c", "path": "/e"}, {"op": "copy", "from": "/a", "path": "/f"}, {"op": "remove", "path": "/b"}]',
      ),
    ),
  },
  "a patch that does not fit": {
    userData: multipart(
      config("a: 1"),
      typed(
        "text/cloud-config-jsonp",
        '#cloud-config-jsonp\n[{"op": "replace", "path": "/nope", "value": 3}]',
      ),
      config("b: 2"),
    ),
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "an archive": {
    userData: `#cloud-config-archive\n- {type: text/cloud-config, content: "a: 1", filename: first}\n- |\n  #cloud-config\n  b: 2\n- content: |\n    #!/bin/sh\n    echo archive >> ${TRACE}\n  filename: a.sh\n- {content: "b: [3]", Merge-Type: "list(append)+dict(recurse_list)"}\n`,
  },
  "an include in an archive": {
    userData: "#cloud-config-archive\n- |\n  #include\n  file:///srv/none\n- 'a: 1'\n",
  },
  "an archive that is none": {
    userData: "#cloud-config-archive\na: 1\n",
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "an include of files": {
    userData: "#include\n# a comment\n\nfile:///srv/one\n/srv/two\n",
    files: { "/srv/one": "#cloud-config\na: 1\n", "/srv/two": script("two") },
  },
  "an include over HTTP": {
    userData: "#include http://127.0.0.1:8099/list\n",
    pages: {
      "/list":
        "#include-once\nhttp://127.0.0.1:8099/config\n#include\nhttp://127.0.0.1:8099/packed\n",
      "/config": "#cloud-config\na: 1\n",
      "/packed": gzipSync(
        multipart(config("b: 2"), `${fileHeader("in.sh")}\n${script("included")}`),
      ),
    },
  },
  "an include that fails": {
    userData: "#include\nhttp://127.0.0.1:8099/missing\nhttp://127.0.0.1:8099/there\n",
    pages: { "/there": "#cloud-config\na: 1\n" },
    differs: {
      aspects: ["config", "modes"],
      reason:
        "DECISIONS 14: one include that fails is an error, and the rest goes on; cloud-init ends the stage",
    },
  },
  "a boothook": { userData: `#cloud-boothook\n#!/bin/sh\necho hook $INSTANCE_ID >> ${TRACE}\n` },
  "a boothook with CR LF": {
    userData: `#cloud-boothook\r\n#!/bin/sh\r\necho hook >> ${TRACE}\r\n`,
  },
  "a boothook that fails": {
    userData: multipart(
      `${fileHeader("hook")}\n#cloud-boothook\n#!/bin/sh\nexit 4\n`,
      config("a: 1"),
    ),
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "a boothook without an interpreter": {
    userData: `#cloud-boothook\necho bare >> ${TRACE}\n`,
    differs: {
      aspects: ["ran"],
      reason: "userdata.md §6.3: such a boothook runs by /bin/sh; cloud-init cannot start it",
    },
  },
  "a part handler": {
    userData: multipart(
      typed(
        "text/part-handler",
        "#part-handler\ndef list_types():\n    return ['text/x-mine']\ndef handle_part(data, ctype, filename, payload):\n    if ctype == 'text/x-mine':\n        open('/var/trace', 'a').write('part handler\\n')\n",
      ),
      typed("text/x-mine", "mine"),
      config("a: 1"),
    ),
    differs: {
      aspects: ["ran", "exitCodes"],
      reason: "DECISIONS 15: Python part handlers are not run",
    },
  },
  "an upstart job": {
    userData: multipart(typed("text/upstart-job", "#upstart-job\nexec x\n"), config("a: 1")),
  },
  "a template": {
    userData:
      "## template: jinja\n#cloud-config\na: {{ v1.local_hostname }} {{ local_hostname }} {{ ds.meta_data.uuid }}\nb: [{% for x in range(3) %}{{ x }},{% endfor %}]\n{% if v1.availability_zone == 'lab' %}\nc: {{ availability_zone | upper }} {{ nothing | default('none') }}\n{% endif %}\nd: |\n  {{ v1.region }} {{ ds.meta_data.list }} {{ v1['instance-id'] }}\n",
    metadata: { list: ["a", 1, true, null, 1.5] },
  },
  "a template of a script": {
    userData: `## template: jinja\n#!/bin/sh\necho {{ v1.cloud_id }} {{ instance_id }} >> ${TRACE}\n`,
  },
  "a template with unknown names": {
    userData: "## template: jinja\n#cloud-config\na: {{ nope }}\nb: {{ v1.nope }}\n",
  },
  "a template that is none": {
    userData: multipart(
      "\n## template: jinja\n#cloud-config\na: {{ v1.local_hostname",
      config("b: 1"),
    ),
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "a template that cannot be rendered": {
    userData: multipart(
      "\n## template: jinja\n#cloud-config\na: {{ nope.deep }}\n",
      config("b: 1"),
    ),
    differs: { aspects: ["exitCodes"], reason: COUNTED },
  },
  "a template with white space control": {
    userData: `## template: jinja\n#!/bin/sh\n{# note #}\n{%- if true %}\n  echo yes >> ${TRACE}\n{%- endif %}\n{% raw %}\n# {{ raw }}\n{% endraw %}\n`,
  },
  "scripts by frequency": {
    userData: multipart(
      ...["per-boot", "per-instance", "per-once"].map(
        (name) =>
          `${fileHeader(`${name}.sh`)}Content-Type: text/x-shellscript-${name}\n\n${script(name)}`,
      ),
    ),
  },
  "a message in a message": {
    userData: `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=OUT\n\n--OUT\nContent-Type: multipart/alternative; boundary="in"\n\n--in\n${config("a: 1")}\n--in--\n\n--OUT\n\n${script("outer")}\n--OUT--\n`,
  },
  "transfer encodings": {
    userData: multipart(
      `Content-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n${Buffer.from("#cloud-config\na: 1\n").toString("base64")}`,
      `Content-Type: text/cloud-config\nContent-Transfer-Encoding: quoted-printable\n\n#cloud-config\nb: =\n'x=3Dy'\n`,
      `Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n${gzipSync(script("packed")).toString("base64")}`,
    ),
  },
  "no last boundary, preamble": {
    userData: `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\npreamble\n--B\n${config("a: 1")}\n--B\n\n${script("last")}`,
  },
  "CR LF in a message": {
    userData: multipart(config("a: 1"), `\n${script("s")}`).replaceAll("\n", "\r\n"),
  },
  "names of parts": {
    userData: multipart(
      `${fileHeader("../../etc/x y.sh")}\n${script("slash")}`,
      `${fileHeader("same")}\n${script("first")}`,
      `${fileHeader("same")}\n${script("second")}`,
      `\n${script("unnamed")}`,
      `${fileHeader("ümlaut(1).sh")}\n${script("umlaut")}`,
    ),
  },
  "a declared type that is trusted": {
    userData: multipart(typed("text/cloud-config", "a: 1\n"), typed("text/plain", "#!/bin/sh\n")),
  },
  "plain text": { userData: "hello\nworld\n" },
  "binary data": { userData: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 0, 0, 0xff, 0xfe) },
  JSON: { userData: '{"a": 1}\n' },
  "a byte order mark": {
    userData: "\u{feff}#cloud-config\na: 1\n",
    differs: { aspects: ["config"], reason: "userdata.md §10: a byte order mark is taken off" },
  },
  "NULs behind": {
    userData: `${script("padded")}\0\0\0\0`,
    differs: { aspects: ["scripts"], reason: "userdata.md §10: trailing NULs are taken off" },
  },
  base64: {
    userData: Buffer.from("#cloud-config\na: 1\n").toString("base64"),
    differs: {
      aspects: ["config"],
      reason: "issue 4: user-data that is nothing but base64 of user-data is decoded",
    },
  },
  "launch-index": {
    metadata: { "launch-index": 1 },
    userData: multipart(
      `Launch-Index: 0\n${config("a: 0")}`,
      `Launch-Index: 1\n${config("b: 1")}`,
      config("launch-index: 0\nc: 0"),
      config("d: 1"),
    ),
  },
  "vendor-data as text": { userData: script("user"), vendorData: script("vendor") },
  "vendor-data as a list": {
    vendorData: ["#cloud-config\na: 1\n", script("vendor"), multipart(config("b: 2"))],
  },
  "vendor-data as an object": {
    vendorData: {
      "cloud-init": "#cloud-config\na: 1\nruncmd: [echo vendor >> /var/trace]\n",
      x: 1,
    },
  },
  "vendor-data under the user's": {
    userData: "#cloud-config\na: {x: user}\n",
    vendorData: "#cloud-config\na: {x: vendor, y: vendor}\nruncmd: [echo vendor >> /var/trace]\n",
  },
  "vendor-data switched off": {
    userData: "#cloud-config\nvendor_data: {enabled: false}\n",
    vendorData: multipart(config("a: 1"), `\n${script("vendor")}`),
    differs: {
      aspects: ["modes"],
      reason:
        "vendor-data that the user does not want is not unpacked, and nothing that it includes is fetched",
    },
  },
  "a handler switched off for vendor-data": {
    userData: "#cloud-config\nvendor_data: {disabled_handlers: [text/x-shellscript]}\n",
    vendorData: multipart(config("a: 1"), `\n${script("vendor")}`),
  },
  "a prefix for vendor scripts": {
    userData: `#cloud-config\nvendor_data: {prefix: [/bin/sh, -e]}\n`,
    vendorData: script("vendor"),
  },
};
