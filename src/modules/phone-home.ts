import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { resolveNames } from "../instance/hostname.ts";
import { readTextIfExists } from "../system/files.ts";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import { renderBasicTemplate } from "../text/basic-template.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { readYaml } from "../text/read-yaml.ts";
import { defineModule, type ModuleContext } from "./module.ts";

const TRIES = 10;
const TRIES_MAX = 1000;
const INTERVAL_MS = 3000;
const ATTEMPT_TIMEOUT_MS = 10_000;
/** However many tries are wanted: the machine's boot goes on after that. */
const ALL_TIMEOUT_MS = 300_000;
const BODY_BYTES_MAX = 1024 * 1024;
const KEY_TYPES = ["dsa", "rsa", "ecdsa", "ed25519"] as const;
const ALL_KEYS: readonly string[] = [
  "pub_key_rsa",
  "pub_key_ecdsa",
  "pub_key_ed25519",
  "instance_id",
  "hostname",
  "fqdn",
];

/** Tells a server that the machine is there (compat modules.md, phone_home). */
export const phoneHome = defineModule({
  name: "phone_home",
  title: "Tell a server that the machine is there",
  description: [
    "Sends a form by POST to `url` when the boot is done: instance-id, host name, full name and the",
    "public host keys, or those of them that `post` lists. `$INSTANCE_ID` in the address is the",
    "instance-id. Tried `tries` times, three seconds apart, for five minutes at most; a server that",
    "does not answer is a warning, not a failure. The same on AIX and on Linux. An argument in the",
    "list names a YAML file that has the settings. Source: upstream's phone_home.",
  ].join("\n"),
  aix: "POST over http or https",
  linux: "the same",
  frequency: "once-per-instance",
  itemKeys: ["phone_home"],
  schema: Type.Object({
    phone_home: Type.Optional(
      Type.Object(
        {
          url: Type.Optional(Type.String({ description: "Where to send it. Needed." })),
          post: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String())], {
              description: "all, or names out of instance_id, hostname, fqdn, pub_key_rsa, ….",
            }),
          ),
          tries: Type.Optional(
            Type.Union([Type.Integer(), Type.String()], { description: "Default 10." }),
          ),
        },
        { description: "The server, and what it is told." },
      ),
    ),
  }),
  examples: [
    "#cloud-config\nphone_home:\n  url: https://example.com/$INSTANCE_ID/\n  post: [pub_key_rsa, instance_id, hostname]\n  tries: 5\n",
  ],
  async run(ctx) {
    const written = await readSettings(ctx);
    if (written === undefined) {
      return;
    }
    const url = readUrl(ctx, written["url"]);
    if (url === undefined) {
      return;
    }
    const keys = readKeys(ctx, written["post"] ?? "all");
    const body = new URLSearchParams(
      keys.map((key): [string, string] => [key, collect(ctx, key)]),
    ).toString();
    await post(ctx, { url, body, tries: readTries(ctx, written["tries"] ?? TRIES) });
  },
});

async function readSettings(
  ctx: ModuleContext,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [file] = ctx.args;
  const source = file ?? "phone_home";
  let written: unknown = ctx.cloudConfig["phone_home"];
  if (file !== undefined) {
    const text = readTextIfExists(ctx.sys.fs, file);
    if (text === undefined) {
      ctx.fail(`Cannot read the settings of phone_home from "${file}": there is no such file`);
      return undefined;
    }
    const parsed = await readYaml(text, file);
    if (!parsed.ok) {
      parsed.problems.forEach((problem) => ctx.fail(problem));
      return undefined;
    }
    const { value } = parsed;
    written = isMapping(value) ? (value["phone_home"] ?? value) : value;
  }
  if (written === undefined || written === null) {
    ctx.log.debug(`Skipping module named ${ctx.entryName}, no 'phone_home' key in configuration`);
    return undefined;
  }
  if (!isMapping(written)) {
    fail(ctx, `Invalid ${source}: expected a mapping with "url", got ${describeKind(written)}`);
    return undefined;
  }
  return written;
}

