// Templates of the user's own in templates_dir: in Cheetah, as people have them from IBM's port, and
// in Jinja, as upstream ships them.
import { describe, expect, test } from "bun:test";
import type { ConfigModule } from "../../src/modules/module.ts";
import { resolvConf } from "../../src/modules/resolv-conf.ts";
import { updateEtcHosts } from "../../src/modules/update-etc-hosts.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { createTestDistro, runModule } from "../support/module-context.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const TEMPLATES = "/etc/cloud/templates";
const HOSTS_BEFORE = "127.0.0.1 localhost\n";

interface Result {
  readonly text: string | undefined;
  readonly failures: readonly string[];
}

async function render(
  module: ConfigModule,
  given: {
    readonly template: string;
    readonly content: string;
    readonly target: string;
    readonly config: object;
  },
): Promise<Result> {
  const scripted = createScriptedSystem({
    platform: "aix",
    files: { [`${TEMPLATES}/${given.template}`]: given.content, "/etc/hosts": HOSTS_BEFORE },
  });
  const { system } = scripted;
  const distro = {
    ...createTestDistro(system),
    network: {
      adapters: async () => [],
      ensure: async () => ({ changed: false, problems: [] }),
      read: async () => ({ devices: [], routes: [] }),
    },
  };
  const { failures } = await runModule(module, { config: { ...given.config }, system, distro });
  return { text: readTextIfExists(system.fs, given.target), failures };
}

const hosts = (content: string): Promise<Result> =>
  render(updateEtcHosts, {
    template: "hosts.aix.tmpl",
    content,
    target: "/etc/hosts",
    config: { manage_etc_hosts: true, fqdn: "vm1.example.com" },
  });

const resolver = (content: string, settings: object): Promise<Result> =>
  render(resolvConf, {
    template: "resolv.conf.tmpl",
    content,
    target: "/etc/resolv.conf",
    config: { manage_resolv_conf: true, resolv_conf: settings },
  });

describe("hosts", () => {
  test.each([
    [
      "Cheetah",
      "## This file is ours\n#*\n  more words\n*#\n# A line\n127.0.0.1 ${fqdn} $hostname\n127.0.0.1 localhost\n",
    ],
    [
      "Jinja",
      "## template:jinja\n{#\n  more words\n-#}\n# A line\n127.0.0.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n",
    ],
  ])("in %s", async (_engine, content) => {
    const { text, failures } = await hosts(content);
    expect(failures).toEqual([]);
    expect(text).toBe("# A line\n127.0.0.1 vm1.example.com vm1\n127.0.0.1 localhost\n");
  });

  test.each([
    ["127.0.0.1 x\n$no_such_name\n", `${TEMPLATES}/hosts.aix.tmpl:2: Cannot render this template`],
    ["#if $fqdn\nx\n", `${TEMPLATES}/hosts.aix.tmpl:1: Cannot render this template: #if has no`],
    [
      "## template: jinja\nx\n{% if fqdn %}\n",
      `${TEMPLATES}/hosts.aix.tmpl:3: Unable to parse Jinja template`,
    ],
    [
      "## template: jinja\n{{ no_such }}\n",
      `${TEMPLATES}/hosts.aix.tmpl: Cannot render this template: "no_such"`,
    ],
    [
      "## template: mako\nx\n",
      `${TEMPLATES}/hosts.aix.tmpl:1: Cannot render this template: Unknown template`,
    ],
  ])(
    "that cannot be rendered (%j) tells file and line, and the file stays",
    async (content, message) => {
      const { text, failures } = await hosts(content);
      expect(failures).toHaveLength(1);
      expect(failures[0]).toStartWith(message);
      expect(text).toBe(HOSTS_BEFORE);
    },
  );
});

describe("resolv.conf", () => {
  const CHEETAH = `#if $varExists('nameservers')
#for $server in $nameservers
nameserver $server
#end for
#end if
#if $varExists('searchdomains')
search #slurp
#for $search in $searchdomains
$search #slurp
#end for

#end if
#if $varExists('options') or $varExists('flags')
options #slurp
#for $flag in $flags
$flag #slurp
#end for
#for $key, $value in $options.items()
$key:$value #slurp
#end for

#end if
`;
  const JINJA = `## template:jinja
{% if nameservers is defined %}
{% for server in nameservers %}
nameserver {{server}}
{% endfor %}
{% endif %}
{% if searchdomains is defined %}
search {% for search in searchdomains %}{{search}} {% endfor %}

{% endif %}
{% if options or flags %}
options {% for flag in flags %}{{flag}} {% endfor %}{% for key, value in options.items() %}{{key}}:{{value}} {% endfor %}

{% endif %}
`;

  test.each([
    ["Cheetah", CHEETAH],
    ["Jinja", JINJA],
  ])("in %s, with all and with few settings", async (_engine, content) => {
    const all = await resolver(content, {
      nameservers: ["192.0.2.53"],
      searchdomains: ["example.com"],
      options: { rotate: true, timeout: 2 },
    });
    expect(all.failures).toEqual([]);
    expect(all.text?.replaceAll(/ +$/gmu, "").replaceAll(/\n+/gu, "\n")).toBe(
      "nameserver 192.0.2.53\nsearch example.com\noptions rotate timeout:2\n",
    );
    const few = await resolver(content, { nameservers: ["192.0.2.53"] });
    expect(few.failures).toEqual([]);
    expect(few.text?.trim()).toBe("nameserver 192.0.2.53");
  });
});
