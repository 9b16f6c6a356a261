import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseMime } from "../../src/userdata/mime.ts";

function parse(text: string | Uint8Array) {
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  const { entities, problems } = parseMime(bytes, "user-data");
  return {
    parts: entities.map(({ contentType, filename, content }) => [
      contentType,
      filename,
      Buffer.from(content).toString("latin1"),
    ]),
    entities,
    problems: problems.map((problem) => problem.message),
  };
}

/** The example of compat userdata.md §10. */
const EXAMPLE = `Content-Type: multipart/mixed; boundary="BOUND"
MIME-Version: 1.0

--BOUND
Content-Type: text/cloud-config; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Content-Disposition: attachment; filename="cc.yaml"
X-Merge-Type: list(append)+dict(recurse_array)+str()

#cloud-config
runcmd: [ls]
--BOUND
Content-Type: text/x-shellscript; charset="us-ascii"
Content-Disposition: attachment; filename="s.sh"

#!/bin/ksh
echo hi
--BOUND--
`;

const EXAMPLE_PARTS = [
  ["text/cloud-config", "cc.yaml", "#cloud-config\nruncmd: [ls]"],
  ["text/x-shellscript", "s.sh", "#!/bin/ksh\necho hi"],
];

test("the message that users send is split, with names and headers", () => {
  const { parts, entities, problems } = parse(EXAMPLE);
  expect(problems).toEqual([]);
  expect(parts).toEqual(EXAMPLE_PARTS);
  expect(entities[0]?.headers["x-merge-type"]).toBe("list(append)+dict(recurse_array)+str()");
});

test("CR LF line ends split the same way", () => {
  const { parts } = parse(EXAMPLE.replaceAll("\n", "\r\n"));
  expect(parts.map((part) => part[2]?.replaceAll("\r\n", "\n"))).toEqual(
    EXAMPLE_PARTS.map((part) => part[2]),
  );
});

describe("tolerance", () => {
  test("a missing last boundary is accepted", () => {
    expect(parse(EXAMPLE.replace("\n--BOUND--\n", "")).parts).toEqual(EXAMPLE_PARTS);
  });

  test("preamble, epilogue and a mailbox line are ignored", () => {
    const text = `From nobody Fri Jan  2 03:04:05 2026\n${EXAMPLE.replace("\n\n--BOUND", "\n\nPreamble\n--BOUND")}Epilogue\n--BOUND\nlate\n`;
    expect(parse(text).parts).toEqual(EXAMPLE_PARTS);
  });

  test("a boundary that the header does not name is guessed", () => {
    expect(parse(EXAMPLE.replace('; boundary="BOUND"', "")).parts).toEqual(EXAMPLE_PARTS);
  });

  test("a line that begins like the boundary and goes on is content", () => {
    const text = "Content-Type: multipart/mixed; boundary=B\n\n--B\n\n--BB\nx --B\n--B x\n--B--\n";
    expect(parse(text).parts).toEqual([["text/plain", undefined, "--BB\nx --B\n--B x"]]);
  });

  test("a line that is no header ends the headers", () => {
    const text =
      "Content-Type: multipart/mixed; boundary=B\n\n--B\n#!/bin/sh\nmime-version: 1\n--B--";
    expect(parse(text).parts).toEqual([["text/plain", undefined, "#!/bin/sh\nmime-version: 1"]]);
  });

  test("text that only mentions MIME is one part", () => {
    const text = "#cloud-config\nx: 'MIME-Version: 1.0'\n";
    expect(parse(text).parts).toEqual([["text/plain", undefined, text]]);
  });

  test("a container without any part is one clear problem", () => {
    expect(parse("Content-Type: multipart/mixed; boundary=B\nMIME-Version: 1.0\n\nx\n")).toEqual({
      parts: [],
      entities: [],
      problems: [
        'Cannot read all of user-data as a MIME message: no line "--B" begins a part of a multipart/mixed message',
      ],
    });
  });
});

