// The bundle and the carrier on processors that Bun has no build for, one of them big-endian: each
// answers with the very bytes that the bundle gives on this machine's Node.js.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { buildCarrier, type CarrierInput } from "../../scripts/carrier/carrier.ts";
import { readRuntime } from "../../scripts/carrier/read-runtime.ts";
import {
  emulatorOf,
  foreignLibraries,
  namespaceObstacle,
  type ProcessAnswer,
  runAmongForeign,
  runForeign,
} from "../../scripts/vm/foreign-process.ts";
import { type ForeignMachine, nodeRuntime } from "../../scripts/vm/node-runtime.ts";
import type { SelfTestJson } from "../../src/cli/doctor/selftest/self-test-json.ts";
import { START_CACHES } from "../../src/cli/install/start-cache.ts";
import { VERSION } from "../../src/version.ts";
import { createCarrierPlace, namespaceObstacle as carrierObstacle } from "../carrier/namespace.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { findObstacle } from "./obstacle.ts";

const DRIVE = join(import.meta.dir, "..", "fixtures", "sample-drive.iso");
const LIMIT_MS = 180_000;

/** Order of bytes as Node.js tells it. */
const ENDIANNESS = { ppc64le: ["ppc64", "LE"], s390x: ["s390x", "BE"] } as const;

/** Umlauts and a sign beyond the basic plane, so that text decoding is in it. */
const USER_DATA = `#cloud-config
write_files:
  - {path: /etc/grüße, content: "gr\u00fc\u00dfe \u{1f427}\\n", encoding: text/plain}
  - {path: /etc/packed, encoding: gz+b64, content: ${gzipSync("packed\n").toString("base64")}}
runcmd: [[echo, "done"]]
`;
/** A mistake of each kind: a wrong type, an unknown key, a value that is not allowed. */
const WRONG_DATA = `#cloud-config
hostname: [a]
no_such_key: 1
power_state: {mode: jump}
runcmd: {a: b}
`;
const INSTANCE_DATA = { ds: { meta_data: { uuid: "u-1", n: [1, 2.5, 1e21, -0] } }, v1: {} };

/** Files and commands; the same for each machine. */
interface Work {
  readonly directory: string;
  readonly commands: Readonly<Record<string, readonly string[]>>;
}

const noNode = findObstacle(["node"], () => {});

