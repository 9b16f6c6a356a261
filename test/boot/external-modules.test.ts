import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { ExecOptions, ExecResult } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { CLEAN, single } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  ledgerOf,
  logLines,
  logMark,
  messagesAt,
  resultOf,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

const MODULES = "/opt/freeware/lib/cloud-init/modules";

interface Scenario {
  readonly list?: string;
  readonly userData?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly result?: (argv: readonly string[], options: ExecOptions) => Partial<ExecResult>;
}

/** A machine with executables, of which it runs `list` in modules-config. */
function machine({ list = "[hello]", userData, files = {}, result }: Scenario) {
  const runs: { readonly path: string; readonly options: ExecOptions }[] = [];
  const aix = createMachine({
    drive: buildDrive(userData === undefined ? {} : { userData }),
    config: `cloud_config_modules: ${list}\ncloud_final_modules: []\n`,
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name.startsWith("/") ? name : `${MODULES}/${name}`,
        text,
      ]),
    ),
    userCode(argv, options) {
      runs.push({ path: argv.at(-1) ?? "", options });
      return result?.(argv, options) ?? {};
    },
  });
  for (const name of Object.keys(files).filter((file) => !file.endsWith(".json"))) {
    aix.system.fs.setAttributes(name.startsWith("/") ? name : `${MODULES}/${name}`, {
      mode: 0o755,
    });
  }
  return { aix, runs, names: () => runs.map(({ path }) => path.replace(`${MODULES}/`, "")) };
}

const HELLO = { hello: "#!/usr/bin/ksh\n" };

async function bootAgain(aix: SimulatedAix): Promise<void> {
  aix.reboot();
  await runBoot(aix);
}

