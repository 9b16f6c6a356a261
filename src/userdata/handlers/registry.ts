import type { PartHandler } from "./handler.ts";

/** Content type → its handler, loaded when the first such part is met. */
const HANDLERS: Readonly<Record<string, () => Promise<PartHandler>>> = {
  "text/cloud-boothook": loadBoothook,
  "text/cloud-config": loadCloudConfig,
  "text/cloud-config-jsonp": loadCloudConfigJsonp,
  "text/jinja2": loadJinjaTemplate,
  "text/part-handler": loadPartHandler,
  "text/upstart-job": loadUpstartJob,
  "text/x-shellscript": loadShellScript,
  "text/x-shellscript-per-boot": loadShellScript,
  "text/x-shellscript-per-instance": loadShellScript,
  "text/x-shellscript-per-once": loadShellScript,
};

/** The handler of a content type, or undefined where there is none. */
export async function findHandler(contentType: string): Promise<PartHandler | undefined> {
  return Object.hasOwn(HANDLERS, contentType) ? HANDLERS[contentType]?.() : undefined;
}

async function loadBoothook(): Promise<PartHandler> {
  return (await import("./boothook.ts")).boothook;
}

async function loadCloudConfig(): Promise<PartHandler> {
  return (await import("./cloud-config.ts")).cloudConfig;
}

async function loadCloudConfigJsonp(): Promise<PartHandler> {
  return (await import("./cloud-config-jsonp.ts")).cloudConfigJsonp;
}

async function loadJinjaTemplate(): Promise<PartHandler> {
  return (await import("./jinja-template.ts")).jinjaTemplate;
}

async function loadPartHandler(): Promise<PartHandler> {
  return (await import("./part-handler.ts")).partHandler;
}

async function loadShellScript(): Promise<PartHandler> {
  return (await import("./shell-script.ts")).shellScript;
}

async function loadUpstartJob(): Promise<PartHandler> {
  return (await import("./upstart-job.ts")).upstartJob;
}
