import { decodeXml } from "./decode-xml.ts";

/** An element. Comments and processing instructions are left out, CDATA is text. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** "" where it is in none. */
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Its own, without that of its children. */
  readonly text: string;
}

/** An attribute; one without a prefix is in no namespace (Namespaces in XML 1.0 §6.2). */
export interface XmlAttribute {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
}

/** The root of a document, or why there is none; the reason repeats nothing of the document. */
export type ParsedXml =
  | { readonly root: XmlElement }
  | { readonly fault: string; readonly line?: number };

/** Longer documents are refused unread. */
export const XML_BYTES_MAX = 1024 * 1024;
const DEPTH_MAX = 32;
const ELEMENT_COUNT_MAX = 20_000;
const ATTRIBUTE_COUNT_MAX = 256;

/**
 * A document in XML 1.0 with namespaces. Never throws. A document type is refused, and with it every
 * entity but the five that XML has itself: nothing is ever fetched or expanded. So is what is longer,
 * deeper or in more pieces than any cloud's document.
 *
 * The only file that names the package `saxes`, which is loaded here, at the first document.
 */
export async function parseXml(bytes: Uint8Array): Promise<ParsedXml> {
  if (bytes.length > XML_BYTES_MAX) {
    return { fault: `it has ${bytes.length} bytes, at most ${XML_BYTES_MAX} are read` };
  }
  const decoded = decodeXml(bytes);
  if ("fault" in decoded) {
    return decoded;
  }
  if (decoded.text.trim() === "") {
    return { fault: "expected XML, but it is empty" };
  }
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: true });
  const tree = createTree((reason) => {
    throw new XmlFault(`at line ${parser.line}: ${reason}`, parser.line);
  });
  parser.on("doctype", () =>
    tree.refuse("a document type (DOCTYPE) stands here, which is not read"),
  );
  parser.on("attribute", tree.countAttribute);
  parser.on("opentag", ({ local, uri, attributes }) => {
    const given = Object.values(attributes).map(({ local: name, uri: namespace, value }) => ({
      name,
      namespace,
      value,
    }));
    tree.open(local, uri, given);
  });
  parser.on("text", tree.addText);
  parser.on("cdata", tree.addText);
  parser.on("closetag", tree.close);
  parser.on("error", (error) => {
    throw new XmlFault(describe(error.message, parser), parser.line);
  });
  try {
    parser.write(decoded.text).close();
  } catch (error) {
    const isOurs = error instanceof XmlFault;
    const line = isOurs ? error.line : parser.line;
    return { fault: isOurs ? error.message : "expected XML, but it cannot be read", line };
  }
  const root = tree.root();
  return root === undefined ? { fault: "expected XML, but it has no element" } : { root };
}

/** Leaves `parseXml` alone as a value. */
class XmlFault extends Error {
  override readonly name = "XmlFault";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

interface Draft {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  readonly texts: string[];
}

interface Tree {
  refuse(reason: string): never;
  countAttribute(): void;
  open(name: string, namespace: string, attributes: readonly XmlAttribute[]): void;
  addText(text: string): void;
  close(): void;
  root(): XmlElement | undefined;
}

function createTree(refuse: (reason: string) => never): Tree {
  const open: Draft[] = [];
  let root: XmlElement | undefined;
  let elementCount = 0;
  let attributeCount = 0;
  return {
    refuse,
    countAttribute() {
      attributeCount += 1;
      if (attributeCount > ATTRIBUTE_COUNT_MAX) {
        refuse(`an element has more than ${ATTRIBUTE_COUNT_MAX} attributes`);
      }
    },
    open(name, namespace, attributes) {
      attributeCount = 0;
      elementCount += 1;
      if (elementCount > ELEMENT_COUNT_MAX) {
        refuse(`there are more than ${ELEMENT_COUNT_MAX} elements`);
      }
      if (open.length >= DEPTH_MAX) {
        refuse(`elements are more than ${DEPTH_MAX} deep in each other`);
      }
      open.push({ name, namespace, attributes, children: [], texts: [] });
    },
    addText(text) {
      open.at(-1)?.texts.push(text);
    },
    close() {
      const draft = open.pop();
      if (draft === undefined) {
        return;
      }
      const { texts, ...rest } = draft;
      const element: XmlElement = { ...rest, text: texts.join("") };
      const parent = open.at(-1);
      if (parent === undefined) {
        root = element;
      } else {
        parent.children.push(element);
      }
    },
    root: () => root,
  };
}

/** What the parser says comes after ":" with words of the document, and these may be secrets. */
function describe(
  message: string,
  { line, column }: { readonly line: number; readonly column: number },
): string {
  const said = message
    .replace(/^[\d:]+\s*/u, "")
    .replace(/:.*$/su, "")
    .replace(/\.$/u, "");
  return `expected XML, but at line ${line}, column ${column}: ${said}`;
}
