import { Buffer } from "node:buffer";
import { type Static, Type } from "typebox";
import { statTarget } from "../system/files.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { decodeContent } from "./file-content.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { userEnvironment } from "./user-environment.ts";

const FILE = "/dev/urandom";
const FILE_MODE = 0o600;
const COMMAND_TIMEOUT_MS = 60_000;
const SHOWN_LENGTH = 200;
const NOT_FOUND_EXIT_CODE = 127;

const seedSchema = Type.Object({
  random_seed: Type.Optional(
    Type.Object(
      {
        file: Type.Optional(
          Type.String({ description: "Where to; default `/dev/urandom`, the kernel's pool." }),
        ),
        data: Type.Optional(Type.Unknown({ description: "The seed: text, or binary data." })),
        encoding: Type.Optional(
          Type.String({
            description:
              "Of `data`: `raw` (default), `base64` or `b64`, `gzip` or `gz`, `gz+base64`.",
          }),
        ),
        command: Type.Optional(
          Type.Array(Type.String(), {
            description: "Run afterwards with `RANDOM_SEED_FILE` set to `file`. Default none.",
          }),
        ),
        command_required: Type.Optional(
          Type.Boolean({ description: "Fail where the command is not there. Default false." }),
        ),
      },
      { description: "A seed for the random number generator." },
    ),
  ),
});

/** Adds to the kernel's random numbers what user-data and cloud give (compat modules.md, seed_random). */
export const seedRandom = defineModule({
  name: "seed_random",
  title: "Random seed",
  description: [
    "Appends `random_seed.data` and the seed that the cloud gives (`random_seed` of the metadata) to",
    "`/dev/urandom` or `file`, then runs `command`, for a minute at most. The seed itself is in no log.",
    "A seed that cannot be written is a warning, not a failure: the generator works without it.",
    "",
    "The same on AIX and Linux. Source: upstream's module, random(4).",
  ].join("\n"),
  aix: "appended to `/dev/urandom` or `file`; then `command`",
  linux: "the same",
  frequency: "once-per-instance",
  schema: seedSchema,
  examples: [
    "#cloud-config\nrandom_seed:\n  data: bXkgcmFuZG9tIHN0cmluZw==\n  encoding: b64\n",
    "#cloud-config\nrandom_seed:\n  file: /var/lib/random-seed\n  command: [/opt/example/add-entropy, --once]\n  command_required: true\n",
  ],
  async run(ctx, config) {
    const settings = config.random_seed ?? {};
    const file = readFile(ctx, settings.file);
    const given = await decodeSeed(ctx, settings);
    const seed = Buffer.concat([given, ctx.instance.randomSeed ?? new Uint8Array()]);
    if (seed.length > 0) {
      appendSeed(ctx, file, seed);
    }
    const [program = ""] = settings.command ?? [];
    if (program !== "") {
      await runSeedCommand(ctx, settings, file);
    } else if (settings.command_required === true) {
      fail(
        ctx,
        "command",
        `Cannot run a random command: command_required is set, "command" is not`,
      );
    }
  },
});

type SeedSettings = NonNullable<Static<typeof seedSchema>["random_seed"]>;

function readFile(ctx: ModuleContext, file: string | undefined): string {
  if (file === undefined || file === "") {
    return FILE;
  }
  if (/^\/[^\p{Cc}]{1,1023}$/u.test(file) && !file.split("/").includes("..")) {
    return file;
  }
  const shown = printable(file.slice(0, SHOWN_LENGTH));
  fail(
    ctx,
    "file",
    `Cannot use "${shown}": expected an absolute path without ".."; ${FILE} is used`,
  );
  return FILE;
}

/** The decoded `data`; no message shows it. */
async function decodeSeed(ctx: ModuleContext, settings: SeedSettings): Promise<Uint8Array> {
  const nothing = new Uint8Array();
  const { data, encoding = "raw" } = settings;
  if (data === undefined || data === null || data === "") {
    return nothing;
  }
  const isScalar = ["string", "number", "boolean"].includes(typeof data);
  if (!isScalar && !(data instanceof Uint8Array)) {
    const kind = describeKind(data);
    fail(ctx, "data", `Cannot use the random seed: expected text or binary data, got ${kind}`);
    return nothing;
  }
  const word = encoding.trim().toLowerCase();
  const decoded = await decodeContent({
    content: data instanceof Uint8Array ? data : String(data),
    encoding: word === "raw" ? "" : word,
    isAppended: false,
    isDeferred: false,
  });
  if (!decoded.ok) {
    fail(ctx, "data", `Cannot use the random seed: ${decoded.reason}`);
    return nothing;
  }
  if (decoded.warning !== undefined) {
    const shown = printable(encoding.slice(0, SHOWN_LENGTH));
    fail(ctx, "encoding", `Unknown random_seed encoding: ${shown}`);
    return nothing;
  }
  return decoded.content;
}

/** To a device or a file; a pipe would wait for a reader. */
function appendSeed(ctx: ModuleContext, file: string, seed: Uint8Array): void {
  ctx.log.debug(`${ctx.entryName}: adding ${seed.length} bytes of random seed entropy to ${file}`);
  try {
    const kind = statTarget(ctx.sys.fs, file)?.kind ?? "file";
    if (kind !== "file" && kind !== "device") {
      throw new Error(`it is neither a file nor a device (${kind})`);
    }
    ctx.sys.fs.append(file, seed, { mode: FILE_MODE });
  } catch (error) {
    ctx.log.warn(`Cannot add a random seed to "${file}": ${errorMessage(error)}`);
  }
}

async function runSeedCommand(
  ctx: ModuleContext,
  settings: SeedSettings,
  file: string,
): Promise<void> {
  const argv = settings.command ?? [];
  const what = printable(argv.join(" ").slice(0, SHOWN_LENGTH));
  if (argv.some((word) => word.includes("\0"))) {
    fail(ctx, "command", `handling random command [${what}] failed: it has a NUL character`);
    return;
  }
  const time = ctx.sys.clock.now().toISOString();
  const { exitCode, timedOut, durationMs } = await ctx.sys.exec.run(argv, {
    owner: "user",
    output: "inherit",
    okExitCodes: "any",
    timeoutMs: COMMAND_TIMEOUT_MS,
    env: { ...userEnvironment(ctx), RANDOM_SEED_FILE: file },
  });
  const outcome = exitCode === 0 ? "ok" : "failed";
  ctx.ledger.record({ time, kind: "command", what, outcome, exitCode, durationMs });
  if (exitCode === 0) {
    return;
  }
  if (exitCode === NOT_FOUND_EXIT_CODE && settings.command_required !== true) {
    ctx.log.debug(
      `Command ${printable((argv[0] ?? "").slice(0, SHOWN_LENGTH))} not found for seed_command`,
    );
    return;
  }
  const reason = timedOut
    ? `it ran longer than ${COMMAND_TIMEOUT_MS / 1_000} s and was ended`
    : exitCode === NOT_FOUND_EXIT_CODE
      ? "it was not found"
      : `it ended with exit code ${exitCode}`;
  fail(ctx, "command", `handling random command [${what}] failed: ${reason}`);
}

function fail(ctx: ModuleContext, key: string, message: string): void {
  const path = ["random_seed", key];
  ctx.fail({ message, path, ...(ctx.locate(path) ?? ctx.locate(["random_seed"])) });
}
