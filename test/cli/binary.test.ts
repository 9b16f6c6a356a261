import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";

const BUILD_TIMEOUT_MS = 120_000;
const VERSION_LINE = `cloud-init ${packageJson.version}\n`;
/** Namespaces are what keeps the semaphores of a test off this machine. */
const canUnshare = spawnSync("unshare", ["-m", "true"]).status === 0 && process.getuid?.() === 0;

for (const runtime of ["binary", "bundle"] as const) {
  describe(runtime === "binary" ? "the compiled binary" : "the bundle under Node.js", () => {
    let dir = "";
    let artefact = "";

    beforeAll(() => {
      artefact = builtArtefacts()[runtime];
      dir = mkdtempSync(join(tmpdir(), "cloud-init-binary-"));
      symlinkSync(artefact, join(dir, "cloud-init"));
      symlinkSync(artefact, join(dir, "cloud-init-per"));
      symlinkSync(artefact, join(dir, "cloud-init-run-module"));
      mkdirSync(join(dir, "copy"));
      copyFileSync(artefact, join(dir, "copy", "cloud-init-per"));
    }, BUILD_TIMEOUT_MS);

    afterAll(() => {
      rmSync(dir, { recursive: true, force: true });
    });

    function run(name: string, args: readonly string[], env: Record<string, string> = {}) {
      const { status, stdout, stderr } = spawnSync(join(dir, name), args, {
        encoding: "utf8",
        cwd: dir,
        env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env },
      });
      return { status, stdout, stderr };
    }

    test("--version and -v", () => {
      for (const flag of ["--version", "-v"]) {
        expect(run("cloud-init", [flag])).toEqual({ status: 0, stdout: VERSION_LINE, stderr: "" });
      }
    });

    test("an unknown subcommand is exit code 2, with nothing on standard output", () => {
      const { status, stdout, stderr } = run("cloud-init", ["modlues"]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toStartWith('error: unknown subcommand "modlues"');
      expect(stderr).not.toContain("\u001B");
    });

    test("help of every level is exit code 0", () => {
      expect(run("cloud-init", ["--help"])).toMatchObject({ status: 0, stderr: "" });
      const { status, stdout } = run("cloud-init", ["modules", "--help"]);
      expect(status).toBe(0);
      expect(stdout).toContain("--mode=<init|config|final>");
    });

    test("a file of --file that is not there is exit code 2, a relative one starts here", () => {
      const { status, stderr } = run("cloud-init", ["--file", "missing.cfg", "init"]);
      expect(status).toBe(2);
      expect(stderr).toContain(`"${dir}/missing.cfg"`);
    });

    test("by a link, and as a copy, it is cloud-init-per", () => {
      for (const name of ["cloud-init-per", "copy/cloud-init-per"]) {
        const help = run(name, ["--help"]);
        expect(help).toMatchObject({ status: 0, stderr: "" });
        expect(help.stdout).toStartWith("Usage: cloud-init-per frequency name cmd ");
        expect(run(name, ["-v"])).toMatchObject({ status: 1, stdout: "" });
        expect(run(name, ["once", "a/b", "true"])).toEqual({
          status: 1,
          stdout: "",
          stderr: "name cannot contain a /\n",
        });
      }
    });

    test("found in PATH it is cloud-init-per too", () => {
      const { stdout } = spawnSync("cloud-init-per", ["-h"], {
        encoding: "utf8",
        env: { PATH: `${dir}:${process.env["PATH"] ?? ""}` },
      });
      expect(stdout).toStartWith("Usage: cloud-init-per ");
    });

    test("a closed standard output or error ends nothing", () => {
      const line = '"$0" -v >&-; "$0" bogus 2>&-; echo $?';
      const { stdout } = spawnSync("/bin/sh", ["-c", line, join(dir, "cloud-init")], {
        encoding: "utf8",
      });
      expect(stdout).toBe("2\n");
    });

    test.if(runtime === "binary")("files in the directory it starts in change nothing", () => {
      writeFileSync(join(dir, ".env"), "EVIL=1\n");
      writeFileSync(join(dir, "bunfig.toml"), 'preload = ["./evil.js"]\n');
      writeFileSync(join(dir, "evil.js"), 'console.log("evil");\n');
      expect(run("cloud-init", ["-v"])).toEqual({ status: 0, stdout: VERSION_LINE, stderr: "" });
    });

    describe.if(canUnshare)("with a /var/lib/cloud of its own", () => {
      function isolated(script: string, input = ""): string {
        const mount = "mount -t tmpfs none /var/lib && cd /";
        const { stdout, stderr } = spawnSync(
          "unshare",
          ["-m", "/bin/sh", "-c", `${mount}\nper=$0\n${script}`, join(dir, "cloud-init-per")],
          { encoding: "utf8", input, env: { PATH: process.env["PATH"] ?? "", GREETING: "hello" } },
        );
        return `${stdout}${stderr}`;
      }

      test("once runs once, and keeps the exit code", () => {
        const output = isolated(
          `for i in 1 2; do "$per" once my-job /bin/sh -c 'echo ran; exit 5'; echo $?; done
           cut -f1 /var/lib/cloud/sem/bootper.my_job.once`,
        );
        expect(output).toBe("ran\n5\n0\n5\n");
      });

      test("the command has our standard input, output, error and environment", () => {
        const output = isolated(
          `"$per" always job /bin/sh -c 'cat; echo "$GREETING"; echo oops >&2'`,
          "typed\n",
        );
        expect(output).toBe("typed\nhello\noops\n");
      });

      test("scripts without #! run, what cannot run is 126, what is missing 127", () => {
        const output = isolated(
          `printf 'echo "plain $1"' >/var/lib/plain; chmod 755 /var/lib/plain
           printf x >/var/lib/locked
           PATH=/var/lib:$PATH "$per" always a plain word; echo $?
           "$per" always b /var/lib/locked; echo $?
           "$per" always c no-such-command; echo $?
           cut -f1 /var/lib/cloud/sem/bootper.c.always`,
        );
        expect(output).toBe("plain word\n0\n126\n127\n127\n");
      });

      test("an instance without its link is found by data/instance-id", () => {
        const output = isolated(
          `"$per" instance job true; echo $?
           mkdir -p /var/lib/cloud/data; echo iid-1 >/var/lib/cloud/data/instance-id
           "$per" instance job true; echo $?; ls /var/lib/cloud /var/lib/cloud/instances/iid-1/sem`,
        );
        expect(output).toStartWith("1\n0\n/var/lib/cloud:\ndata\ninstances\n");
        expect(output).toContain("\nbootper.job.instance\n");
        expect(output).toContain("no instance");
      });
    });

    describe.if(canUnshare)("on a machine whose files and network are the test's own", () => {
      /** Runs cloud-init with no module but final-message, so that nothing is done to anybody. */
      function stage(...lines: readonly string[]): string {
        const script = `
          mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mount -t tmpfs none /var/log
          mkdir /run/etc && cp /etc/passwd /etc/group /run/etc && mount --bind /run/etc /etc
          cd /run
          cat >quiet.cfg <<END
datasource_list: [None]
cloud_init_modules: []
cloud_config_modules: []
cloud_final_modules: [final-message]
output: {all: ">> /var/log/cloud-init-output.log"}
END
          ${lines.join("\n")}`;
        const { stdout, stderr } = spawnSync(
          "unshare",
          ["-m", "-n", "-u", "/bin/sh", "-c", script],
          {
            encoding: "utf8",
            env: { PATH: `${dir}:${process.env["PATH"] ?? ""}` },
          },
        );
        return `${stdout}${stderr}`;
      }

      test("each spelling of a stage runs that stage, and is in the output log", () => {
        const output = stage(
          "cloud-init -f quiet.cfg init --local; echo $?",
          "cloud-init init -l -f quiet.cfg; echo $?",
          "cloud-init --file=quiet.cfg init; echo $?",
          "cloud-init modules -f quiet.cfg; echo $?",
          "cloud-init --debug -f quiet.cfg modules -mode init; echo $?",
          "cloud-init -f /run/../run/quiet.cfg modules -mfinal; echo $?",
          "cloud-init single -n final_message --freq always -f quiet.cfg; echo $?",
          `sed -n "s/^Cloud-init v. .* running '\\(.*\\)' at .*/\\1/p" /var/log/cloud-init-output.log`,
        );
        expect(output.split("\n").filter((line) => /^[0-9]+$/u.test(line))).toEqual(
          Array.from({ length: 7 }, () => "0"),
        );
        expect(output).toEndWith(
          "init-local\ninit-local\ninit\nmodules:config\nmodules:init\nmodules:final\nsingle\n",
        );
      });

      test("single without a module of that name is exit code 1", () => {
        expect(stage("cloud-init -f quiet.cfg single -n no_such; echo $?")).toContain("1\n");
      });
    });

    test("install puts this very file into an image, and a second run writes nothing", () => {
      const image = join(dir, "image");
      // Bun's binary is one of Linux; the bundle runs on AIX's Node.js.
      const isBinary = runtime === "binary";
      mkdirSync(join(image, "usr/lib/systemd/system"), { recursive: true });
      const argv = ["install", "--root", image, "--distro", isBinary ? "debian" : "aix"];
      const program = isBinary ? "usr/bin/cloud-init" : "opt/freeware/bin/cloud-init";
      const first = run("cloud-init", argv);
      expect(first).toMatchObject({ status: 0, stderr: "" });
      expect(first.stdout).toContain(`wrote ${image}/${program}\n`);
      const installed = readFileSync(join(image, program));
      expect(installed.equals(readFileSync(artefact))).toBeTrue();
      const second = run("cloud-init", argv);
      expect(second.status).toBe(0);
      expect(second.stdout.split("\n").filter((line) => !/^(?:kept .*)?$/u.test(line))).toEqual([]);
    });
  });
}

test(
  "a build gives the same bytes twice",
  () => {
    const { binary } = builtArtefacts();
    const outdir = mkdtempSync(join(tmpdir(), "cloud-init-build-test-"));
    try {
      const script = join(import.meta.dir, "../../scripts/build.ts");
      const { status, stdout } = spawnSync(process.execPath, [script, "--outdir", outdir], {
        encoding: "utf8",
      });
      expect({ status, lines: stdout.trim().split("\n").length }).toEqual({ status: 0, lines: 2 });
      expect(readFileSync(join(outdir, "cloud-init")).equals(readFileSync(binary))).toBeTrue();
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  },
  BUILD_TIMEOUT_MS,
);