describe("an external module that a list names", () => {
  test("runs once for each instance, with a semaphore, a line in the ledger and its output in the log", async () => {
    const { aix, runs, names } = machine({
      files: HELLO,
      result: () => ({ stdout: "hello there\n", stderr: "careful" }),
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(names()).toEqual(["hello"]);
    expect(JSON.parse(runs[0]?.options.stdin ?? "")).toMatchObject({
      module: "hello",
      stage: "modules-config",
      frequency: "once-per-instance",
      instance_data: { v1: { instance_id: DRIVE_ID }, ds: { meta_data: { uuid: DRIVE_ID } } },
      paths: { cloud_dir: CLOUD_DIR },
    });
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_hello");
    expect(logLines(aix)).toContain("hello[INFO]: hello there");
    expect(logLines(aix)).toContain("hello[WARNING]: careful");
    expect(ledgerOf(aix, DRIVE_ID).filter((entry) => entry.module === "hello")).toMatchObject([
      { kind: "script", what: `${MODULES}/hello`, outcome: "ok" },
      { kind: "module", what: "hello", outcome: "ok" },
    ]);
    await bootAgain(aix);
    expect(names()).toEqual(["hello"]);
    aix.media.set("cd0", buildDrive({ metaData: { uuid: "another" } }));
    await bootAgain(aix);
    expect(names()).toEqual(["hello", "hello"]);
  });

  test("takes its frequency from the list, else from its header", async () => {
    const { aix, names } = machine({
      list: "[by-header, [by_list, once], [cc_named.py, always, a, b]]",
      files: {
        "by-header": "#!/usr/bin/ksh\n# cloud-init: frequency=always\n",
        by_list: "#!/usr/bin/ksh\n# cloud-init: frequency=always\n",
        named: "#!/usr/bin/ksh\n",
      },
    });
    await runBoot(aix);
    await bootAgain(aix);
    expect(names()).toEqual(["by-header", "by_list", "named", "by-header", "named"]);
    expect(aix.system.fs.list(`${CLOUD_DIR}/sem`)).toContain("config_by_list.once");
  });

  test("gets its arguments and the merged configuration with secrets, which no log repeats", async () => {
    const { aix, runs } = machine({
      list: "[[hello, always, one, 2]]",
      userData: "#cloud-config\npassword: Secret-0815\n",
      files: HELLO,
      result: () => ({ stdout: "the password is Secret-0815", exitCode: 1, stderr: "Secret-0815" }),
    });
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(JSON.parse(runs[0]?.options.stdin ?? "")).toMatchObject({
      args: ["one", "2"],
      frequency: "always",
      cloud_config: { password: "Secret-0815", system_info: { distro: "aix" } },
    });
    for (const file of [
      "/var/log/cloud-init.log",
      `${CLOUD_DIR}/data/status.json`,
      `${CLOUD_DIR}/instances/${DRIVE_ID}/ledger.jsonl`,
    ]) {
      expect(textAt(aix, file)).not.toContain("Secret-0815");
    }
  });

  test("that fails is an error of the stage, keeps its semaphore, and the next one runs", async () => {
    const { aix, names } = machine({
      list: "[hello, other]",
      files: { ...HELLO, other: "#!/usr/bin/ksh\n" },
      result: (argv) => (argv[0]?.endsWith("hello") === true ? { exitCode: 3, stderr: "no" } : {}),
    });
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(names()).toEqual(["hello", "other"]);
    expect(resultOf(aix).errors.join()).toContain(
      `Module "${MODULES}/hello" failed: exit code 3: no`,
    );
    expect(statusOf(aix)["modules-config"]?.errors).toHaveLength(1);
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_hello");
  });

  test("that is not safe is refused with the reason, and the next one runs", async () => {
    const { aix, names } = machine({
      list: "[hello, other]",
      files: { ...HELLO, other: "#!/usr/bin/ksh\n" },
    });
    aix.system.fs.setAttributes(`${MODULES}/hello`, { mode: 0o777 });
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    const message = `Cannot run the module "${MODULES}/hello": everybody may write to it (mode 0777)`;
    expect(names()).toEqual(["other"]);
    expect(messagesAt(aix, "ERROR")).toEqual([message]);
    expect(resultOf(aix).errors).toEqual([`('hello', Error('${message}'))`]);
    expect(semaphoresOf(aix, DRIVE_ID)).not.toContain("config_hello");
    expect(ledgerOf(aix, DRIVE_ID)).toContainEqual(
      expect.objectContaining({ module: "hello", outcome: "failed", reason: message }),
    );
  });

  test("takes the place of a name without effect, never that of a built-in module", async () => {
    const { aix, names } = machine({
      list: "[foo, timezone]",
      userData: "#cloud-config\ntimezone: Europe/Berlin\n",
      files: { foo: "#!/usr/bin/ksh\n", timezone: "#!/usr/bin/ksh\n" },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(names()).toEqual(["foo"]);
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_foo");
    expect(await single(aix, "timezone", { frequency: "always" })).toBe(0);
    expect(names()).toEqual(["foo"]);
    expect(messagesAt(aix, "WARNING")).toContain(
      `Running the built-in module timezone, not the executable of that name in "${MODULES}": give that one another name`,
    );
  });

  test("is in the journal as code of the user's before it starts", async () => {
    let journal = "";
    const { aix } = machine({
      files: HELLO,
      result() {
        journal = textAt(aix, `${CLOUD_DIR}/data/journal.json`);
        return {};
      },
    });
    await runBoot(aix);
    expect(JSON.parse(journal)).toMatchObject({
      stage: "modules-config",
      work: "config_hello",
      isUserCode: true,
      semaphore: `${CLOUD_DIR}/instances/${DRIVE_ID}/sem/config_hello`,
    });
    expect(aix.system.fs.stat(`${CLOUD_DIR}/data/journal.json`)).toBeUndefined();
  });
});

test("a directory that cannot be looked into is an error for each module wanted of it, and no more", async () => {
  const { aix } = machine({ list: "[byobu, hello, timezone]", files: HELLO });
  aix.system.fs.remove(MODULES);
  aix.system.fs.symlink(MODULES, MODULES);
  expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
  expect(messagesAt(aix, "ERROR")).toEqual([
    expect.stringContaining("too many symbolic links (ELOOP)"),
  ]);
});

describe("single", () => {
  test("runs it once for the instance, and always with --frequency always and arguments", async () => {
    const { aix, runs, names } = machine({ list: "[]", files: HELLO });
    await runBoot(aix);
    expect(await single(aix, "hello")).toBe(0);
    expect(await single(aix, "hello")).toBe(0);
    expect(names()).toEqual(["hello"]);
    expect(logLines(aix)).toContain(
      "stages.ts[DEBUG]: config-hello already ran (freq=once-per-instance)",
    );
    expect(await single(aix, "hello", { frequency: "always", args: ["x"] })).toBe(0);
    expect(names()).toEqual(["hello", "hello"]);
    expect(JSON.parse(runs[1]?.options.stdin ?? "")).toMatchObject({
      args: ["x"],
      stage: "single",
      frequency: "always",
    });
  });

  test("ends with 1 where it fails, is refused or is not there", async () => {
    const { aix } = machine({ list: "[]", files: HELLO, result: () => ({ exitCode: 2 }) });
    await runBoot(aix);
    expect(await single(aix, "hello")).toBe(1);
    expect(messagesAt(aix, "WARNING")).toContain("Ran hello but it failed!");
    aix.system.fs.setAttributes(MODULES, { mode: 0o777 });
    expect(await single(aix, "hello", { frequency: "always" })).toBe(1);
    expect(messagesAt(aix, "ERROR").join()).toContain(`everybody may write to the directory`);
    expect(await single(aix, "no-such")).toBe(1);
    expect(messagesAt(aix, "WARNING")).toContain("Did not run no-such, does it exist?");
  });
});

describe("a Python module of IBM's port", () => {
  const PYTHON = "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_my_app.py";

  test("is an error that says what to do, and the next module runs", async () => {
    const { aix, names } = machine({
      list: "[my-app, hello]",
      files: { ...HELLO, [PYTHON]: "def handle(name, cfg, cloud, log, args): pass\n" },
    });
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(names()).toEqual(["hello"]);
    expect(messagesAt(aix, "ERROR")).toEqual([
      `Cannot run "${PYTHON}": Python modules of the old package are not run; write it as an executable "${MODULES}/my_app" that reads JSON (README, "Modules of your own")`,
    ]);
  });

  test("is no error where the name is ours, or an executable has taken its place", async () => {
    const { aix, names } = machine({
      list: "[byobu, set_hostname, my_app]",
      files: {
        my_app: "#!/usr/bin/ksh\n",
        [PYTHON]: "",
        [PYTHON.replace("my_app", "byobu")]: "",
        [PYTHON.replace("my_app", "set_hostname")]: "",
      },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(names()).toEqual(["my_app"]);
  });
});

describe("a schema beside it", () => {
  const SCHEMA = readFileSync(
    new URL("../fixtures/external-modules/register.schema.json", import.meta.url),
    "utf8",
  );
  const files = { register: "#!/usr/bin/perl\n", "register.schema.json": SCHEMA };
  const unknown = (aix: SimulatedAix, mark = 0): readonly string[] =>
    messagesAt(aix, "INFO", mark).filter((message) => message.includes("not a known key"));

  test("makes its keys known", async () => {
    const userData = "#cloud-config\nregister: {file: /etc/machine}\n";
    const bare = machine({ userData, list: "[]" });
    await runBoot(bare.aix);
    expect(unknown(bare.aix)).toEqual(['user-data:2: "register" is not a known key']);
    const { aix } = machine({ userData, list: "[register]", files });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(unknown(aix)).toEqual([]);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
  });

  test("judges their values", async () => {
    const userData = "#cloud-config\nregister: {file: 5}\n";
    const { aix } = machine({ userData, list: "[register]", files });
    await runBoot(aix);
    expect(messagesAt(aix, "WARNING").join()).toContain("cloud-config failed schema validation!");
  });

  test("that comes later is asked at the next boot", async () => {
    const userData = "#cloud-config\nregister: {file: 5}\n";
    const { aix } = machine({ userData, list: "[]" });
    await runBoot(aix);
    for (const [name, text] of Object.entries(files)) {
      aix.system.fs.write(`${MODULES}/${name}`, text, { mode: 0o755 });
    }
    const mark = logMark(aix);
    await bootAgain(aix);
    expect(unknown(aix, mark)).toEqual([]);
    expect(messagesAt(aix, "WARNING", mark).join()).toContain("failed schema validation!");
  });

  test("that is broken is a warning, once in a boot", async () => {
    const userData = "#cloud-config\nregister: {file: 5}\nother_key: 1\n";
    const { aix } = machine({
      userData,
      list: "[register]",
      files: { ...files, "register.schema.json": "{" },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING")).toHaveLength(1);
    expect(messagesAt(aix, "WARNING")[0]).toContain(
      `Cannot use the schema "${MODULES}/register.schema.json"`,
    );
  });
});

test("where no list names one, their directory is not read", async () => {
  const { aix } = machine({ list: "[timezone, byobu]", files: HELLO });
  const { fs } = aix.system;
  const looked: string[] = [];
  const watch =
    <T>(read: (path: string) => T) =>
    (path: string): T => {
      if (path.startsWith(MODULES)) {
        looked.push(path);
      }
      return read(path);
    };
  const system = {
    ...aix.system,
    fs: {
      ...fs,
      stat: watch((path) => fs.stat(path)),
      list: watch((path) => fs.list(path)),
      open: watch((path) => fs.open(path)),
      readBytes: watch((path) => fs.readBytes(path)),
    },
  };
  expect(await runBoot({ system })).toEqual(CLEAN);
  // Only whether one has taken the place of a name without effect is asked.
  expect(looked).toEqual([MODULES, `${MODULES}/byobu`]);
});
