/** What a line of a log shows that it should not; undefined where it shows nothing. */
export interface FoundSecret {
  /** "a private key" */
  readonly kind: string;
  /** Cannot be anything else: nobody writes a line like this for another reason. */
  readonly isCertain: boolean;
}

/** Forms that are published, with their lengths where these are fixed: false alarms cost trust. */
const PATTERNS: readonly (FoundSecret & { readonly pattern: RegExp })[] = [
  {
    // RFC 7468, and OpenSSH's PROTOCOL.key
    pattern: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----/u,
    kind: "a private key",
    isCertain: true,
  },
  { pattern: /\bAKIA[0-9A-Z]{16}\b/u, kind: "an access key", isCertain: false },
  { pattern: /\bgh[pousr]_[0-9A-Za-z]{36,}\b/u, kind: "a token", isCertain: false },
  {
    // Each run of such characters is looked at once, and whole: a long line takes no long time.
    pattern:
      /(?<![\w-])(?=[\w-]{11,}\.eyJ[\w-]{8,}\.[\w-]{8})[\w-]*?\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/u,
    kind: "a token (JWT)",
    isCertain: false,
  },
  {
    pattern: /\bauthorization: *(?:basic|bearer) +[\w.~+/=-]{8,}/iu,
    kind: "a token",
    isCertain: false,
  },
  { pattern: /:\/\/[^/\s:@]+:[^/\s@*]{3,}@/u, kind: "a password in a URL", isCertain: false },
  {
    pattern: /\$(?:1|2[aby]|5|6|y)\$[./0-9A-Za-z$,=]{20,}/u,
    kind: "a password hash",
    isCertain: false,
  },
  {
    pattern: /\{s(?:md5|sha\d*)\}(?:\d\d\$)?[./0-9A-Za-z]{4,}\$/u,
    kind: "a password hash",
    isCertain: false,
  },
];

/** `password=…`, `"token": "…"`, `api_key: …`; not the words that stand for a value that is not shown. */
const ASSIGNMENT =
  /\b(pass(?:word|wd|phrase)?|secret|token|api[_-]?key|secret[_-]?key|access[_-]?key)["']?(?:\s*=\s*|:\s+)["']?([^\s"',;]{6,})/iu;
const STAND_INS =
  /^(?:[*x.•-]+$|[<([{$%]|(?:none|null|true|false|redacted|removed|hidden|masked|required|expired|changed|incorrect|invalid|failed|accepted|authentication)\b)/iu;

/** The first secret in a line. */
export function findSecret(line: string): FoundSecret | undefined {
  const found = PATTERNS.find(({ pattern }) => pattern.test(line));
  if (found !== undefined) {
    return { kind: found.kind, isCertain: found.isCertain };
  }
  const [, key = "", value] = ASSIGNMENT.exec(line) ?? [];
  if (value === undefined || STAND_INS.test(value)) {
    return undefined;
  }
  return { kind: /^pass/iu.test(key) ? "a password" : "a token", isCertain: false };
}
