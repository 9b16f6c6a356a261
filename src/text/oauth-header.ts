/** What a server gave its client to sign requests with (RFC 5849 §1.1). */
export interface OauthCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly tokenKey: string;
  readonly tokenSecret: string;
}

/**
 * The value of the Authorization header of a request signed by OAuth 1.0 with the method PLAINTEXT
 * (RFC 5849 §3.4.4, §3.5.1), which needs TLS or a network of one's own. `nonce` must never come twice
 * for one `timestampSeconds`.
 */
export function oauthHeader(
  credentials: OauthCredentials,
  { timestampSeconds, nonce }: { readonly timestampSeconds: number; readonly nonce: string },
): string {
  const { consumerKey, consumerSecret, tokenKey, tokenSecret } = credentials;
  const parameters: readonly (readonly [string, string])[] = [
    ["oauth_nonce", nonce],
    ["oauth_timestamp", String(Math.floor(timestampSeconds))],
    ["oauth_version", "1.0"],
    ["oauth_signature_method", "PLAINTEXT"],
    ["oauth_consumer_key", consumerKey],
    ["oauth_token", tokenKey],
    ["oauth_signature", `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`],
  ];
  return `OAuth ${parameters.map(([name, value]) => `${name}="${percentEncode(value)}"`).join(", ")}`;
}

/** RFC 5849 §3.6: everything but letters, digits, "-", ".", "_" and "~". */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
