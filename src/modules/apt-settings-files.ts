import { exists } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import type { AptConfig } from "./apt-schema.ts";
import { hasLogin } from "./apt-template.ts";
import type { ModuleContext } from "./module.ts";

const CONF_PATH = "/etc/apt/apt.conf.d/94cloud-init-config";
const PROXY_PATH = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
const FILE_MODE = 0o644;
/** apt passes over a file that it may not read, so that root has the proxy and others still have apt-cache. */
const PRIVATE_MODE = 0o600;

/** Writes `conf` and the proxies; what an instance of before had and this one has not goes. */
export function ensureAptSettings(ctx: ModuleContext, config: AptConfig): void {
  const proxies = [
    ["http", config.http_proxy ?? config.proxy],
    ["https", config.https_proxy],
    ["ftp", config.ftp_proxy],
  ] as const;
  const lines = proxies.flatMap(([name, proxy]) => {
    if (proxy === undefined || proxy.trim() === "") {
      return [];
    }
    if (/["\s\p{Cc}]/u.test(proxy.trim())) {
      const path = ["apt", `${name}_proxy`];
      const message = `apt.${name}_proxy: expected an address such as http://proxy.example.com:3128/, in one word without quotes`;
      ctx.fail({ message, path, ...ctx.locate(path) });
      return [];
    }
    return [`Acquire::${name}::Proxy "${proxy.trim()}";`];
  });
  ensureFile(ctx, PROXY_PATH, lines.map((line) => `${line}\n`).join(""));
  const { conf = "" } = config;
  ensureFile(ctx, CONF_PATH, conf === "" || conf.endsWith("\n") ? conf : `${conf}\n`);
}

function ensureFile(ctx: ModuleContext, path: string, text: string): void {
  const { fs } = ctx.sys;
  if (text !== "") {
    writeIfDifferent(fs, path, text, { mode: hasLogin(text) ? PRIVATE_MODE : FILE_MODE });
  } else if (exists(fs, path)) {
    fs.remove(path);
  }
}
