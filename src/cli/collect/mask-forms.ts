const MASK = "***";
const VALUE = `"(?:[^"\\\\\\n]|\\\\.){1,1024}"|'[^'\\n]{1,1024}'|[^\\s"',;]{1,1024}`;
const KEY = `(?:pass(?:word|wd|phrase)|(?<![A-Za-z0-9])pass|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)`;

/** `db_password=…`, `"token": "…"`, `--password …`: what a value is assigned to says that it is secret. */
const ASSIGNMENT = new RegExp(
  `(${KEY}\\\\?["']?(?:[ \\t]{0,8}=[ \\t]{0,8}|:[ \\t]{1,64}|:(?=\\\\?["']))(?:\\\\["'])?)(${VALUE})|(--${KEY}["']?[ ,=]{1,3})(${VALUE})`,
  "giu",
);
/** Words that stand for a value that is not shown, or are none: YAML's "|", a reference, a state. */
const STAND_INS =
  /^["']?(?:[*x.•-]+["']?$|[<([{$%|>&]|(?:none|null|true|false|yes|no|on|off|redacted|removed|hidden|masked|required|expired|changed|unchanged|incorrect|invalid|failed|accepted|authentication)\b)/iu;

/** Forms that are published, with what goes before the secret and stays. */
const FORMS: readonly RegExp[] = [
  /(:\/\/[^/\s:@]{0,256}:)[^/\s@]{1,1024}(?=@)/gu,
  /(https?:\/\/)[^/\s:@]{8,256}(?=@)/giu,
  /(authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:(?:basic|bearer|token|digest|negotiate)[ \t]{1,8})?)[\w.~+/=-]{8,8192}/giu,
  /(\bbearer[ \t]{1,8})[\w.~+/=-]{16,8192}/giu,
  /(?<![\w-])()eyJ[\w-]{8,8192}\.eyJ[\w-]{8,8192}\.[\w-]{8,8192}/gu,
  /\b()AKIA[0-9A-Z]{16}\b/gu,
  /\b()gh[pousr]_[0-9A-Za-z]{36,255}/gu,
];

/** The text without passwords in URLs, tokens, and values of keys that name a secret. */
export function maskForms(text: string): string {
  const masked = FORMS.reduce((rest, form) => rest.replaceAll(form, `$1${MASK}`), text);
  return masked.replaceAll(
    ASSIGNMENT,
    (whole: string, key?: string, value?: string, option?: string, word?: string) => {
      const secret = value ?? word ?? "";
      return STAND_INS.test(secret) ? whole : `${key ?? option ?? ""}${quoted(secret)}`;
    },
  );
}

function quoted(secret: string): string {
  const quote = /^["']/u.exec(secret)?.[0] ?? "";
  return `${quote}${MASK}${secret.length > 1 && secret.endsWith(quote) ? quote : ""}`;
}
