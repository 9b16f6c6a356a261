import type { Logger } from "../../report/logger.ts";
import { urlWithoutSecrets } from "../../system/http-error.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import { joinUrl } from "./join-url.ts";

/** A tree as nested objects: a directory is an object, a leaf text, a list of lines, JSON, or bytes that are no text. */
export type CrawledTree = { readonly [name: string]: CrawledValue };
export type CrawledValue = CrawledTree | string | readonly string[] | Uint8Array | unknown;

/** How a tree is walked. */
export interface CrawlOptions {
  /** The body at an address; undefined for 404. Throws where it cannot be read. */
  readonly get: (url: string) => Promise<Uint8Array | undefined>;
  readonly log: Logger;
  /** Directories that are not entered, by name. Default "security-credentials". */
  readonly skip?: readonly string[];
  /** A leaf that is not there after all: its value, or undefined to fail. Default: fails. */
  readonly missing?: (url: string) => string | undefined;
  /** Requests at a time. Default 4. */
  readonly parallel?: number;
}

const DEPTH_MAX = 12;
const REQUEST_COUNT_MAX = 2000;
/** Of all answers together. */
const TREE_BYTES_MAX = 16 * 1024 * 1024;
const NAME_LENGTH_MAX = 255;
const PARALLEL = 4;

/**
 * Reads a directory-like tree of the Ec2 kind (compat datasources-clouds.md §4.2): a listing has a
 * name on each line, with "/" at its end where that is a directory; "0=name" in it stands for
 * "0/openssh-key". Throws where any part cannot be read, or the tree has no end.
 */
export async function crawlTree(base: string, options: CrawlOptions): Promise<CrawledTree> {
  const crawler = createCrawler(options);
  const listing = await crawler.read(joinUrl(base, ""));
  if (listing === undefined) {
    throw new Error(`Cannot read "${urlWithoutSecrets(joinUrl(base, ""))}": the answer is 404`);
  }
  return crawler.crawl(base, listing, 1);
}

interface Crawler {
  read(url: string): Promise<Uint8Array | undefined>;
  crawl(base: string, listing: Uint8Array, depth: number): Promise<CrawledTree>;
}

function createCrawler(options: CrawlOptions): Crawler {
  const { log, skip = ["security-credentials"] } = options;
  const limit = createLimit(options.parallel ?? PARALLEL);
  let requestCount = 0;
  let byteCount = 0;

  function read(url: string): Promise<Uint8Array | undefined> {
    requestCount += 1;
    if (requestCount > REQUEST_COUNT_MAX) {
      throw new Error(
        `Cannot read "${urlWithoutSecrets(url)}": the tree has more than ${REQUEST_COUNT_MAX} parts, it is not read`,
      );
    }
    return limit(async () => {
      const bytes = await options.get(url);
      byteCount += bytes?.length ?? 0;
      if (byteCount > TREE_BYTES_MAX) {
        throw new Error(
          `Cannot read "${urlWithoutSecrets(url)}": the tree has more than ${TREE_BYTES_MAX} bytes, it is not read`,
        );
      }
      return bytes;
    });
  }

  async function crawlDirectory(base: string, name: string, depth: number): Promise<CrawledTree> {
    const url = joinUrl(base, `${encodeName(name)}/`);
    if (depth > DEPTH_MAX) {
      throw new Error(
        `Cannot read "${urlWithoutSecrets(url)}": the tree is deeper than ${DEPTH_MAX} directories`,
      );
    }
    const listing = await read(url);
    return listing === undefined ? {} : crawl(url, listing, depth + 1);
  }

  async function crawlLeaf(url: string): Promise<unknown> {
    const bytes = await read(url);
    if (bytes !== undefined) {
      return decodeLeaf(bytes, url, log);
    }
    const value = options.missing?.(url);
    if (value === undefined) {
      throw new Error(
        `Cannot read "${urlWithoutSecrets(url)}": it is in the listing, but the answer is 404`,
      );
    }
    return value;
  }

  async function crawl(base: string, listing: Uint8Array, depth: number): Promise<CrawledTree> {
    const { directories, leaves } = parseListing(listing, skip);
    for (const name of directories) {
      if (leaves.has(name)) {
        log.warn(`Duplicate key found in results from ${urlWithoutSecrets(base)}`);
        leaves.delete(name);
      }
    }
    const entries = await Promise.all([
      ...[...directories].map(async (name): Promise<[string, unknown]> => [
        name,
        await crawlDirectory(base, name, depth),
      ]),
      ...[...leaves].map(async ([name, path]): Promise<[string, unknown]> => [
        name,
        await crawlLeaf(joinUrl(base, path)),
      ]),
    ]);
    // In this way "__proto__" is a name like any other.
    return Object.fromEntries(entries);
  }

  return { read, crawl };
}

/** The names in one directory; a leaf with the path below it that is read. */
function parseListing(
  listing: Uint8Array,
  skip: readonly string[],
): { readonly directories: Set<string>; readonly leaves: Map<string, string> } {
  const directories = new Set<string>();
  const leaves = new Map<string, string>();
  const lines = new TextDecoder().decode(listing).split("\n");
  for (const line of lines.map((text) => text.trim())) {
    const [, index, label] = /^(\d{1,9})=(.+)$/u.exec(line) ?? [];
    const name = line.replace(/\/$/u, "");
    if (index !== undefined && label !== undefined && label.length <= NAME_LENGTH_MAX) {
      leaves.set(label, `${index}/openssh-key`);
    } else if (!isName(name) || skip.includes(name)) {
      // Nothing that could be asked for.
    } else if (line.endsWith("/")) {
      directories.add(name);
    } else {
      leaves.set(name, encodeName(name));
    }
  }
  return { directories, leaves };
}

/** No way out of the directory. */
function isName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    name.length <= NAME_LENGTH_MAX &&
    // oxlint-disable-next-line no-control-regex -- exactly those must not get into requests and logs
    !/[/\u0000-\u001f\u007f]/u.test(name)
  );
}

/** For a path (RFC 3986 §3.3): MAC addresses keep their colons, since not every service decodes. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/%(?:3A|40|2C|3D|2B|26|24|3B)/gu, decodeURIComponent);
}

/** As cloud-init reads a leaf: JSON where it looks like an object, lines where there are several. */
function decodeLeaf(bytes: Uint8Array, url: string, log: Logger): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
  const trimmed = text.trim();
  if (trimmed.startsWith("{") && trimmed.endsWith("}")) {
    const parsed = parseJsonBytes(bytes);
    if ("value" in parsed) {
      return parsed.value;
    }
    log.warn(`Invalid JSON at ${urlWithoutSecrets(url)}, it is used as text: ${parsed.fault}`);
  }
  const lines = text.split(/\r?\n/u);
  if (lines.at(-1) === "") {
    lines.pop();
  }
  return text.includes("\n") ? lines : text;
}

/** Runs at most `parallel` at a time, in order. After a failure nothing more begins. */
function createLimit(parallel: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  let hasFailed = false;
  return async (work) => {
    if (running >= parallel) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      if (hasFailed) {
        throw new Error("Cannot read the tree: another part of it cannot be read");
      }
      return await work();
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
