import { formatHttpAddress, isLinkLocal, parseHttpAddress } from "./http-address.ts";
import type { HttpRequest } from "./system.ts";

/** Where a redirect leads, or why it is not followed. */
export type RedirectTarget =
  | { readonly kind: "follow"; readonly request: HttpRequest }
  | { readonly kind: "refuse"; readonly reason: string };

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

/** Whether an answer with this status asks to look elsewhere (RFC 9110 §15.4). */
export function isRedirect(status: number): boolean {
  return REDIRECT_STATUSES.has(status);
}

/**
 * The request that follows `location`, by RFC 9110 §15.4: 307 and 308 keep method and body, the
 * others turn a POST into a GET. Headers, which may hold tokens, and the client
 * certificate go to the same host only. A
 * metadata service on a link-local address must not send the agent anywhere else, and nobody from
 * https to http.
 */
export function redirectTarget(
  request: HttpRequest,
  status: number,
  location: string,
): RedirectTarget {
  const given = parseHttpAddress(request.url);
  const from = given?.url;
  const to = from === undefined ? undefined : parseUrl(location, from);
  if (
    from === undefined ||
    to === undefined ||
    (to.protocol !== "http:" && to.protocol !== "https:")
  ) {
    return { kind: "refuse", reason: `it redirects to "${location}", which is no HTTP address` };
  }
  const isSameHost = to.host === from.host && to.protocol === from.protocol;
  if (!isSameHost && isLinkLocal(from.hostname)) {
    return { kind: "refuse", reason: `a link-local address redirects to host "${to.host}"` };
  }
  if (!isSameHost && request.sameHostOnly === true) {
    return { kind: "refuse", reason: `it redirects to another host, "${to.origin}"` };
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    return { kind: "refuse", reason: `it redirects from https to http at "${to.host}"` };
  }
  const { headers, body, clientCertificate, ...rest } = request;
  const isKept = status === 307 || status === 308 || request.method === "GET";
  const zone = isSameHost ? given?.zone : undefined;
  return {
    kind: "follow",
    request: {
      ...rest,
      url: formatHttpAddress({ url: to, ...(zone === undefined ? {} : { zone }) }),
      method: isKept ? request.method : "GET",
      ...(isSameHost && headers !== undefined ? { headers } : {}),
      ...(isSameHost && clientCertificate !== undefined ? { clientCertificate } : {}),
      ...(isKept && body !== undefined ? { body } : {}),
    },
  };
}

function parseUrl(text: string, base: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
