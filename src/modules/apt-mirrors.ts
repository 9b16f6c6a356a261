import { resolveNames } from "../instance/hostname.ts";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import { isTrue } from "../text/boolean-option.ts";
import type { AptConfig, AptMirror } from "./apt-schema.ts";
import type { MirrorChoice } from "./apt-sources-text.ts";
import type { ModuleContext } from "./module.ts";

const ANSWER_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
const SEARCH_COUNT_MAX = 20;

/** Debian's names of what Node calls the machine. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "i386",
  arm: "armhf",
  ppc64: "ppc64el",
};

/** `primary` or `security` for this machine's architecture; undefined where none is given. */
export function chooseMirrorEntry(
  ctx: ModuleContext,
  config: AptConfig,
  kind: "primary" | "security",
): AptMirror | undefined {
  const entries = config[kind] ?? [];
  const { arch } = ctx.sys.process;
  const name = ARCHITECTURES[arch] ?? arch;
  return (
    entries.find(({ arches }) => arches?.includes(name) === true) ??
    entries.find(({ arches }) => arches === undefined || arches.includes("default"))
  );
}

/**
 * The mirrors that the configuration asks for: `uri`, else the first of `search`, else of
 * `search_dns`, whose server answers. Where none does, that is told and the machine keeps its own.
 */
export async function chooseMirrors(ctx: ModuleContext, config: AptConfig): Promise<MirrorChoice> {
  const primary = await chooseMirror(ctx, config, "primary");
  const own = await chooseMirror(ctx, config, "security");
  // Ubuntu's archive has both, Debian's has not.
  const security = own ?? (ctx.distro.name === "ubuntu" ? primary : undefined);
  return {
    ...(primary === undefined ? {} : { primary }),
    ...(security === undefined ? {} : { security }),
  };
}

async function chooseMirror(
  ctx: ModuleContext,
  config: AptConfig,
  kind: "primary" | "security",
): Promise<string | undefined> {
  const entry = chooseMirrorEntry(ctx, config, kind);
  if (entry === undefined) {
    return undefined;
  }
  const given = entry.uri === undefined ? [] : [entry.uri];
  const searched = [
    ...(entry.search ?? []),
    ...(isTrue(entry.search_dns) ? dnsNames(ctx, kind) : []),
  ];
  const usable = [...given, ...searched].filter((uri) => isAddress(ctx, uri, kind));
  const [first] = usable;
  if (first !== undefined && first === entry.uri) {
    return first;
  }
  for (const uri of usable.slice(0, SEARCH_COUNT_MAX)) {
    if (await answers(ctx, uri)) {
      return uri;
    }
  }
  if (usable.length > 0) {
    const names = usable.map((uri) => urlWithoutSecrets(uri)).join(", ");
    ctx.log.warn(`apt.${kind}: none of the mirrors answers: ${names}; the mirror stays as it is`);
  }
  return undefined;
}

function isAddress(ctx: ModuleContext, uri: string, kind: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu.test(uri)) {
    return true;
  }
  ctx.fail({
    message: `apt.${kind}: "${urlWithoutSecrets(uri)}" is no address of a mirror: expected one such as https://mirror.example.com/debian`,
    path: ["apt", kind],
    ...ctx.locate(["apt", kind]),
  });
  return false;
}

/** In the machine's own domain, as upstream names them. */
function dnsNames(ctx: ModuleContext, kind: "primary" | "security"): readonly string[] {
  const { fqdn = "" } = resolveNames({ config: ctx.cloudConfig, instance: ctx.instance });
  const domain = fqdn.slice(fqdn.indexOf(".") + 1);
  const { name } = ctx.distro;
  const host = kind === "security" ? `${name}-security-mirror` : `${name}-mirror`;
  const domains = fqdn.includes(".") ? [`.${domain}`, ".localdomain", ""] : [".localdomain", ""];
  return domains.map((ending) => `http://${host}${ending}/${name}`);
}

async function answers(ctx: ModuleContext, uri: string): Promise<boolean> {
  if (!/^https?:/iu.test(uri)) {
    return true;
  }
  try {
    await ctx.sys.http.request({
      method: "GET",
      url: uri,
      effect: "query",
      timeoutMs: ANSWER_TIMEOUT_MS,
      maxBodyBytes: ANSWER_BYTES_MAX,
    });
    return true;
  } catch (error) {
    if (error instanceof HttpError) {
      ctx.log.debug(`Mirror ${error.url}: ${error.reason}`);
      return false;
    }
    throw error;
  }
}
