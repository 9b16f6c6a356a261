import type { Instance, InstanceNetwork } from "../instance/instance.ts";
import { decodeBase64 } from "../text/base64.ts";
import { isTrue } from "../text/boolean-option.ts";
import { decodeUtf8 } from "../text/decode-utf8.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { findOpenNebulaContext, type FoundContext } from "./open-nebula/find-context.ts";
import { asksForNetwork, buildOpenNebulaNetwork } from "./open-nebula/network.ts";
import { CONTEXT_SOURCE } from "./open-nebula/parse-context.ts";
import { parsePublicKeys } from "./public-keys.ts";

/**
 * OpenNebula: the variables of `context.sh` on a disc labelled CONTEXT or in a seed directory
 * (compat datasources-clouds.md §10). Its text is parsed and never given to a shell; scripts beside
 * it are not looked at.
 */
export const openNebula: Datasource = {
  name: "OpenNebula",
  needs: "filesystem",
  async find(ctx) {
    const search = await findOpenNebulaContext(ctx);
    if (!("found" in search)) {
      if (search.broken.length > 0) {
        throw new Error(search.broken.join("; "));
      }
      return { found: false, reason: search.reason };
    }
    for (const reason of search.broken) {
      ctx.log.warn(reason);
    }
    return claim(ctx, search.found);
  },
};

const DEFAULT_ID = "iid-dsopennebula";
/** The first that has something in it counts (§10.3). */
const HOST_NAMES = ["SET_HOSTNAME", "HOSTNAME", "PUBLIC_IP", "IP_PUBLIC", "ETH0_IP"];
const PUBLIC_KEYS = ["SSH_KEY", "SSH_PUBLIC_KEY"];
const USER_DATA = ["USER_DATA", "USERDATA"];
const ENCODINGS = ["USERDATA_ENCODING", "USER_DATA_ENCODING"];
/** Not for the metadata, which are shown: user-data are kept on their own, the rest is nobody's. */
const SECRET_NAME = /^USER_?DATA$|PASSW|SECRET|_TOKEN$/iu;

async function claim(
  ctx: DatasourceContext,
  { seed, context }: FoundContext,
): Promise<DatasourceAnswer> {
  const problems: Problem[] = [...context.problems];
  const variables = readTexts(context.variables);
  const dsmode = chooseMode(ctx, variables);
  if (dsmode === "disabled") {
    return { found: false, reason: `dsmode is disabled (${seed})` };
  }
  const hostname = readHostname(variables);
  const publicKeys = parsePublicKeys(firstOf(variables, PUBLIC_KEYS));
  const userData = readUserData(context.variables, variables, problems);
  const id = chooseId(ctx, variables, problems);
  const network = await readNetwork(ctx, variables, problems);
  for (const problem of problems) {
    ctx.log.warn(`${seed}: ${formatProblem(problem)}`);
  }
  const shown = [...context.variables]
    .filter(([name]) => !SECRET_NAME.test(name))
    .map(([name, bytes]) => [name, variables.get(name) ?? bytes]);
  return {
    found: true,
    instance: {
      id,
      datasource: "OpenNebula",
      description: `DataSourceOpenNebula [seed=${seed}][dsmode=${dsmode}]`,
      platform: "opennebula",
      dsmode,
      ...(hostname === undefined ? {} : { localHostname: hostname }),
      publicKeys,
      ...(userData === undefined ? {} : { userData }),
      ...(network === undefined ? {} : { network }),
      files: [],
      rawMetadata: keepableMetadata({
        ...Object.fromEntries(shown),
        "instance-id": id,
        ...(hostname === undefined ? {} : { "local-hostname": hostname }),
        ...(publicKeys.length === 0 ? {} : { "public-keys": publicKeys }),
      }),
    },
    ...(problems.length === 0 ? {} : { problems }),
  };
}

/** Those that are text. */
function readTexts(variables: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, bytes] of variables) {
    const decoded = decodeUtf8(bytes);
    if ("text" in decoded) {
      texts.set(name, decoded.text);
    }
  }
  return texts;
}

function firstOf(
  variables: ReadonlyMap<string, string>,
  names: readonly string[],
): string | undefined {
  return names.map((name) => variables.get(name)?.trim()).find((text) => (text ?? "") !== "");
}

/** Some versions of OpenNebula's own tools put the name in double quotes. */
function readHostname(variables: ReadonlyMap<string, string>): string | undefined {
  const name = firstOf(variables, HOST_NAMES)?.replace(/^"(.*)"$/su, "$1");
  return name === "" ? undefined : name;
}

function readUserData(
  variables: ReadonlyMap<string, Uint8Array>,
  texts: ReadonlyMap<string, string>,
  problems: Problem[],
): Uint8Array | undefined {
  const raw = USER_DATA.map((name) => variables.get(name)).find(
    (bytes) => bytes !== undefined && bytes.length > 0,
  );
  if (raw === undefined || firstOf(texts, ENCODINGS)?.toLowerCase() !== "base64") {
    return raw;
  }
  const decoded = decodeBase64(new TextDecoder().decode(raw));
  if (decoded === undefined) {
    const message = "Failed base64 decoding of userdata: it is used as it is";
    problems.push({ message, source: CONTEXT_SOURCE });
  }
  return decoded === undefined ? raw : new Uint8Array(decoded);
}

/** The same on every machine, as in cloud-init, unless `id_from_vmid` asks for the machine's number. */
function chooseId(
  ctx: DatasourceContext,
  variables: ReadonlyMap<string, string>,
  problems: Problem[],
): string {
  const number = variables.get("VMID") ?? "";
  if (!isTrue(ctx.config["id_from_vmid"]) || number.trim() === "") {
    return DEFAULT_ID;
  }
  const id = parseInstanceId(number);
  if (id === undefined) {
    const message = `Cannot use "VMID" as the instance-id: expected ${INSTANCE_ID_EXPECTED}`;
    problems.push({ message, source: CONTEXT_SOURCE });
  }
  return id ?? DEFAULT_ID;
}

function chooseMode(
  ctx: DatasourceContext,
  variables: ReadonlyMap<string, string>,
): Instance["dsmode"] | "disabled" {
  const ofContext = variables.get("DSMODE")?.trim() ?? "";
  for (const given of [ofContext === "" ? undefined : ofContext, ctx.config["dsmode"]]) {
    const mode = typeof given === "string" ? given.toLowerCase() : given;
    if (mode === "local" || mode === "net" || mode === "pass" || mode === "disabled") {
      return mode;
    }
    if (given !== undefined && given !== null) {
      const shown = typeof given === "string" ? JSON.stringify(given) : describeKind(given);
      ctx.log.warn(`User specified invalid mode: ${shown} (expected local, net, pass or disabled)`);
    }
  }
  return "net";
}

async function readNetwork(
  ctx: DatasourceContext,
  variables: ReadonlyMap<string, string>,
  problems: Problem[],
): Promise<InstanceNetwork | undefined> {
  if (!asksForNetwork(variables)) {
    return undefined;
  }
  try {
    const built = buildOpenNebulaNetwork(variables, await ctx.distro.network.adapters());
    problems.push(...built.problems);
    for (const note of built.notes ?? []) {
      ctx.log.debug(`${CONTEXT_SOURCE}: ${note}`);
    }
    return built.config.interfaces.length === 0
      ? undefined
      : { source: CONTEXT_SOURCE, config: built.config };
  } catch (error) {
    const message = `Cannot use the addresses: the adapters of this machine cannot be told: ${errorMessage(error)}`;
    problems.push({ message, source: CONTEXT_SOURCE });
    return undefined;
  }
}
