import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { START_CACHES } from "../../src/cli/install/start-cache.ts";
import { VERSION } from "../../src/version.ts";
import { type CarrierInput, unpackedCarrier } from "../carrier/carrier.ts";
import { type PackagedPath, renderSpec } from "./spec.ts";

const FIRST_RELEASE = "1";
/** Of every file and of the package: rpm takes 0 for "not given". */
const EPOCH_SECONDS = 1;
const LIBEXEC = "/opt/freeware/libexec/cloud-init";
const BIN = "/opt/freeware/bin";
const CONFIG = "/opt/freeware/etc/cloud";

export interface BuiltRpm {
  /** cloud-init-aix-0.1.0-1.aix7.2.ppc.rpm */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The package for AIX, made by rpmbuild(8); the same parts give the same bytes. Throws with rpmbuild's messages. */
export function buildRpm(input: CarrierInput, release = FIRST_RELEASE): BuiltRpm {
  const top = mkdtempSync(join(tmpdir(), "cloud-init-rpm-"));
  try {
    const staged = join(top, "staged");
    const paths = stage(staged, input);
    const spec = join(top, "cloud-init-aix.spec");
    const text = renderSpec({ version: VERSION, release, paths });
    writeFileSync(spec, `${text}\n%install\ncp -a ${staged}/. %{buildroot}/\n`);
    const defines = {
      _topdir: join(top, "rpmbuild"),
      _build_name_fmt: "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{OS}.%%{ARCH}.rpm",
      // Nothing of this machine, nothing of this day.
      _buildhost: "localhost",
      use_source_date_epoch_as_buildtime: "1",
      clamp_mtime_to_source_date_epoch: "1",
      source_date_epoch_from_changelog: "0",
    };
    const argv = [
      "-bb",
      "--target",
      "ppc-ibm-aix7.2",
      ...Object.entries(defines).flatMap(([name, value]) => ["--define", `${name} ${value}`]),
      spec,
    ];
    const { status, stdout, stderr, error } = spawnSync("rpmbuild", argv, {
      encoding: "utf8",
      env: { ...process.env, SOURCE_DATE_EPOCH: String(EPOCH_SECONDS), LC_ALL: "C" },
    });
    if (status !== 0) {
      throw new Error(
        `Cannot build the package: ${error === undefined ? `rpmbuild ended with ${status}\n${stdout}${stderr}` : `rpmbuild cannot be started (${error.message}); it is in Debian's package rpm`}`,
      );
    }
    const directory = join(top, "rpmbuild", "RPMS");
    const [name] = readdirSync(directory);
    if (name === undefined) {
      throw new Error(`Cannot build the package: rpmbuild left nothing in "${directory}"`);
    }
    return { name, bytes: readFileSync(join(directory, name)) };
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Puts the package's files into a tree and tells which they are. */
function stage(root: string, input: CarrierInput): readonly PackagedPath[] {
  const { stub, directory, files } = unpackedCarrier(input);
  const paths: PackagedPath[] = [];
  const place = (path: string, content: string | Uint8Array, mode: number, isConfig = false) => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
    chmodSync(root + path, mode);
    lutimesSync(root + path, EPOCH_SECONDS, EPOCH_SECONDS);
    paths.push({ path, mode: `0${mode.toString(8)}`, isConfig });
  };
  place(`${BIN}/cloud-init`, stub, 0o755);
  for (const name of ["cloud-init-per", "cloud-id"]) {
    symlinkSync("cloud-init", root + `${BIN}/${name}`);
    lutimesSync(root + `${BIN}/${name}`, EPOCH_SECONDS, EPOCH_SECONDS);
    paths.push({ path: `${BIN}/${name}` });
  }
  const runtime = `${LIBEXEC}/${directory}`;
  for (const { name, mode, content } of files) {
    place(`${runtime}/${name}`, content, mode);
  }
  paths.push(
    ...[LIBEXEC, runtime, `${runtime}/lib`]
      .filter((path) => existsSync(root + path))
      .map((path) => ({ path, mode: "0755", kind: "directory" as const })),
    // "cloud-init install" makes them.
    ...START_CACHES.map((name) => ({
      path: `${runtime}/${name}`,
      mode: "0644",
      kind: "ghost" as const,
    })),
  );
  for (const { name, content } of defaultConfigFiles("aix")) {
    place(`${CONFIG}/${name}`, content, 0o644, true);
  }
  return paths;
}
