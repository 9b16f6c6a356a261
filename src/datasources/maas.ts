import { urlWithoutSecrets } from "../system/http-error.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import type { OauthCredentials } from "../text/oauth-header.ts";
import { formatProblem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { createMetadataClient } from "./http/metadata-client.ts";
import { createClockSkew } from "./maas/clock-skew.ts";
import { type MaasFiles, parseMaasMetadata } from "./maas/parse-metadata.ts";
import { readMaasSeed } from "./maas/read-seed.ts";
import { createMaasServer } from "./maas/server.ts";
import { numberSetting } from "./number-setting.ts";

/**
 * MAAS: a seed directory, or the server whose address and credentials the installation left in the
 * configuration (compat datasources-clouds.md §7). It gives no network configuration.
 */
export const maas: Datasource = {
  name: "MAAS",
  needs: "network",
  async find(ctx) {
    const directory = `${ctx.paths.seedDir}/maas`;
    const seed = readMaasSeed(ctx.sys.fs, directory);
    if (seed !== undefined) {
      return claim(ctx, directory, seed);
    }
    const url = readUrl(ctx.config["metadata_url"]);
    if (url === undefined) {
      return {
        found: false,
        reason: `no seed in "${directory}", and datasource.MAAS.metadata_url is not configured`,
      };
    }
    const credentials = readCredentials(ctx.config);
    const maxWaitS = numberSetting(ctx, "MAAS", "max_wait", MAX_WAIT_S);
    if (maxWaitS <= 0) {
      return { found: false, reason: `datasource.MAAS.max_wait is ${maxWaitS}` };
    }
    const answer = await readServer(ctx, { url, credentials, maxWaitS });
    return "silence" in answer
      ? { found: false, reason: answer.silence, isSilent: true }
      : claim(ctx, url, answer.files);
  },
};

const MAX_WAIT_S = 120;
const TIMEOUT_S = 50;

/** Without "/" at its end. Undefined: not configured. */
function readUrl(given: unknown): string | undefined {
  if (given === undefined || given === null || given === "") {
    return undefined;
  }
  if (typeof given !== "string") {
    const found = describeKind(given);
    throw new Error(
      `Cannot use "datasource.MAAS.metadata_url": expected an address, found ${found}`,
    );
  }
  const text = given.trim().replace(/\/+$/u, "");
  const url = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  if (!isHttpUrl(url)) {
    const shown = urlWithoutSecrets(text);
    throw new Error(
      `Cannot use "datasource.MAAS.metadata_url": expected an address with http:// or https://, found "${shown}"`,
    );
  }
  return url;
}

function isHttpUrl(text: string): boolean {
  try {
    return /^https?:$/u.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

const NEEDED_KEYS = ["consumer_key", "token_key", "token_secret"] as const;

/** Undefined: requests are not signed. YAML makes a number of a key of digits. */
function readCredentials(config: DatasourceContext["config"]): OauthCredentials | undefined {
  const read = (key: string): string => {
    const value = config[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const given = NEEDED_KEYS.filter((key) => read(key) !== "");
  if (given.length === 0) {
    return undefined;
  }
  const missing = NEEDED_KEYS.filter((key) => read(key) === "");
  if (missing.length > 0) {
    throw new Error(
      `Cannot sign requests to MAAS: ${given.join(" and ")} is in datasource.MAAS, but not ${missing.join(" and ")}`,
    );
  }
  return {
    consumerKey: read("consumer_key"),
    consumerSecret: read("consumer_secret"),
    tokenKey: read("token_key"),
    tokenSecret: read("token_secret"),
  };
}

/** Throws where somebody answers who cannot be used. */
async function readServer(
  ctx: DatasourceContext,
  {
    url,
    credentials,
    maxWaitS,
  }: {
    readonly url: string;
    readonly credentials: OauthCredentials | undefined;
    readonly maxWaitS: number;
  },
): Promise<{ readonly files: MaasFiles } | { readonly silence: string }> {
  const { sys, log, paths } = ctx;
  const timeoutMs = Math.max(1, numberSetting(ctx, "MAAS", "timeout", TIMEOUT_S)) * 1000;
  const skew = createClockSkew(sys, log, {
    path: `${paths.runDir}/oauth_skew.json`,
    host: new URL(url).host,
  });
  const server = createMaasServer(sys, log, {
    baseUrl: url,
    skew,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const shown = urlWithoutSecrets(url);
  const failure = await server.wait({ maxWaitMs: maxWaitS * 1000, timeoutMs });
  if (failure !== undefined) {
    const reason = `Giving up on metadata from "${shown}" after ${maxWaitS} seconds: ${failure.reason}`;
    if (failure.isSilent) {
      return { silence: reason };
    }
    throw new Error(reason);
  }
  const client = createMetadataClient(sys, {
    timeoutMs,
    retries: 0,
    totalMs: maxWaitS * 1000,
    log,
  });
  try {
    return { files: await server.read(client) };
  } catch (error) {
    throw new Error(`Failed fetching metadata from url ${shown}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

async function claim(
  ctx: DatasourceContext,
  source: string,
  files: MaasFiles,
): Promise<DatasourceAnswer> {
  const shown = urlWithoutSecrets(source);
  const metadata = await parseMaasMetadata(files, shown);
  for (const problem of metadata.problems) {
    ctx.log.warn(formatProblem(problem));
  }
  if (!("fields" in metadata)) {
    throw new Error(`${shown}: missing files [${metadata.missing.join(", ")}]`);
  }
  return {
    found: true,
    instance: {
      ...metadata.fields,
      datasource: "MAAS",
      description: `DataSourceMAAS [${shown}]`,
      platform: "maas",
      dsmode: "net",
      files: [],
    },
    ...(metadata.problems.length === 0 ? {} : { problems: metadata.problems }),
  };
}
