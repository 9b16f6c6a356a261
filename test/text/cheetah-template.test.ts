import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { renderCheetah } from "../../src/text/cheetah-template.ts";

const VARIABLES = {
  hostname: "vm1",
  fqdn: "vm1.example.com",
  servers: ["192.0.2.53", "192.0.2.54"],
  options: { timeout: 1, attempts: 2 },
  none: null,
  flag: true,
  empty: [],
  map: { "a-b": { c: "deep" } },
};

function render(template: string): string {
  const rendered = renderCheetah(template, VARIABLES);
  return rendered.ok ? rendered.text : `line ${rendered.line}: ${rendered.reason}`;
}

describe("placeholders", () => {
  test.each([
    ["$fqdn $hostname", "vm1.example.com vm1"],
    ["${hostname}x ${ fqdn }.", "vm1x vm1.example.com."],
    ["$hostname. $5 $ $$", "vm1. $5 $ $$"],
    ["$map['a-b'].c ${map[\"a-b\"]['c']} $servers[1]", "deep deep 192.0.2.54"],
    ["[$none] $flag $servers", "[] True ['192.0.2.53', '192.0.2.54']"],
    [String.raw`\$hostname \#if a\b`, String.raw`$hostname #if a\b`],
  ])("%s", (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  test("a name without a value is an error with its line", () => {
    expect(render("a\nb $nobody")).toBe('line 2: "$nobody" is not known');
    expect(render("$hostname.example")).toBe('line 1: "$hostname.example" is not known');
    expect(render("$toString ${constructor}")).toBe('line 1: "$toString" is not known');
  });
});

describe("comments", () => {
  test("to the end of the line, and over lines; alone they leave nothing behind", () => {
    expect(
      render("  ## one $nobody\na ## two\nb #* three\nfour *# c\n#* five\n*#\n# six #7\n"),
    ).toBe("a \nb  c\n# six #7\n");
  });

  test("one that does not end is an error", () => {
    expect(render("a\n#* b")).toBe('line 2: The comment "#*" has no "*#"');
  });
});

describe("directives", () => {
  test("conditions with and, or, not and varExists, each alone on its line", () => {
    const template = [
      "#if $varExists('nobody')",
      "one",
      "  #elif not $empty and $flag or $nobody",
      "two",
      "#else",
      "three",
      "#end if",
      "#if $empty",
      "four",
      "#else if $none:",
      "five",
      "#else",
      "six $hostname",
      "#end if",
      "",
    ].join("\n");
    expect(render(template)).toBe("two\nsix vm1\n");
  });

  test("loops over lists, keys, and keys with values", () => {
    const template = [
      "#for $server in $servers",
      "nameserver $server",
      "#end for",
      "#for $key in $options",
      "$key",
      "#end for",
      "#for $key, $value in $options.items() ## with a comment",
      "$key:$value",
      "#end for",
    ].join("\n");
    expect(render(template)).toBe(
      "nameserver 192.0.2.53\nnameserver 192.0.2.54\ntimeout\nattempts\ntimeout:1\nattempts:2\n",
    );
  });

  test("#slurp takes the line end with it, as resolv.conf.tmpl needs it", () => {
    const template =
      "#if $servers\nsearch #slurp\n#for $name in $servers\n$name #slurp\n#end for\n\n#end if\nend\n";
    expect(render(template)).toBe("search 192.0.2.53 192.0.2.54 \nend\n");
  });

  test("# before other words is text", () => {
    expect(render("# if you like\n#iffy #forty #ending #endif\n#")).toBe(
      "# if you like\n#iffy #forty #ending #endif\n#",
    );
  });

  test("carriage returns do not matter", () => {
    expect(render("#if $flag\r\na\r\n#end if\r\n")).toBe("a\n");
  });

  test.each([
    ["#if $flag\na", 'line 1: #if has no "#end if"'],
    ["a\n#end for", 'line 2: "#end for" without "#for"'],
    ["#if $flag\n#end for", 'line 2: "#end for" without "#for"'],
    ["#else", 'line 1: "#else" without "#if"'],
    ["#if $flag\n#else\n#elif $flag\n#end if", 'line 3: "#elif" without "#if"'],
    ["#for $x in $hostname\n#end for", 'line 1: Cannot loop over "$hostname": expected a list'],
    [
      "#for $a, $b in $servers.items()\n#end for",
      'line 1: Cannot loop over "$servers": expected a mapping',
    ],
  ])("%j", (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  test("a condition of another form is an error that says which there are", () => {
    expect(render("#if you like\n#end if")).toStartWith(
      'line 1: Cannot read the condition "you like"',
    );
    expect(render("#if $flag == 1\n#end if")).toContain('the condition "$flag == 1"');
    expect(render("#for $x in range(9)\n#end for")).toContain('Cannot read "#for $x in range(9)"');
  });
});

test("loops inside loops cannot fill the memory, nor blocks the stack", () => {
  const loop = "#for $a in $servers\n";
  const deep = `${loop.repeat(40)}${"x".repeat(100)}\n${"#end for\n".repeat(40)}`;
  expect(render(deep)).toContain("characters");
  expect(render(loop.repeat(1_000))).toContain("blocks are inside each other");
});

test("no text makes it throw", () => {
  const words = fc.constantFrom(
    ..."$hostname ${fqdn} $ #if #elif #else #end #for in $servers , .items() $options not and or #slurp ## #* *# \\ $varExists('x') ['a-b'] :".split(
      " ",
    ),
    "\n",
    " ",
    "#end if\n",
    "#end for\n",
    "if",
    "for",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
      expect(typeof render(parts.join(" "))).toBe("string");
      expect(typeof render(parts.join(""))).toBe("string");
    }),
    { numRuns: 500 },
  );
});
