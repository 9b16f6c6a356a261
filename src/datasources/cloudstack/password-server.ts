import { errorMessage } from "../../text/error-message.ts";
import type { Logger } from "../../report/logger.ts";
import type { System } from "../../system/system.ts";
import type { MetadataClient } from "../http/metadata-client.ts";

/** What the router's password server said. */
export type PasswordAnswer =
  | { readonly kind: "password"; readonly password: string }
  /** Nobody has reset it since it was last fetched. */
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: string };

const HEADER = "DomU_Request";
const TIMEOUT_MS = 20_000;
const RETRIES = 3;
const BODY_BYTES_MAX = 4096;
const PASSWORD_LENGTH_MAX = 512;

/** Asks for the password (compat datasources-clouds.md §5.3). Throws where no answer comes. */
export async function askForPassword(client: MetadataClient, url: string): Promise<PasswordAnswer> {
  const body = await client.get(url, {
    headers: { [HEADER]: "send_my_password" },
    timeoutMs: TIMEOUT_MS,
    retries: RETRIES,
    maxBodyBytes: BODY_BYTES_MAX,
  });
  return body === undefined
    ? { kind: "refused", reason: "the answer is 404" }
    : parsePasswordAnswer(body);
}

/** No reason repeats what came: it may be the password. */
export function parsePasswordAnswer(body: Uint8Array): PasswordAnswer {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body).trim();
  } catch {
    return { kind: "refused", reason: "expected a password, found bytes that are not UTF-8" };
  }
  if (text === "" || text === "saved_password") {
    return { kind: "none" };
  }
  if (text === "bad_request") {
    return { kind: "refused", reason: "it does not know this machine (bad_request)" };
  }
  // oxlint-disable-next-line no-control-regex -- a page of an error is no password
  if (text.length > PASSWORD_LENGTH_MAX || /[\u0000-\u001f\u007f]/u.test(text)) {
    return {
      kind: "refused",
      reason: `expected a password of at most ${PASSWORD_LENGTH_MAX} characters in one line`,
    };
  }
  return { kind: "password", password: text };
}

/** Tells the server that the password is stored, so that it forgets it. */
export async function acknowledgePassword(
  sys: Pick<System, "http">,
  log: Logger,
  url: string,
): Promise<void> {
  try {
    const { status } = await sys.http.request({
      method: "GET",
      url,
      effect: "change",
      sameHostOnly: true,
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: BODY_BYTES_MAX,
      headers: { [HEADER]: "saved_password" },
    });
    log.debug(`Told the password server that the password is stored: ${status}`);
  } catch (error) {
    log.warn(`Cannot tell the password server that the password is stored: ${errorMessage(error)}`);
  }
}
