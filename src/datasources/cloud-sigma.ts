import { exists } from "../system/files.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem } from "../text/problem.ts";
import { EOT, type ParsedServer, parseServerContext } from "./cloud-sigma/parse-context.ts";
import type { Datasource, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { mayProbe } from "./may-probe.ts";

/**
 * CloudSigma: the server's context in JSON, asked for on its second serial port (compat
 * datasources-clouds.md §6). There is no such port on AIX: `serial_device` must name one.
 */
export const cloudSigma: Datasource = {
  name: "CloudSigma",
  needs: "filesystem",
  async find(ctx) {
    const port = choosePort(ctx);
    if ("reason" in port) {
      return { found: false, reason: port.reason };
    }
    const server = await readServer(ctx, port.path);
    if ("fault" in server) {
      ctx.log.debug("CloudSigma: Unable to read from serial port");
      return { found: false, reason: server.fault };
    }
    const { dsmode, problems, ...instance } = server;
    if (dsmode === "disabled") {
      return { found: false, reason: `dsmode is disabled (${port.path})` };
    }
    for (const problem of problems) {
      ctx.log.warn(`CloudSigma: ${formatProblem(problem)}`);
    }
    return {
      found: true,
      instance: {
        ...instance,
        datasource: "CloudSigma",
        description: "DataSourceCloudSigma",
        platform: "cloudsigma",
        dsmode,
        files: [],
      },
      ...(problems.length === 0 ? {} : { problems }),
    };
  },
};

const LINUX_PORT = "/dev/ttyS1";
const PORT_SETTING = "serial_device";
/** The whole context. */
const REQUEST = new TextEncoder().encode("<\n\n>");
const WRITE_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Nobody is written to on a port unless something says that the other end is CloudSigma. */
function choosePort(
  ctx: DatasourceContext,
): { readonly path: string } | { readonly reason: string } {
  const { sys, config } = ctx;
  const product = readDmi(sys, "product_name");
  const answer = mayProbe(ctx, {
    name: "CloudSigma",
    addressKeys: [PORT_SETTING],
    ...(product?.toLowerCase().includes("cloudsigma") === true
      ? { platformFact: "product name names CloudSigma" }
      : {}),
  });
  if (!answer.isAllowed) {
    return { reason: answer.reason };
  }
  ctx.log.debug(`CloudSigma may be asked: ${answer.why}`);
  const given = config[PORT_SETTING];
  const isSet = given !== undefined && given !== null && given !== "" && given !== false;
  if (!isSet && sys.process.platform !== "linux") {
    const reason = `datasource.CloudSigma.${PORT_SETTING} does not say which serial port to ask`;
    return { reason };
  }
  const path = isSet ? given : LINUX_PORT;
  if (typeof path !== "string" || !/^\/dev\/[^\0]{1,200}$/u.test(path)) {
    const reason = `Cannot use "datasource.CloudSigma.${PORT_SETTING}": expected the path of a device, found ${typeof path === "string" ? "other text" : describeKind(path)}`;
    ctx.log.warn(reason);
    return { reason };
  }
  return exists(sys.fs, path) ? { path } : { reason: `there is no serial port "${path}"` };
}

async function readServer({ sys }: DatasourceContext, path: string): Promise<ParsedServer> {
  if (sys.serial === undefined) {
    return { fault: `serial port "${path}" cannot be used here` };
  }
  try {
    const answer = await sys.serial.exchange({
      path,
      request: REQUEST,
      endByte: LINE_FEED,
      skippedBytes: [EOT, LINE_FEED, CARRIAGE_RETURN],
      writeTimeoutMs: WRITE_TIMEOUT_MS,
      timeoutMs: TIMEOUT_MS,
      maxBytes: ANSWER_BYTES_MAX,
    });
    const server = parseServerContext(answer);
    return "fault" in server ? { fault: `${path}: ${server.fault}` } : server;
  } catch (error) {
    return { fault: errorMessage(error) };
  }
}
