import type { Secrets } from "../../report/secrets.ts";
import { maskForms } from "./mask-forms.ts";
import { maskPrivateKeys } from "./mask-private-keys.ts";

const MASK = "***";

/**
 * The text without the secrets that are known, and without what looks like one whoever wrote it:
 * private keys, password hashes, tokens, values of keys that name a secret, and the passwords that
 * the old Python agent listed in its log.
 */
export function maskText(text: string, secrets: Secrets): string {
  const masked = maskPrivateKeys(secrets.mask(text))
    .replaceAll(HASH, MASK)
    .replaceAll(PASSWORD_LIST, (_all, head: string, list: string) => {
      return head + list.replaceAll(/^([^\s:]+):\S.*$/gmu, `$1:${MASK}`);
    });
  return maskForms(masked);
}

/** crypt(5), and AIX's own loadable algorithms: `{ssha512}06$salt$hash`. */
const HASH =
  /(?:\$(?:[1567]|2[abxy]?|g?y|md5)\$|\{s?[a-z]+\d+\}\d\d\$)[./A-Za-z0-9=,]{1,40}\$[./A-Za-z0-9$=,]{16,200}/gu;

/** "Set the following 'random' passwords", then NAME:PASSWORD on a line each. */
const PASSWORD_LIST = /(Set the following 'random' passwords\n)((?:[^\s:]+:\S.*\n?)+)/gu;