describe.skipIf(requireOrSkip(noNode))("on another processor", () => {
  let work: Work;
  let bundle: string;
  const here = new Map<string, ProcessAnswer>();
  beforeAll(() => {
    bundle = builtArtefacts().bundle;
    work = prepare();
    for (const [name, args] of Object.entries(work.commands)) {
      const { status, stdout, stderr } = spawnSync("node", [bundle, ...args], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" },
      });
      here.set(name, { exitCode: status, stdout, stderr });
    }
  }, LIMIT_MS);
  afterAll(() => rmSync(work.directory, { recursive: true, force: true }));

  test("what is compared is not empty", () => {
    const codes = [...here].map(([name, { exitCode, stdout, stderr }]) => [
      name,
      exitCode,
      (stdout + stderr).length > 10,
    ]);
    expect(codes).toEqual([
      ["--version", 0, true],
      ["plan of a drive", 0, true],
      ["plan as JSON of packed user-data", 0, true],
      ["schema of a wrong file", 1, true],
      ["query", 0, true],
    ]);
  });

  for (const machine of ["ppc64le", "s390x"] as const) {
    const obstacle = findObstacle([emulatorOf(machine), "unshare"], () => {
      foreignLibraries(machine);
      nodeRuntime(machine);
    });
    describe.skipIf(requireOrSkip(obstacle))(machine, () => {
      test(
        "the bundle answers with the same bytes as on this machine",
        () => {
          for (const [name, args] of Object.entries(work.commands)) {
            const answer = runForeign(machine, [nodeRuntime(machine).path, bundle, ...args]);
            expect<object>({ name, ...answer }).toEqual({ name, ...here.get(name) });
          }
        },
        LIMIT_MS,
      );

      test(
        "what the program relies on works: files, commands, numbers, text",
        () => {
          const args = [bundle, "doctor", "--selftest", "--format", "json"];
          const { stdout, stderr } = runForeign(machine, [nodeRuntime(machine).path, ...args]);
          expect(stderr).toBe("");
          const { checks } = JSON.parse(stdout) as SelfTestJson;
          const platform = checks.filter(({ kind }) => kind === "platform");
          expect(platform.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
          const order = ENDIANNESS[machine][1] === "BE" ? "big" : "little";
          expect(platform.find(({ name }) => name === "runtime")?.what).toContain(
            ` on linux ${ENDIANNESS[machine][0]}, ${order}-endian, `,
          );
        },
        LIMIT_MS,
      );
    });
    const noPlace = obstacle ?? carrierObstacle();
    describe.skipIf(requireOrSkip(noPlace))(`the carrier for ${machine} on this machine`, () => {
      for (const shell of ["/usr/bin/dash", "/usr/bin/busybox sh"]) {
        test(`is refused with the reason under ${shell}, and leaves nothing that would run`, () => {
          // Where the carrier does not know for what it is, it finds out when it starts the runtime.
          for (const [runsOnAny, reason] of [
            [false, `is for "Linux ${machine}", and this is "Linux `],
            [true, "the runtime does not run here: exit code "],
          ] as const) {
            const place = createCarrierPlace({ ...carrierInput(machine, bundle), runsOnAny });
            try {
              const { stdout, stderr } = place.run(
                '$SHELL_UNDER_TEST $C --version; echo "code $?"; ls -A /opt/freeware/libexec/cloud-init/*',
                shell,
              );
              expect(stdout).toBe("code 125\n");
              expect(stderr).toContain(reason);
            } finally {
              place.remove();
            }
          }
        });
      }
    });
    const noCarrier = obstacle ?? namespaceObstacle();
    describe.skipIf(requireOrSkip(noCarrier))(`${machine}: the carrier`, () => {
      test(
        "unpacks its runtime, starts it, and reads the drive",
        () => {
          const { carrier, runtimes } = writeCarrier(machine, bundle, work.directory);
          const run = (...args: readonly string[]): ProcessAnswer =>
            runAmongForeign(machine, [carrier, ...args], { CLOUD_INIT_RUNTIME_DIR: runtimes });
          expect(run("--version")).toEqual({
            exitCode: 0,
            stdout: `cloud-init ${VERSION}\n`,
            stderr: "",
          });
          const [version = "", ...others] = readdirSync(runtimes);
          expect(others).toEqual([]);
          const runtime = join(runtimes, version, "node");
          const script = "console.log(process.arch, require('os').endianness())";
          expect(runAmongForeign(machine, [runtime, "-e", script]).stdout).toBe(
            `${ENDIANNESS[machine].join(" ")}\n`,
          );
          expect<ProcessAnswer | undefined>(run("plan", DRIVE)).toEqual(
            here.get("plan of a drive"),
          );
          const unpacked = join(runtimes, version);
          const loader = join(unpacked, "app.cjs");
          runAmongForeign(machine, [runtime, loader, "--warm-up", unpacked, "rhel"]);
          for (const cache of START_CACHES) {
            expect(statSync(join(unpacked, cache)).size).toBeGreaterThan(100_000);
          }
          expect(run("--version").stdout).toBe(`cloud-init ${VERSION}\n`);
        },
        LIMIT_MS,
      );
    });
  }
});

function prepare(): Work {
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-foreign-"));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const packed = write("user-data.gz", gzipSync(USER_DATA));
  const wrong = write("wrong.yaml", WRONG_DATA);
  const data = write("instance-data.json", JSON.stringify(INSTANCE_DATA));
  return {
    directory,
    commands: {
      "--version": ["--version"],
      "plan of a drive": ["plan", DRIVE],
      "plan as JSON of packed user-data": ["plan", DRIVE, "--user-data", packed, "--format=json"],
      "schema of a wrong file": ["schema", "-c", wrong],
      query: ["query", "-i", data, "--all"],
    },
  };
}

function writeCarrier(
  machine: ForeignMachine,
  bundle: string,
  directory: string,
): { readonly carrier: string; readonly runtimes: string } {
  const place = mkdtempSync(join(directory, `${machine}-`));
  const carrier = join(place, "cloud-init");
  // uname(1) is this machine's here.
  writeFileSync(carrier, buildCarrier({ ...carrierInput(machine, bundle), runsOnAny: true }));
  chmodSync(carrier, 0o755);
  return { carrier, runtimes: join(place, "runtimes") };
}

const inputs = new Map<ForeignMachine, CarrierInput>();

function carrierInput(machine: ForeignMachine, bundle: string): CarrierInput {
  const known = inputs.get(machine);
  if (known !== undefined) {
    return known;
  }
  const { archive, archiveSha256 } = nodeRuntime(machine);
  const runtime = readRuntime(archive, archiveSha256);
  const input: CarrierInput = { runtime, program: readFileSync(bundle), form: "ustar" };
  inputs.set(machine, input);
  return input;
}
