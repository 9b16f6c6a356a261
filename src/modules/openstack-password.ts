import { Buffer } from "node:buffer";
import { isMapping, valueAt } from "../config/cloud-config.ts";
import { HttpError } from "../system/http-error.ts";
import { isTrue } from "../text/boolean-option.ts";
import type { ModuleContext } from "./module.ts";

const DEFAULT_URL = "http://169.254.169.254";
const PATH = "openstack/2013-04-04/password";
const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** The service has one already, and takes no other. */
const CONFLICT = 409;
/** Nova keeps four parts of 255 characters. */
const POSTED_LENGTH_MAX = 1020;

/**
 * Gives a password that was made at random to nova (nova, "Metadata service", password), from where
 * `nova get-password` fetches it: with `datasource: {OpenStack: {post_password: true}}`, a key of
 * ours, on an instance of that datasource. It goes there encrypted with the instance's first RSA key
 * (RFC 8017 §7.2), and is that of the default user, else of root, else the first. `made` are lines
 * `user:password`.
 */
export async function postPassword(
  ctx: ModuleContext,
  made: readonly string[],
  defaultUser: string | undefined,
): Promise<void> {
  const isWanted = isTrue(valueAt(ctx.cloudConfig, "datasource", "OpenStack", "post_password"));
  if (!isWanted || ctx.instance.datasource !== "OpenStack") {
    return;
  }
  const line = [defaultUser, "root", ""]
    .flatMap((user) => made.filter((each) => each.startsWith(user === "" ? "" : `${user}:`)))
    .at(0);
  const password = line?.slice(line.indexOf(":") + 1);
  const key = ctx.instance.publicKeys.map(readRsaKey).find((each) => each !== undefined);
  if (password === undefined || key === undefined) {
    ctx.log.warn(
      "Cannot post the password: the instance has no RSA key to encrypt it with (ssh-rsa …)",
    );
    return;
  }
  const encrypted = await encrypt(key, password);
  if (encrypted === undefined || encrypted.length > POSTED_LENGTH_MAX) {
    ctx.log.warn("Cannot post the password: the instance's RSA key cannot be used for it");
    return;
  }
  await post(ctx, encrypted);
}

async function post(ctx: ModuleContext, body: string): Promise<void> {
  const url = `${serviceUrl(ctx)}/${PATH}`;
  try {
    const { status } = await ctx.sys.http.request({
      method: "POST",
      url,
      effect: "change",
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: ANSWER_BYTES_MAX,
      sameHostOnly: true,
      headers: { "content-type": "text/plain" },
      body,
    });
    if (status === CONFLICT) {
      ctx.log.info("The password is not posted: the metadata service has one already");
    } else if (status >= 200 && status < 300) {
      ctx.log.info("Posted the password, encrypted, to the metadata service");
    } else {
      ctx.log.warn(`Failed to post the password to ${url}: the answer is ${status}`);
    }
  } catch (error) {
    if (!(error instanceof HttpError)) {
      throw error;
    }
    ctx.log.warn(`Failed to post the password to ${url}: ${error.reason}`);
  }
}

/** The first address that is configured. */
function serviceUrl(ctx: ModuleContext): string {
  const datasource = ctx.cloudConfig["datasource"];
  const urls = isMapping(datasource)
    ? valueAt(datasource, "OpenStack", "metadata_urls")
    : undefined;
  const first: unknown = Array.isArray(urls) ? urls[0] : urls;
  if (typeof first !== "string" || first === "") {
    return DEFAULT_URL;
  }
  const url = /^https?:\/\//iu.test(first) ? first : `http://${first}`;
  return url.replace(/\/+$/u, "");
}

interface RsaKey {
  readonly modulus: Buffer;
  readonly exponent: Buffer;
}

/** A line of authorized_keys with an RSA key (RFC 4253 §6.6: three length-prefixed fields); undefined for other keys. */
function readRsaKey(line: string): RsaKey | undefined {
  const [, base64] = /(?:^|\s)ssh-rsa\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/u.exec(line) ?? [];
  let rest = Buffer.from(base64 ?? "", "base64");
  const fields: Buffer[] = [];
  while (fields.length < 3 && rest.length >= 4) {
    const length = rest.readUInt32BE(0);
    if (length > rest.length - 4) {
      return undefined;
    }
    fields.push(rest.subarray(4, 4 + length));
    rest = rest.subarray(4 + length);
  }
  const [name, exponent, modulus] = fields;
  return name?.toString("latin1") !== "ssh-rsa" || exponent === undefined || modulus === undefined
    ? undefined
    : { exponent, modulus };
}

/** Base64. Undefined where the key is no key after all. */
async function encrypt({ modulus, exponent }: RsaKey, text: string): Promise<string | undefined> {
  const { constants, createPublicKey, publicEncrypt } = await import("node:crypto");
  try {
    const jwk = { kty: "RSA", n: toBase64Url(modulus), e: toBase64Url(exponent) };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const padding = constants.RSA_PKCS1_PADDING;
    return publicEncrypt({ key, padding }, Buffer.from(text)).toString("base64");
  } catch {
    return undefined;
  }
}

/** Without the zero byte that marks a number as positive. */
function toBase64Url(number: Buffer): string {
  return (number[0] === 0 ? number.subarray(1) : number).toString("base64url");
}
