import { bondModeName } from "./bond-mode.ts";
import { applyEniStanza, type EniStanza } from "./eni-stanza.ts";
import { finishDraft } from "./finish-draft.ts";
import type { ParsedNetwork } from "./network-config.ts";
import {
  createNetworkDraft,
  isInterfaceName,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** Far above what 10,000 interfaces need. */
const TEXT_LENGTH_MAX = 8 * 1024 * 1024;

/**
 * Debian interfaces text, interfaces(5), as nova and PowerVC write it to `content/0000` (compat
 * network.md §1). Stanzas of one interface are merged, aliases ("eth0:1") into their interface;
 * loopback is left out; no file is read for `source`, and no command is run for `post-up`: the
 * usual route commands there become static routes. `source` names the text in problems.
 */
export function parseEni(text: string, source: string): ParsedNetwork {
  const draft = createNetworkDraft(source);
  if (text.length > TEXT_LENGTH_MAX) {
    const message = `Cannot read network settings: the text has ${text.length} characters, ${TEXT_LENGTH_MAX} are the most that are read`;
    reportProblem(draft, message, {});
    return finishDraft(draft);
  }
  if (text.includes("\0")) {
    reportProblem(draft, "Cannot read network settings: expected text, found binary data", {});
    return finishDraft(draft);
  }
  const lines = joinLines(text);
  const masters = new Map<string, string[]>();
  const stanzas = splitStanzas(draft, lines);
  for (const stanza of stanzas) {
    applyEniStanza(draft, stanza, masters);
  }
  joinBonds(draft, masters);
  if (stanzas.length === 0 && draft.problems.length === 0 && lines.length > 0) {
    const message = 'Cannot find network settings: no line begins with "iface"';
    reportProblem(draft, message, { line: lines[0]?.number ?? 1 });
  }
  return finishDraft(draft);
}

interface EniLine {
  /** 1-based, of the first line where several are joined. */
  readonly number: number;
  readonly text: string;
}

/** Lines that say something. "\" at the end of one joins the next, as ifupdown does; comments are not continued. */
function joinLines(text: string): readonly EniLine[] {
  const lines: EniLine[] = [];
  let open: { readonly number: number; readonly parts: string[] } | undefined;
  const close = (): void => {
    const joined = open?.parts.join("").trim() ?? "";
    if (open !== undefined && joined !== "") {
      lines.push({ number: open.number, text: joined });
    }
    open = undefined;
  };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trimEnd();
    if (open === undefined && line.trimStart().startsWith("#")) {
      continue;
    }
    open ??= { number: index + 1, parts: [] };
    if (line.endsWith("\\")) {
      open.parts.push(line.slice(0, -1));
    } else {
      open.parts.push(line);
      close();
    }
  }
  close();
  return lines;
}

/** Words that end a stanza and say nothing that is used here. */
const OTHER_STANZAS =
  /^(?:auto|allow-[a-z0-9_-]+|no-auto-down|no-scripts|source|source-dir|source-directory|mapping|template|rename)$/u;

function splitStanzas(draft: NetworkDraft, lines: readonly EniLine[]): readonly EniStanza[] {
  const stanzas: EniStanza[] = [];
  let current: EniStanza | undefined;
  for (const { number, text } of lines) {
    const [keyText = "", ...words] = text.split(/\s+/u);
    const key = keyText.toLowerCase();
    if (key === "iface") {
      current = beginStanza(draft, words, number);
      if (current !== undefined) {
        stanzas.push(current);
      }
    } else if (OTHER_STANZAS.test(key)) {
      current = undefined;
    } else {
      current?.options.push({ key, value: words.join(" "), line: number });
    }
  }
  return stanzas;
}

function beginStanza(
  draft: NetworkDraft,
  words: readonly string[],
  line: number,
): EniStanza | undefined {
  const [name = "", family = "", method = ""] = words;
  if (!isInterfaceName(name)) {
    const message = `Cannot use the name ${quoteValue(name)} of an interface: expected letters and digits`;
    reportProblem(draft, message, { line });
    return undefined;
  }
  const number = /^inet(6?)$/iu.exec(family)?.[1];
  if (number === undefined || method === "") {
    const found = quoteValue(words.join(" "));
    const message = `Cannot read an interface: expected "iface NAME inet|inet6 METHOD", found "iface" ${found}`;
    reportProblem(draft, message, { line });
    return undefined;
  }
  return {
    // "eth0:1" is a second address of eth0.
    name: name.split(":", 1)[0] ?? name,
    family: number === "6" ? 6 : 4,
    method: method.toLowerCase(),
    line,
    options: [],
  };
}

/** A member may name its bond, instead of the bond its members. */
function joinBonds(draft: NetworkDraft, masters: ReadonlyMap<string, readonly string[]>): void {
  for (const [name, members] of masters) {
    const iface = draft.interfaces.get(name);
    if (iface === undefined) {
      const message = `Cannot find the bond ${quoteValue(name)} that ${members.slice(0, 4).join(", ")} belongs to`;
      reportProblem(draft, message, {});
      continue;
    }
    const known = iface.link.kind === "bond" ? iface.link : undefined;
    iface.link = {
      kind: "bond",
      members: [...new Set([...(known?.members ?? []), ...members])].filter(
        (member) => member !== name,
      ),
      mode: known?.mode ?? bondModeName(undefined),
      parameters: known?.parameters ?? {},
    };
  }
}