function readUrl(ctx: ModuleContext, written: unknown): string | undefined {
  if (typeof written !== "string" || written === "") {
    fail(ctx, "Skipping module named phone_home, no 'url' found in 'phone_home' configuration");
    return undefined;
  }
  const rendered = renderBasicTemplate(written, { INSTANCE_ID: ctx.instance.id });
  if (!rendered.ok) {
    fail(
      ctx,
      `Cannot send phone home data: the address has "$${rendered.missingName}"; only $INSTANCE_ID is known`,
    );
    return undefined;
  }
  if (!/^https?:\/\/[^/\s]/iu.test(rendered.text) || !URL.canParse(rendered.text)) {
    fail(
      ctx,
      `Cannot send phone home data to "${urlWithoutSecrets(rendered.text)}": expected an address with http:// or https://`,
    );
    return undefined;
  }
  return rendered.text;
}

function readKeys(ctx: ModuleContext, written: unknown): readonly string[] {
  if (written === "all") {
    return ALL_KEYS;
  }
  if (!Array.isArray(written)) {
    fail(ctx, `phone_home.post: expected "all" or a list of names, got ${describeKind(written)}`);
    return ALL_KEYS;
  }
  const names = written.filter((name): name is string => typeof name === "string" && name !== "");
  if (names.length < written.length) {
    fail(ctx, "phone_home.post: what is no text is left out");
  }
  return [...new Set(names)];
}

function readTries(ctx: ModuleContext, written: unknown): number {
  const tries = typeof written === "string" && /^\d+$/u.test(written) ? Number(written) : written;
  if (typeof tries === "number" && Number.isInteger(tries) && tries >= 1 && tries <= TRIES_MAX) {
    return tries;
  }
  ctx.log.warn(
    `phone_home.tries: expected a number from 1 to ${TRIES_MAX}, got ${describeKind(written)}; using ${TRIES}`,
  );
  return TRIES;
}

/** "N/A" for what is not there, as receivers know it. */
function collect(ctx: ModuleContext, key: string): string {
  const value = lookUp(ctx, key);
  if (value === undefined) {
    ctx.log.warn(`Requested key ${key} from 'post' configuration list not available`);
  }
  return value ?? "N/A";
}

function lookUp(ctx: ModuleContext, key: string): string | undefined {
  const type = KEY_TYPES.find((name) => key === `pub_key_${name}`);
  if (type !== undefined) {
    const path = `/etc/ssh/ssh_host_${type}_key.pub`;
    try {
      return readTextIfExists(ctx.sys.fs, path);
    } catch (error) {
      ctx.log.warn(`Failed to open "${path}": ${errorMessage(error)}`);
      return undefined;
    }
  }
  if (key === "instance_id") {
    return ctx.instance.id;
  }
  const names = resolveNames({ config: ctx.cloudConfig, instance: ctx.instance });
  return key === "hostname" || key === "fqdn" ? names[key] : undefined;
}

async function post(
  ctx: ModuleContext,
  message: { readonly url: string; readonly body: string; readonly tries: number },
): Promise<void> {
  const { clock, http } = ctx.sys;
  const deadlineMs = clock.monotonicMs() + ALL_TIMEOUT_MS;
  const shown = urlWithoutSecrets(message.url);
  let reason = "";
  let attempt = 0;
  while (attempt < message.tries) {
    attempt += 1;
    const leftMs = deadlineMs - clock.monotonicMs();
    try {
      const { status } = await http.request({
        method: "POST",
        url: message.url,
        effect: "change",
        timeoutMs: Math.min(ATTEMPT_TIMEOUT_MS, leftMs),
        maxBodyBytes: BODY_BYTES_MAX,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: message.body,
      });
      if (status >= 200 && status < 300) {
        ctx.log.debug(`Sent phone home data to ${shown} (attempt ${attempt})`);
        return;
      }
      reason = `the server answers with status ${status}`;
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      reason = error.reason;
    }
    ctx.log.debug(`Phone home to ${shown}, attempt ${attempt}: ${reason}`);
    if (clock.monotonicMs() + INTERVAL_MS >= deadlineMs) {
      break;
    }
    if (attempt < message.tries) {
      await clock.sleep(INTERVAL_MS);
    }
  }
  ctx.log.warn(`Failed to post phone home data to ${shown} in ${attempt} tries: ${reason}`);
}

function fail(ctx: ModuleContext, message: string): void {
  ctx.fail({ message, path: ["phone_home"] });
}