test("nested messages are flattened, depth first", () => {
  const text = [
    "Content-Type: multipart/mixed; boundary=outer",
    "",
    "--outer",
    "Content-Type: multipart/alternative; boundary=inner",
    "",
    "--inner",
    "",
    "1",
    "--inner",
    "",
    "2",
    "--inner--",
    "--outer",
    "",
    "3",
    "--outer--",
  ].join("\n");
  expect(parse(text).parts.map((part) => part[2])).toEqual(["1", "2", "3"]);
});

test("nesting that does not end is one clear problem", () => {
  let text = "deep";
  for (let depth = 30; depth > 0; depth -= 1) {
    text = `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${text}\n--b${depth}--`;
  }
  expect(parse(text).problems).toEqual([
    "Cannot read all of user-data as a MIME message: multipart messages are nested deeper than 10",
  ]);
});

describe("transfer encodings", () => {
  function single(encoding: string, body: string, type = "text/plain") {
    return parse(`Content-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n\n${body}`);
  }

  test("base64 is decoded, foreign characters are ignored", () => {
    expect(single("BASE64", "aGVs\r\nbG8*\n").parts[0]?.[2]).toBe("hello");
  });

  test("base64 that is cut short is a problem of that part", () => {
    expect(single("base64", "aGVsb").problems).toEqual([
      "Cannot read all of user-data as a MIME message: part 1: its base64 content is cut short",
    ]);
  });

  test("quoted-printable is decoded", () => {
    const body = "a=3Db =\nc=\r\nd  \ne=zz=\n";
    expect(single("quoted-printable", body).parts[0]?.[2]).toBe("a=b cd\ne=zz");
  });

  test("uuencode is decoded", () => {
    const body = "begin 644 x\n%:&5L;&\\\n`\nend\n";
    expect(single("x-uuencode", body).parts[0]?.[2]).toBe("hello");
    expect(single("uuencode", "nothing").problems.length).toBe(1);
  });

  test("other charsets become UTF-8, and a script keeps its bytes", () => {
    expect(
      single("8bit", "caf\xe9", "text/plain; charset=ISO-8859-1").entities[0]?.content,
    ).toEqual(Buffer.from("café"));
    const script = "#!/bin/sh\necho caf\xe9";
    expect(single("8bit", script, "text/plain; charset=latin1").parts[0]?.[2]).toBe(script);
  });
});

test("names in the forms of RFC 2231 are read", () => {
  const text = [
    "Content-Type: text/plain",
    'Content-Disposition: attachment; filename*0="a b"; filename*1*=%2Esh',
    "",
    "x",
  ].join("\n");
  expect(parse(text).parts[0]?.[1]).toBe("a b.sh");
  const encoded = "Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.sh\n\nx";
  expect(parse(encoded).parts[0]?.[1]).toBe("café.sh");
});

test("whatever the bytes, splitting ends and throws nothing", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "Content-Type: multipart/mixed; boundary=B",
      "Content-Type: multipart/mixed",
      "Content-Transfer-Encoding: base64",
      "Content-Transfer-Encoding: quoted-printable",
      "Content-Transfer-Encoding: uuencode",
      'Content-Disposition: attachment; filename="',
      "--B",
      "--B--",
      "",
      " folded",
      "begin 644 x",
      "=3D=",
      "__proto__: 1",
    ),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
      const { entities } = parse(lines.join(end));
      expect(entities.length).toBeLessThanOrEqual(lines.length + 1);
    }),
    { numRuns: 500 },
  );
});

test("hostile bodies do not take for ever", () => {
  const blanks = " ".repeat(3_000_000);
  parse(`Content-Transfer-Encoding: quoted-printable\n\n${blanks}x`);
  parse(`Content-Type: text/plain;${blanks}\n\nx`);
  const lines = "x--B".repeat(500_000);
  expect(parse(`Content-Type: multipart/mixed; boundary=B\n\n${lines}`).parts).toEqual([]);
});
