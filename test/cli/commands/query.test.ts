import { gzipSync } from "node:zlib";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const RUN = "/run/cloud-init";
const INSTANCE = "/var/lib/cloud/instances/i-1";
const SECRET = `${RUN}/instance-data-sensitive.json`;
const PUBLIC = `${RUN}/instance-data.json`;
const DATA = {
  base64_encoded_keys: ["ds/blob"],
  ds: {
    blob: Buffer.from("binär").toString("base64"),
    meta_data: { uuid: "i-1", "a.b": { c: 1 }, keys: [{ name: "k1" }] },
  },
  v1: { "local-hostname": "vm1", local_hostname: "vm1", cloud_id: "openstack", region: null },
};
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  [SECRET]: JSON.stringify({ ...DATA, ds: { ...DATA.ds, password: "geheim" } }),
  [PUBLIC]: JSON.stringify({ ...DATA, ds: { password: "redacted for non-root user" } }),
  [`${INSTANCE}/user-data.txt`]: gzipSync("#cloud-config\n{}\n"),
  [`${INSTANCE}/vendor-data.txt`]: "",
  [`${RUN}/combined-cloud-config.json`]: '{"packages":["bash"]}',
};

async function query(
  args: readonly string[],
  given: {
    readonly uid?: number;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
  } = {},
) {
  const { system } = createScriptedSystem({ files: given.files ?? FILES, uid: given.uid ?? 0 });
  system.fs.makeDirectory("/var/lib/cloud");
  system.fs.symlink(INSTANCE, "/var/lib/cloud/instance");
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["query", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

describe("a name", () => {
  test("is looked up with dots; text is shown as it is, anything else as JSON", async () => {
    expect(await query(["v1.cloud_id"])).toEqual({
      stdout: "openstack\n",
      stderr: "",
      exitCode: 0,
    });
    expect((await query(["local_hostname"])).stdout).toBe("vm1\n");
    expect((await query(["ds.meta_data.keys"])).stdout).toBe('[\n {\n  "name": "k1"\n }\n]\n');
    expect((await query(["ds.meta_data.keys.0.name"])).stdout).toBe("k1\n");
    expect((await query(["v1.region"])).stdout).toBe("null\n");
  });

  test("may be that of templates, or have dots of its own", async () => {
    expect((await query(["ds.meta_data.a_b.c"])).stdout).toBe("1\n");
    expect((await query(["ds.meta_data.a.b.c"])).stdout).toBe("1\n");
    expect((await query(["v1.local-hostname"])).stdout).toBe("vm1\n");
  });

  test("that is not there is told with the part that is missing", async () => {
    expect(await query(["nothing"])).toEqual({
      stdout: "",
      stderr: "ERROR: Undefined instance-data key 'nothing'\n",
      exitCode: 1,
    });
    expect((await query(["ds.meta_data.size.big"])).stderr).toBe(
      "ERROR: instance-data 'ds.meta_data' has no 'size'\n",
    );
    expect((await query(["toString"])).exitCode).toBe(1);
  });

  test("of base64 is decoded", async () => {
    expect((await query(["ds.blob"])).stdout).toBe("binär\n");
  });
});

describe("--list-keys", () => {
  test("lists the top, or the keys of a name", async () => {
    const { stdout } = await query(["--list-keys"]);
    expect(stdout.split("\n")).toEqual([
      "base64_encoded_keys",
      "cloud_id",
      "combined_cloud_config",
      "ds",
      "local-hostname",
      "local_hostname",
      "region",
      "userdata",
      "v1",
      "vendordata",
      "",
    ]);
    expect((await query(["-l", "ds.meta_data"])).stdout).toBe("a.b\nkeys\nuuid\n");
  });

  test("of what has none is an error", async () => {
    expect((await query(["-l", "v1.cloud_id"])).stderr).toBe(
      "ERROR: --list-keys provided but 'v1.cloud_id' is not a dict\n",
    );
  });
});

describe("--all and --format", () => {
  test("show user-data unpacked, to root", async () => {
    const all = JSON.parse((await query(["--all"])).stdout);
    expect(all.userdata).toBe("#cloud-config\n{}\n");
    expect(all.vendordata).toBe("");
    expect(all.combined_cloud_config).toEqual({ packages: ["bash"] });
    expect(all.ds.password).toBe("geheim");
    expect(all.ds.meta_data).not.toHaveProperty("a_b");
  });

  test("another user sees what is redacted, and where the rest is", async () => {
    const { stdout, exitCode } = await query(["--all"], { uid: 201 });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("geheim");
    expect(JSON.parse(stdout).userdata).toBe(
      `<redacted for non-root user> file:${INSTANCE}/user-data.txt`,
    );
  });

  test("a file that is named and not there is an error, for each kind", async () => {
    for (const option of ["-u", "-v"]) {
      expect(await query([option, "/nowhere", "vendordata"])).toEqual({
        stdout: "",
        stderr: "ERROR: Missing file: /nowhere\n",
        exitCode: 1,
      });
    }
  });

  test("names that a template misses are told, and stand in its text", async () => {
    expect(await query(["-f", "{{ v1.nope }} {{ nothing }}"])).toEqual({
      stdout: "CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/nothing\n",
      stderr:
        "WARNING: Could not render jinja template variables in file 'query commandline': 'nope', 'nothing'\n",
      exitCode: 0,
    });
  });

  test("a template sees aliases; one that is none, or gives nothing, is an error", async () => {
    expect((await query(["-f", "{{ ds.meta_data.a_b.c }} {{ v1.local_hostname }}"])).stdout).toBe(
      "1 vm1\n",
    );
    const broken = await query(["--format", "{{ ds. }}"]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toContain("Unable to parse Jinja template");
    expect((await query(["--format", "{% if false %}x{% endif %}"])).exitCode).toBe(1);
  });
});

describe("files", () => {
  test("of other machines are named on the command line", async () => {
    const files = { "/tmp/d.json": '{"v1":{"cloud_id":"aws"}}', "/tmp/u": "text" };
    const { stdout } = await query(["-i", "/tmp/d.json", "-u", "tmp/u", "--all"], { files });
    expect(JSON.parse(stdout)).toMatchObject({ cloud_id: "aws", userdata: "text" });
  });

  test("that are missing, cut short or no object are told", async () => {
    const without = { [PUBLIC]: JSON.stringify(DATA) };
    const fallback = await query(["v1.cloud_id"], { files: without });
    expect(fallback.stdout).toBe("openstack\n");
    expect(fallback.stderr).toBe(
      `WARNING: Missing root-readable ${SECRET}. Using redacted ${PUBLIC} instead.\n`,
    );
    expect((await query(["x"], { files: {} })).stderr).toContain(
      `ERROR: Missing instance-data file: ${PUBLIC}\n`,
    );
    const cut = await query(["x"], { files: { [SECRET]: '{"v1":' } });
    expect(cut.exitCode).toBe(1);
    expect(cut.stderr).toContain("it is cut short, or no JSON");
    expect((await query(["x"], { files: { [SECRET]: "[]" } })).stderr).toContain(
      "expected a JSON object",
    );
  });

  test("whatever is in them, there is an answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.json(), async (text, name, json) => {
        for (const content of [text, json]) {
          const done = await query(["--", name], { files: { [SECRET]: content } });
          expect([0, 1]).toContain(done.exitCode);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test("nothing asked for is an error with the help", async () => {
  const { stderr, exitCode } = await query([]);
  expect(stderr).toStartWith(
    "error: Expected one of the options: --all, --format, --list-keys or varname\n\n",
  );
  expect(exitCode).toBe(1);
});
