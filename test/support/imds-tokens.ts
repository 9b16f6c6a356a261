import type { MetadataReply, ReceivedRequest } from "./metadata-server.ts";

/** How an Ec2-like service treats tokens (IMDSv2). */
export interface ImdsTokensOptions {
  /** "required": GETs without a good one are 401. "forbidden": the PUT is 403. "absent": the service knows none (404). "unsupported": 405. */
  readonly mode: "required" | "optional" | "forbidden" | "absent" | "unsupported";
  /** GETs that a token is good for. Default: any number. */
  readonly uses?: number;
}

/** The `handle` of a metadata server that gives and asks for tokens. */
export function createImdsTokens(
  options: ImdsTokensOptions,
): (request: ReceivedRequest) => MetadataReply | undefined {
  let issued = 0;
  let usesLeft = 0;
  return ({ method, path, headers }) => {
    if (method === "PUT" && path === "/latest/api/token") {
      const refusal = { forbidden: 403, absent: 404, unsupported: 405 }[String(options.mode)];
      if (refusal !== undefined) {
        return { status: refusal };
      }
      const ttl = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
      if (!Number.isInteger(ttl) || ttl < 1 || ttl > 21600 || "x-forwarded-for" in headers) {
        return { status: 400 };
      }
      issued += 1;
      usesLeft = options.uses ?? Infinity;
      return `S3cret-token-${issued}`;
    }
    const token = headers["x-aws-ec2-metadata-token"];
    const isGood = token === `S3cret-token-${issued}` && usesLeft > 0;
    if (options.mode === "required" ? !isGood : token !== undefined && !isGood) {
      return { status: 401 };
    }
    usesLeft -= 1;
    return undefined;
  };
}
