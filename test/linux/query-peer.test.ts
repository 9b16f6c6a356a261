// The same instance-data for Debian's cloud-init 22.4 and for the built program: answers, exit codes
// and errors have to be the same, but for the differences that are named.
import { beforeAll, describe, expect, test } from "bun:test";
import { isRecord } from "../../src/text/record.ts";
import {
  type CommandOutcome,
  comparePeers,
  findPeerObstacle,
  type PeerOutcomes,
  type StateSample,
} from "../support/state-peer.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const RUN = "/run/cloud-init";
const INSTANCE = "/var/lib/cloud/instances/i-1";
const NOBODY = 65_534;
const DATA = {
  base64_encoded_keys: [],
  sensitive_keys: ["ds/secret"],
  ds: {
    meta_data: {
      uuid: "i-1",
      "dotted.key": { c: 1 },
      "local-hostname": "x",
      public: [{ name: "k" }],
      nothing: null,
      number: 1.5,
      whole: 3,
      yes: true,
      text: 'ü "quoted"',
      empty: {},
      list: [],
    },
    secret: "geheim",
  },
  v1: {
    _beta_keys: ["subplatform"],
    "local-hostname": "vm1",
    local_hostname: "vm1",
    cloud_name: "openstack",
    region: null,
    "availability-zone": "z1",
    availability_zone: "z1",
  },
};
const PUBLIC = { ...DATA, ds: { ...DATA.ds, secret: "redacted for non-root user" } };
const secret = (text: string) => ({ text, mode: 0o600 });
const FILES: StateSample["files"] = {
  [`${RUN}/instance-data-sensitive.json`]: secret(JSON.stringify(DATA)),
  [`${RUN}/instance-data.json`]: JSON.stringify(PUBLIC),
  [`${INSTANCE}/user-data.txt`]: secret("#cloud-config\n{}\n"),
  [`${INSTANCE}/vendor-data.txt`]: secret(""),
};
const LINKS = { "/var/lib/cloud/instance": INSTANCE };

/** Arguments of `query`: what both answer alike. */
const ALIKE: readonly (readonly string[])[] = [
  ["--all"],
  ["--list-keys"],
  ["ds.secret"],
  ["v1.local_hostname"],
  ["userdata"],
  ["vendordata"],
  ["nope"],
  ["-f", "{{ ds.secret }}"],
  ["-u", "/etc/hostname", "userdata"],
  ["-i", `${RUN}/instance-data-sensitive.json`, "ds.secret"],
  ["-a"],
  ["-l", "v1"],
  ["-l", "ds.meta_data"],
  ["-l", "ds.meta_data.uuid"],
  ["-l", "ds.meta_data.public"],
  ["-l", "nope"],
  ["v1"],
  ["v1.local-hostname"],
  ["local_hostname"],
  ["availability_zone"],
  ["v1.region"],
  ["v1._beta_keys"],
  ["ds.meta_data.public"],
  ["ds.meta_data.local_hostname"],
  ["ds.meta_data.dotted_key"],
  ["ds.meta_data.number"],
  ["ds.meta_data.whole"],
  ["ds.meta_data.yes"],
  ["ds.meta_data.text"],
  ["ds.meta_data.nothing"],
  ["ds.meta_data.empty"],
  ["ds.meta_data.list"],
  ["ds.nope"],
  ["v1.nope.deeper"],
  ["-i", `${RUN}/instance-data.json`, "ds.secret"],
  ["-i", "/nowhere.json", "v1"],
  ["-f", "{{ v1.local_hostname }} {{ ds.meta_data.uuid }}"],
  ["-f", "{{ ds.meta_data.local_hostname }}-{{ local_hostname }}"],
  ["-f", "{% for key in ds.meta_data.keys() | sort %}{{ key }},{% endfor %}"],
  ["-f", "{{ ds.meta_data.number }} {{ ds.meta_data.yes }} {{ v1.region }}"],
  ["-f", "{{ v1.nope }}"],
  ["-f", "{{ nope }} {{ v1.other }}"],
  ["--format={{ v1.cloud_name }}", "v1.local_hostname"],
];

/** The first so many are asked by another user too. */
const PUBLIC_COUNT = 10;

