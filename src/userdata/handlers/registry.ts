import type { PartHandler } from "./handler.ts";

/** Content type → its handler, loaded when the first such part is met. */
const HANDLERS: Readonly<Record<string, () => Promise<PartHandler>>> = {
  "text/cloud-config": loadCloudConfig,
  "text/x-shellscript": loadShellScript,
  "text/x-shellscript-per-boot": loadShellScript,
  "text/x-shellscript-per-instance": loadShellScript,
  "text/x-shellscript-per-once": loadShellScript,
};

/** Types that cloud-init knows and this version cannot handle: what users call them. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  "text/cloud-boothook": "#cloud-boothook",
  "text/cloud-config-archive": "#cloud-config-archive",
  "text/cloud-config-jsonp": "#cloud-config-jsonp",
  "text/jinja2": "## template: jinja",
  "text/part-handler": "#part-handler",
  "text/upstart-job": "#upstart-job",
  "text/x-include-once-url": "#include-once",
  "text/x-include-url": "#include",
};

/** The handler of a content type, or undefined where there is none. */
export async function findHandler(contentType: string): Promise<PartHandler | undefined> {
  return Object.hasOwn(HANDLERS, contentType) ? HANDLERS[contentType]?.() : undefined;
}

/** What users call a content type that is known and not built yet; undefined for any other. */
export function findNotBuilt(contentType: string): string | undefined {
  return Object.hasOwn(NOT_BUILT, contentType) ? NOT_BUILT[contentType] : undefined;
}

async function loadCloudConfig(): Promise<PartHandler> {
  return (await import("./cloud-config.ts")).cloudConfig;
}

async function loadShellScript(): Promise<PartHandler> {
  return (await import("./shell-script.ts")).shellScript;
}
