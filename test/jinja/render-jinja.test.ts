import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { renderJinja, TEMPLATE_LENGTH_MAX } from "../../src/jinja/render-jinja.ts";

const VARIABLES = {
  v1: { local_hostname: "vm1", region: null },
  local_hostname: "vm1",
  ds: { meta_data: { tags: ["a", "b"], "x-y": 2, count: 3, nested: { deep: true } } },
  empty: "",
};

function render(template: string): unknown {
  const rendered = renderJinja(template, VARIABLES, "user-data");
  return rendered.ok ? rendered.text : rendered.problem.message;
}

describe("what cloud-init's users write", () => {
  test.each([
    ["## template: jinja\nhost: {{ v1.local_hostname }}\n", "host: vm1\n"],
    ["##template:JINJA\n{{ local_hostname }}", "vm1"],
    [
      "{{ ds.meta_data.tags }} {{ ds.meta_data['x-y'] }} {{ ds.meta_data.tags[-1] }}",
      "['a', 'b'] 2 b",
    ],
    [
      "{{ v1.region }} {{ ds.meta_data.nested.deep }} {{ ds.meta_data.nested }}",
      "None True {'deep': True}",
    ],
    ["{% if v1.region %}r{% elif local_hostname == 'vm1' %}h{% else %}n{% endif %}", "h"],
    [
      "{% for tag in ds.meta_data.tags %}\n- {{ loop.index }} {{ tag }}\n{% endfor %}\nend\n",
      "- 1 a\n- 2 b\nend\n",
    ],
    ["{% for k, v in ds.meta_data.nested.items() %}{{ k }}={{ v }}{% endfor %}", "deep=True"],
    ["{% set x = 3 %}{{ x * 2 }} {{ 7 // 2 }} {{ 10 / 4 }} {{ 2 ** 3 }}", "6 3 2.5 8"],
    ["{% set l = [] %}{% do l.append('x') %}{{ l }}", "['x']"],
    ["{{ ds.meta_data.tags | join(', ') }} {{ ds.meta_data.tags | length }}", "a, b 2"],
    ["{{ nope | default('d') }} {{ empty | default('e', true) }} {{ nope | d(1) }}", "d e 1"],
    [
      "{{ 'AbC' | lower }} {{ 'a' | upper }} {{ ' x ' | trim }} {{ 'a-b' | replace('-', '_') }}",
      "abc A x a_b",
    ],
    ["{{ 1 is defined }} {{ nope is defined }} {{ v1.region is none }}", "True False True"],
    ["{{ 'vm' in local_hostname }} {{ 'c' not in ds.meta_data.tags }}", "True True"],
    [
      "{{ '7.3' >= '7.2' }} {{ 1 == true }} {{ '1' == 1 }} {{ ['a'] == ['a'] }}",
      "True True False True",
    ],
    ["{{ 'a' ~ 1 ~ true }} {{ ', '.join(['a', 'b']) }}", "a1True a, b"],
    ["{% macro m(x, y=2) %}{{ x }}{{ y }}{% endmacro %}{{ m(1) }}{{ m(3, y=4) }}", "1234"],
    [
      "{{ [3, 1, 2] | sort | first }} {{ [1, 2] | sum }} {{ 2.567 | round(1) }} {{ range(3) | list }}",
      "1 3 2.6 [0, 1, 2]",
    ],
    ["{% raw %}{{ x }} {% if %}{% endraw %}", "{{ x }} {% if %}"],
    ["${VAR} $(cmd) {x} }} %}", "${VAR} $(cmd) {x} }} %}"],
  ])("%j", (template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe("white space", () => {
  test.each([
    ["a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc\n"],
    ["{% if true %}a{% endif %}\n", "a\n"],
    ["{% raw %}\n{{ x }}\n{% endraw %}\nb", "\n{{ x }}\nb"],
    ["a\r\n{% if true %}\r\nb\r\n{% endif %}\r\n", "a\nb\n\n"],
    ["{{ 1 }}\n{{ 2 }}\n", "1\n2\n"],
    ["{# note #}\nx {#- y -#}   z", "xz"],
    ["a  {%- if true -%}  b  {%- endif -%}  c", "abc"],
    ["a {{- 1 -}} b", "a1b"],
    ["  {% if true %}  x{% endif %}", "    x"],
    ["{% if true +%}\nx{% endif %}", "\nx"],
    ["", ""],
    ["\n\n", "\n\n"],
  ])("%j gives %j", (template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe("unknown names", () => {
  test("print as cloud-init prints them, and are told", () => {
    const rendered = renderJinja(
      "{{ nope }} {{ v1.nope }} {{ nope }} {{ gone | upper }}",
      VARIABLES,
      "",
    );
    expect(rendered).toEqual({
      ok: true,
      text: "CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/GONE",
      missingNames: ["nope", "gone"],
    });
  });

  test("a name with a dash is a subtraction, and the hint says which alias is meant", () => {
    expect(render("{{ v1.local-hostname }}")).toBe(
      'Cannot render Jinja template: Undefined jinja variable: "local-hostname". Jinja tried subtraction. Perhaps you meant "local_hostname"?',
    );
  });

  test("an attribute of nothing cannot be rendered; a loop over nothing is empty", () => {
    expect(render("{{ nope.x }}")).toBe("Cannot render Jinja template: 'nope' is undefined");
    expect(render("{{ nope + 1 }}")).toBe("Cannot render Jinja template: 'nope' is undefined");
    expect(render("{% for x in nope %}x{% else %}none{% endfor %}")).toBe("none");
    expect(render("{% if nope %}x{% endif %}{{ 'x' if nope }}")).toBe("");
  });
});

describe("templates that are none", () => {
  test.each([
    ["a\nb {{ x", '"{{" is not closed with "}}" on line 2', 2],
    [
      "{% if x %}\n",
      "the template ends within a block: an end such as {% endif %} or {% endfor %} is missing on line 1: {% if x %}",
      1,
    ],
    [
      "\n\n{{ a b }}",
      "Expected closing expression token. Identifier !== CloseExpression. on line 3: {{ a b }}",
      3,
    ],
    ["x\n{% include 'y' %}", "Unknown statement type: include on line 2: {% include 'y' %}", 2],
    ["{# open", 'a comment that begins with "{#" is not closed with "#}" on line 1', 1],
    ["{% raw %}{{ x }}", '"{% raw %}" is not closed with "{% endraw %}" on line 1', 1],
    ["{{ 'a }}", '"{{" is not closed with "}}" on line 1', 1],
  ])("%j", (template, expected, line) => {
    const rendered = renderJinja(template, VARIABLES, "user-data");
    expect(rendered).toEqual({
      ok: false,
      kind: "syntax",
      problem: {
        message: `Unable to parse Jinja template due to syntax error: ${expected}`,
        source: "user-data",
        line,
      },
    });
  });

  test("the line counts the one that names the engine, and only the tag is shown", () => {
    const template = "## template: jinja\npassword: secret\nx: secret {{ a b }} secret\n";
    const rendered = renderJinja(template, VARIABLES, "user-data");
    expect(rendered).toMatchObject({ ok: false, problem: { line: 3 } });
    expect(JSON.stringify(rendered)).not.toContain("secret");
  });
});

describe("limits", () => {
  test("nothing of the program can be reached", () => {
    for (const name of ["constructor", "__proto__", "prototype", "__class__", "toString"]) {
      expect(render(`{{ local_hostname.${name} }}{{ ds.${name} }}{{ ds['${name}'] }}`)).toBe(
        `CI_MISSING_JINJA_VAR/${name}`.repeat(3),
      );
    }
    expect(render("{{ self }} {{ process }} {{ globalThis }} {{ raise_exception }}")).toContain(
      "CI_MISSING_JINJA_VAR/self CI_MISSING_JINJA_VAR/process",
    );
  });

  test.each([
    ["{% for i in range(1000000) %}x{% endfor %}", "range() is longer than 100000"],
    [
      "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
      "it takes more than",
    ],
    ["{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "all"],
    [
      "{% set s = 'ab' %}{% for i in range(60) %}{% set s = s ~ s %}{% endfor %}",
      "it makes a text of more than",
    ],
    [
      "{% set s = 'abcdefgh' | replace('', 'x' ) %}{% for i in range(60) %}{% set s = s | replace('x', s) %}{% endfor %}",
      "it makes a text of more than",
    ],
    ["{{ 'a\nb' | indent(999999999) }}", "it makes a text of more than"],
    [`{{ ${"(".repeat(100_000)}1${")".repeat(100_000)} }}`, "too deep"],
  ])("%# ends with a reason", (template, reason) => {
    const message = String(render(template));
    expect(message).toMatch(/^(?:Cannot render|Unable to parse) Jinja template/u);
    expect(message).toContain(reason);
  });

  test("a template that is too long is not looked at", () => {
    expect(render(" ".repeat(TEMPLATE_LENGTH_MAX + 1))).toContain("the limit is");
  });

  test("a megabyte of text takes no time", () => {
    const text = `${"x { y\n".repeat(170_000)}{{ 1 }}`;
    const startMs = performance.now();
    expect(String(render(text)).length).toBe(text.length - 6);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  test("whatever comes, there is a text or a problem", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        " if ",
        " for x in ",
        "endif",
        "endfor",
        "set x =",
        "ds",
        "v1.",
        "|",
        "'",
        "(",
        ")",
        "[",
        "]",
        "-",
        "\n",
        "range(9)",
        "raw",
        "endraw",
        "do ",
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const rendered = renderJinja(pieces.join(""), VARIABLES, "x");
        expect(typeof (rendered.ok ? rendered.text : rendered.problem.message)).toBe("string");
      }),
      { numRuns: 2000 },
    );
  });
});
