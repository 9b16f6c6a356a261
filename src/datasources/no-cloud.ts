import type { Instance } from "../instance/instance.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { describeKind } from "../text/describe-kind.ts";
import { formatProblem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { describeSearch, readLocalSeeds, type SeedSearch } from "./no-cloud/local-seeds.ts";
import { addSeed, type MergedSeed } from "./no-cloud/merge-seeds.ts";
import { readSeedAddress, type SeedAddress } from "./no-cloud/seed-address.ts";
import type { SeedNetwork } from "./no-cloud/seed-network.ts";
import { parsePublicKeys } from "./public-keys.ts";

/**
 * NoCloud: data that somebody put on a disc labelled cidata, in a seed directory, in the
 * configuration, or on a server that `seedfrom` names (compat datasources.md §6,
 * datasources-clouds.md §11). Nobody is asked who was not named.
 */
export const noCloud: Datasource = {
  name: "NoCloud",
  needs: "filesystem",
  async find(ctx) {
    const search: SeedSearch = { broken: [], looked: [] };
    const local = await readLocalSeeds(ctx, search);
    if (local.names.length === 0) {
      if (search.broken.length > 0) {
        throw new Error(`Broken seed: ${search.broken.join("; ")}`);
      }
      return { found: false, reason: describeSearch(ctx, search) };
    }
    for (const reason of search.broken) {
      ctx.log.warn(`Broken seed: ${reason}`);
    }
    if (local.metadata["dsmode"] === "disabled") {
      return { found: false, reason: `dsmode is disabled (${local.names.join(", ")})` };
    }
    const seedfrom = local.metadata["seedfrom"];
    return seedfrom === undefined || seedfrom === null
      ? claim(ctx, local, false)
      : claimFetched(ctx, local, await readSeedAddress(ctx, seedfrom));
  },
};

const DEFAULT_ID = "nocloud";
/** With the data that `seedfrom` names, once somebody can be asked for it. */
async function claimFetched(
  ctx: DatasourceContext,
  local: MergedSeed,
  address: SeedAddress,
): Promise<DatasourceAnswer> {
  if (address.kind === "unusable") {
    ctx.log.warn(address.reason);
    return { found: false, reason: address.reason };
  }
  const isRemote = address.kind === "url";
  if (isRemote && ctx.hasNetwork === false) {
    const reason = `the seed "${address.shown}" needs the network: init asks for it`;
    const { network } = await readNetwork(local);
    return network === undefined
      ? { found: false, reason, isAskedLater: true }
      : // What is here already says how the network gets up that the rest comes over.
        {
          ...(await claim(
            ctx,
            { ...local, metadata: { ...local.metadata, dsmode: "pass" } },
            false,
          )),
          isAskedLater: true,
        };
  }
  const { fetchSeed } = await import("./no-cloud/fetch-seed.ts");
  const fetched = await fetchSeed(ctx, address);
  if ("silence" in fetched) {
    return { found: false, reason: fetched.silence, isSilent: true };
  }
  const { userData: _user, vendorData: _vendor, network: _network, ...kept } = local;
  return claim(ctx, { ...addSeed(kept, fetched), isDelivered: true }, isRemote);
}

async function claim(
  ctx: DatasourceContext,
  seed: MergedSeed,
  isRemote: boolean,
): Promise<DatasourceAnswer> {
  const { metadata, names } = seed;
  const dsmode = chooseMode(ctx, metadata["dsmode"]);
  if (dsmode === "disabled") {
    return { found: false, reason: `dsmode is disabled (${names.join(", ")})` };
  }
  const givenId = metadata["instance-id"] ?? undefined;
  const id = parseInstanceId(givenId ?? DEFAULT_ID);
  if (id === undefined) {
    throw new Error(
      `Cannot use the seed (${names.join(", ")}): expected "instance-id" in meta-data to be ${INSTANCE_ID_EXPECTED}`,
    );
  }
  const { network, problems, details } = await readNetwork(seed);
  const all = [...seed.problems, ...problems];
  for (const problem of all) {
    ctx.log.warn(`NoCloud: ${formatProblem(problem)}`);
  }
  for (const detail of details) {
    ctx.log.debug(`NoCloud: ${detail}`);
  }
  const mode = dsmode === "net" ? "" : `[dsmode=${dsmode}]`;
  return {
    found: true,
    instance: {
      id,
      datasource: "NoCloud",
      description: `DataSourceNoCloud${isRemote ? "Net" : ""} [seed=${names.join(",")}]${mode}`,
      platform: "nocloud",
      dsmode,
      ...readCommon(metadata),
      ...(seed.userData === undefined ? {} : { userData: seed.userData }),
      ...(seed.vendorData === undefined ? {} : { vendorData: seed.vendorData }),
      ...(network === undefined ? {} : { network }),
      files: [],
      rawMetadata: keepableMetadata({ ...showable(metadata), "instance-id": id }),
    },
    problems: all,
    ...(givenId === undefined ? { hasDefaultId: true } : {}),
    ...(givenId === undefined && seed.isDelivered !== true ? { yieldsToKept: true } : {}),
  };
}

/** The parsers of network settings are loaded where there are some. */
async function readNetwork(seed: MergedSeed): Promise<SeedNetwork> {
  const isGiven = seed.network !== undefined || seed.metadata["network-interfaces"] !== undefined;
  return isGiven
    ? (await import("./no-cloud/seed-network.ts")).readSeedNetwork(seed)
    : { problems: [], details: [] };
}

/** What metadata of every kind of cloud can say (compat datasources.md §1.2). */
function readCommon(
  metadata: Readonly<Record<string, unknown>>,
): Pick<Instance, "localHostname" | "publicKeys" | "availabilityZone" | "launchIndex"> {
  const hostname = textOf(metadata["local-hostname"]);
  const zone = textOf(metadata["availability-zone"] ?? metadata["availability_zone"]);
  const launchIndex = metadata["launch-index"];
  return {
    ...(hostname === undefined ? {} : { localHostname: hostname }),
    ...(zone === undefined ? {} : { availabilityZone: zone }),
    ...(typeof launchIndex === "number" ? { launchIndex } : {}),
    publicKeys: parsePublicKeys(metadata["public-keys"]),
  };
}

/** YAML makes a number of a name of digits. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** The address may have a password in it. */
function showable(metadata: Readonly<Record<string, unknown>>): Instance["rawMetadata"] {
  const { seedfrom } = metadata;
  return typeof seedfrom === "string"
    ? { ...metadata, seedfrom: urlWithoutSecrets(seedfrom) }
    : metadata;
}

function chooseMode(ctx: DatasourceContext, value: unknown): Instance["dsmode"] | "disabled" {
  if (value === "local" || value === "net" || value === "pass" || value === "disabled") {
    return value;
  }
  if (value !== undefined && value !== null) {
    ctx.log.warn(
      `User specified invalid mode: ${typeof value === "string" ? JSON.stringify(value) : describeKind(value)} (expected local, net, pass or disabled), using default=net`,
    );
  }
  return "net";
}