/** What differs, and why. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
  "cloud-init writes an empty line for no key": ["-l", "ds.meta_data.empty"],
  "cloud-init does not say which file is missing": ["-v", "/nowhere", "vendordata"],
  "cloud-init has no index into a list": ["ds.meta_data.public.0.name"],
  "cloud-init does not find a key with a dot in it": ["ds.meta_data.dotted.key.c"],
  "cloud-init ends in a traceback where a text has no parts": ["ds.meta_data.uuid.x"],
  "cloud-init ends in a traceback where a template is cut short": ["-f", "{% if x"],
  "combined_cloud_config came with newer versions": ["combined_cloud_config"],
  "the help is another": [],
};

/** `query --all` and `--list-keys` of newer versions, which ours are like, have one key more. */
const NEWER_KEY = "combined_cloud_config";

function comparable({ exitCode, stdout, stderr }: CommandOutcome): CommandOutcome {
  // By the link, or by where it leads to as newer versions do: it is the same file.
  const text = stdout
    .replaceAll("/var/lib/cloud/instance/", `${INSTANCE}/`)
    // Python writes JSON in ASCII.
    .replaceAll("\\u00fc", "ü");
  const lines = text.split("\n").filter((line) => line !== NEWER_KEY);
  return { exitCode, stdout: withoutNewerKey(lines.join("\n")), stderr };
}

function withoutNewerKey(text: string): string {
  if (!text.includes(`"${NEWER_KEY}"`)) {
    return text;
  }
  const value: unknown = JSON.parse(text);
  const entries = isRecord(value) ? Object.entries(value) : [];
  const rest = Object.fromEntries(entries.filter(([key]) => key !== NEWER_KEY));
  return `${JSON.stringify(rest, undefined, 1)}\n`;
}

describe.skipIf(requireOrSkip(findPeerObstacle()))("query of cloud-init and of ours", () => {
  let outcomes: Readonly<Record<string, PeerOutcomes>> = {};
  const runs = [...ALIKE, ...Object.values(DIFFERENT)].map((args) => ["query"].concat(args));
  const runsOf: Readonly<Record<string, number>> = { root: ALIKE.length, nobody: PUBLIC_COUNT };

  beforeAll(async () => {
    const state = { files: FILES, links: LINKS };
    outcomes = await comparePeers<string>({
      root: { ...state, runs },
      nobody: { ...state, runs: runs.slice(0, PUBLIC_COUNT), uid: NOBODY },
      redacted: {
        files: Object.fromEntries(
          Object.entries(FILES).filter(([file]) => !file.endsWith("-sensitive.json")),
        ),
        links: LINKS,
        runs: [["query", "ds.secret"]],
      },
    });
  }, 300_000);

  for (const [who, count] of Object.entries(runsOf)) {
    for (const [index, args] of ALIKE.slice(0, count).entries()) {
      test(`${who}: query ${args.join(" ")}`, () => {
        const { peer, ours } = outcomes[who] ?? { peer: [], ours: [] };
        const [theirs, own] = [peer[index], ours[index]];
        if (theirs === undefined || own === undefined) {
          throw new Error("There is no outcome");
        }
        expect(comparable(own)).toEqual(comparable(theirs));
      });
    }
  }

  for (const [index, [reason, args]] of Object.entries(DIFFERENT).entries()) {
    test(`differs: query ${args.join(" ")} (${reason})`, () => {
      const at = ALIKE.length + index;
      const { peer, ours } = outcomes["root"] ?? { peer: [], ours: [] };
      expect(ours[at]?.exitCode).toBeLessThanOrEqual(1);
      expect(ours[at]?.stderr ?? "").not.toContain("Traceback");
      expect(ours[at]).not.toEqual(peer[at]);
    });
  }

  test("without the sensitive file root is told, and gets the other one", () => {
    const { peer, ours } = outcomes["redacted"] ?? { peer: [], ours: [] };
    expect(ours[0]).toEqual({
      exitCode: 0,
      stdout: "redacted for non-root user\n",
      stderr: `WARNING: Missing root-readable ${RUN}/instance-data-sensitive.json. Using redacted ${RUN}/instance-data.json instead.\n`,
    });
    expect(peer[0]).toEqual(ours[0]);
  });
});
