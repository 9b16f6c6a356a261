import { expect, test } from "bun:test";
import { oauthHeader } from "../../src/text/oauth-header.ts";

test("a PLAINTEXT signature is the two secrets, each escaped, and escaped once more in the header", () => {
  const header = oauthHeader(
    { consumerKey: "ck", consumerSecret: "", tokenKey: "tk", tokenSecret: "s&c ret!" },
    { timestampSeconds: 1_767_323_045.9, nonce: "abc" },
  );
  expect(header).toBe(
    'OAuth oauth_nonce="abc", oauth_timestamp="1767323045", oauth_version="1.0", ' +
      'oauth_signature_method="PLAINTEXT", oauth_consumer_key="ck", oauth_token="tk", ' +
      'oauth_signature="%26s%2526c%2520ret%2521"',
  );
});
