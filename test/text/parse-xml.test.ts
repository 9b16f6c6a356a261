import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseXml, XML_BYTES_MAX } from "../../src/text/parse-xml.ts";

async function parse(text: string): Promise<Awaited<ReturnType<typeof parseXml>>> {
  return parseXml(new TextEncoder().encode(text));
}

async function faultOf(text: string): Promise<string> {
  const parsed = await parse(text);
  return "fault" in parsed ? parsed.fault : "";
}

function utf16(text: string, isLittleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index += 1) {
    view.setUint16(index * 2, text.charCodeAt(index), isLittleEndian);
  }
  return bytes;
}

describe("an XML document", () => {
  test("becomes elements with namespaces, attributes and text", async () => {
    expect(
      await parse(
        '<?xml version="1.0"?><!-- c --><a:x xmlns:a="urn:a" xmlns="urn:d" a:k="1&#10;2" k="&lt;"><y>o<![CDATA[<n>]]>e<?pi x?></y></a:x>',
      ),
    ).toEqual({
      root: {
        name: "x",
        namespace: "urn:a",
        attributes: [
          { name: "a", namespace: "http://www.w3.org/2000/xmlns/", value: "urn:a" },
          { name: "xmlns", namespace: "http://www.w3.org/2000/xmlns/", value: "urn:d" },
          { name: "k", namespace: "urn:a", value: "1\n2" },
          { name: "k", namespace: "", value: "<" },
        ],
        children: [{ name: "y", namespace: "urn:d", attributes: [], children: [], text: "o<n>e" }],
        text: "",
      },
    });
  });

  test("is read in UTF-8 and UTF-16, with and without a byte order mark", async () => {
    const text = '<?xml version="1.0"?><a>Grüße €</a>';
    for (const bytes of [
      new TextEncoder().encode(text),
      new TextEncoder().encode(`\ufeff${text}`),
      utf16(text, true),
      utf16(text, false),
      utf16(`\ufeff${text}`, true),
      utf16(`\ufeff${text.replace("?>", ' encoding="UTF-16"?>')}`, false),
    ]) {
      const parsed = await parseXml(bytes);
      expect("root" in parsed && parsed.root.text).toBe("Grüße €");
    }
  });

  test("in another encoding is refused, unless it is plain ASCII all the same", async () => {
    const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
    const head = '<?xml version="1.0" encoding="ISO-8859-1"?>';
    expect(await parseXml(latin(`${head}<a>x</a>`))).toHaveProperty("root");
    for (const bytes of [
      latin(`${head}<a>ü</a>`),
      latin("<a>ü</a>"),
      latin('<?xml version="1.0" encoding="UTF-16"?><a/>'),
      new Uint8Array([0xfe, 0xff, 0]),
    ]) {
      expect(await parseXml(bytes)).toHaveProperty("fault");
    }
  });

  test("with a document type is refused, so that no entity is expanded or fetched", async () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`,
    ).join("");
    for (const [type, body] of [
      [`[<!ENTITY e0 "lol">${bomb}]`, "&e30;"],
      ['[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"],
      ['SYSTEM "http://192.0.2.1/x.dtd"', ""],
      ['[<!ENTITY % p SYSTEM "http://192.0.2.1/p"> %p;]', ""],
      ["", ""],
    ]) {
      expect(await faultOf(`<?xml version="1.0"?>\n<!DOCTYPE a ${type}><a>${body}</a>`)).toContain(
        "a document type (DOCTYPE) stands here",
      );
    }
    expect(await faultOf("<a>&x;</a>")).toContain("undefined entity");
  });

  test("that is too long, too deep or in too many pieces is refused", async () => {
    expect(await faultOf(`<a>${"x".repeat(XML_BYTES_MAX)}</a>`)).toContain("bytes, at most");
    expect(await parse("<a>".repeat(32) + "</a>".repeat(32))).toHaveProperty("root");
    expect(await faultOf("<a>".repeat(33) + "</a>".repeat(33))).toContain("deep in each other");
    expect(await faultOf("<a>".repeat(300_000))).toContain("deep in each other");
    expect(await faultOf(`<a>${"<b/>".repeat(30_000)}</a>`)).toContain("more than 20000 elements");
    const attributes = Array.from({ length: 100_000 }, (_, index) => ` a${index}=""`).join("");
    expect(await faultOf(`<a${attributes}/>`)).toContain("more than 256 attributes");
  });

  test("that is none is told by its place, without its words", async () => {
    const cases = [
      ["", "empty"],
      [" \n", "empty"],
      ["hello", "line 1"],
      ["<a>", "unclosed tag"],
      ["<S3cret>", "unclosed tag"],
      ["<a>\n<b>S3cret</c></a>", "line 2"],
      ["<a>&S3cret;</a>", "undefined entity"],
      ['<a S3cret="1" S3cret="2"/>', "duplicate attribute"],
      ["<S3cret:a/>", "unbound namespace prefix"],
      ["<a/><S3cret/>", "only one root"],
      ["<a>\u0001</a>", "disallowed character"],
    ];
    for (const [text = "", expected = ""] of cases) {
      const fault = await faultOf(text);
      expect(fault).toContain(expected);
      expect(fault).not.toContain("S3cret");
    }
  });

  test("of any bytes never throws, whole or cut short", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await parseXml(bytes);
      }),
    );
    const whole = '<?xml version="1.0"?><a b="c&amp;"><d><![CDATA[x]]>y&#x41;</d><!-- e --></a>';
    for (let length = 0; length < whole.length; length += 1) {
      expect(await parse(whole.slice(0, length))).toHaveProperty("fault");
    }
    const piece = fc.constantFrom(
      ..."< > </ /> <? ?> <!-- --> <![CDATA[ ]]> <!DOCTYPE & ; &amp; &#0; &#x110000; = \" ' xmlns: a b : x".split(
        " ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        await parse(`<a>${pieces.join("")}`);
        await parse(pieces.join(" "));
      }),
    );
  });
});
