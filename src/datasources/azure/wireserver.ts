import type { Logger } from "../../report/logger.ts";
import { HttpError } from "../../system/http-error.ts";
import type { System } from "../../system/system.ts";
import { parseXml, XML_BYTES_MAX, type XmlElement } from "../../text/parse-xml.ts";
import { createMetadataClient, type MetadataClient } from "../http/metadata-client.ts";

/** Of all requests to the wireserver (compat datasources-clouds.md §2.4). */
const HEADERS = { "x-ms-agent-name": "WALinuxAgent", "x-ms-version": "2012-11-30" };
const TIMEOUT_MS = 60_000;
const PAUSE_MS = 1000;
const TRIES_MAX = 2000;

/** What the wireserver wants to be told in a report. */
export interface GoalState {
  readonly incarnation: string;
  readonly containerId: string;
  readonly instanceId: string;
}

/**
 * Tells the wireserver that this machine is ready, or Azure takes it for one that failed (compat
 * datasources-clouds.md §2.5). Throws where it cannot be told within `maxWaitMs`.
 */
export async function reportReady(
  sys: System,
  log: Logger,
  options: { readonly address: string; readonly maxWaitMs: number },
): Promise<void> {
  const client = createMetadataClient(sys, {
    timeoutMs: TIMEOUT_MS,
    retries: TRIES_MAX,
    totalMs: options.maxWaitMs,
    log,
  });
  const base = `http://${options.address}`;
  const bytes = await client.get(`${base}/machine/?comp=goalstate`, {
    headers: HEADERS,
    maxBodyBytes: XML_BYTES_MAX,
    retryStatuses: [403, 404, 410],
  });
  if (bytes === undefined) {
    throw new Error("Cannot read the goal state: the wireserver has none");
  }
  const parsed = await parseXml(bytes);
  if ("fault" in parsed) {
    throw new Error(`Cannot read the goal state: ${parsed.fault}`);
  }
  await post(sys, client, `${base}/machine?comp=health`, renderHealth(parseGoalState(parsed.root)));
}

/** The parts of the goal state that a report repeats. Throws where one is missing. */
export function parseGoalState(root: XmlElement): GoalState {
  return {
    incarnation: textAt(root, ["Incarnation"]),
    containerId: textAt(root, ["Container", "ContainerId"]),
    instanceId: textAt(root, ["Container", "RoleInstanceList", "RoleInstance", "InstanceId"]),
  };
}

/** The report as the wireserver expects it. */
export function renderHealth({ incarnation, containerId, instanceId }: GoalState): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Health xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    `  <GoalStateIncarnation>${escapeXml(incarnation)}</GoalStateIncarnation>`,
    "  <Container>",
    `    <ContainerId>${escapeXml(containerId)}</ContainerId>`,
    `    <RoleInstanceList><Role><InstanceId>${escapeXml(instanceId)}</InstanceId>`,
    "      <Health><State>Ready</State></Health></Role></RoleInstanceList>",
    "  </Container>",
    "</Health>",
    "",
  ].join("\n");
}

async function post(sys: System, client: MetadataClient, url: string, body: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    let failure: HttpError;
    try {
      const { status } = await client.request({
        method: "POST",
        url,
        headers: { ...HEADERS, "Content-Type": "text/xml; charset=utf-8" },
        body,
      });
      if (status >= 200 && status < 300) {
        return;
      }
      const isFinal = status >= 400 && status < 500 && status !== 429 && status !== 408;
      failure = new HttpError("POST", url, `the answer is ${status}`, { status, isFinal });
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      failure = error;
    }
    if (failure.isFinal || tried >= TRIES_MAX) {
      throw failure;
    }
    await sys.clock.sleep(PAUSE_MS);
  }
}

function textAt(root: XmlElement, path: readonly string[]): string {
  let current: XmlElement | undefined = root.name === "GoalState" ? root : undefined;
  for (const name of path) {
    current = current?.children.find((child) => child.name === name);
  }
  const text = current?.text.trim() ?? "";
  if (text === "" || text.length > VALUE_LENGTH_MAX) {
    throw new Error(`Missing ${path.at(-1)} in GoalState XML`);
  }
  return text;
}

const VALUE_LENGTH_MAX = 512;

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
  };
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? character);
}
