import { expect, test } from "bun:test";
import { detectContentType } from "../../src/userdata/content-type.ts";

const typeOf = (text: string) => detectContentType(new TextEncoder().encode(text));

test("the first characters tell the type, the longest match wins", () => {
  const cases: Readonly<Record<string, string>> = {
    "#!/bin/sh\n": "text/x-shellscript",
    "#! /usr/bin/python\n": "text/x-shellscript",
    "#cloud-config\n": "text/cloud-config",
    "#cloud-configXYZ": "text/cloud-config",
    "#cloud-config-archive\n": "text/cloud-config-archive",
    "#cloud-config-jsonp\n": "text/cloud-config-jsonp",
    "#cloud-boothook\n": "text/cloud-boothook",
    "#include\nhttp://example.com": "text/x-include-url",
    "#include-once\n": "text/x-include-once-url",
    "#part-handler\n": "text/part-handler",
    "#upstart-job\n": "text/upstart-job",
    "## template: jinja\n": "text/jinja2",
    "##template:jinja\n#cloud-config": "text/jinja2",
    "##  Template:  JINJA": "text/jinja2",
  };
  for (const [text, type] of Object.entries(cases)) {
    expect(typeOf(text)).toBe(type);
  }
});

test("case and leading white space do not count", () => {
  expect(typeOf("\n \t#Cloud-Config\n")).toBe("text/cloud-config");
});

test("anything else has no type", () => {
  for (const text of [
    "",
    "   ",
    "hello",
    "# comment\n#cloud-config",
    "## template: basic\n",
    "{}",
  ]) {
    expect(typeOf(text)).toBeUndefined();
  }
});

test("a script with bytes that are not UTF-8 is a script", () => {
  const bytes = Buffer.from("#!/bin/sh\necho gr\xfc\xdfe\n", "latin1");
  expect(detectContentType(bytes)).toBe("text/x-shellscript");
});
