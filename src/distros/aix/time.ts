import { readTextIfExists } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext, ServiceAdapter } from "../distro.ts";
import type { SettingOutcome } from "../locale-adapter.ts";
import { asBytes, editFile } from "../posix/edit-file.ts";
import { addNtpDefault, editNtpConf } from "../posix/ntp-conf.ts";
import { keepOriginal } from "../posix/keep-original.ts";
import type { TimeAdapter, TimeWish } from "../time-adapter.ts";
import { isSubsystemUp, waitForSubsystem } from "./services.ts";

const NTP_CONF = "/etc/ntp.conf";
const RC_TCPIP = "/etc/rc.tcpip";
const CHRCTCP = "/usr/sbin/chrctcp";
const CLIENTS: ReadonlySet<string> = new Set(["auto", "ntp", "ntpd", "xntpd"]);

const NO_ALLOW: Problem = {
  message: "allow has no effect on AIX: write restrict lines into config.template instead",
  severity: "warning",
};

/**
 * xntpd, which is in AIX's base system (aix/commands.md §11): servers in /etc/ntp.conf, the stock
 * `broadcastclient` goes, pools are servers, since xntpd knows no pools. It is started at boot by
 * the line in /etc/rc.tcpip that chrctcp uncomments.
 */
export function createAixTime(ctx: DistroContext, services: ServiceAdapter): TimeAdapter {
  const { sys } = ctx;

  async function ensureTimeServers(wish: TimeWish): Promise<SettingOutcome> {
    if (!CLIENTS.has(wish.client)) {
      const message = `There is no time client "${wish.client}" on AIX: xntpd is used, as for "auto" and "ntp"`;
      ctx.log.warn(message);
    }
    const file = wish.configFile ?? NTP_CONF;
    const problems = wish.allow.length > 0 ? [NO_ALLOW] : [];
    const undo = await writeConfig(file, wish);
    try {
      const isChanged = await ensureDaemon(undo !== undefined);
      return { changed: isChanged, value: describe(wish), problems };
    } catch (error) {
      // With the new file in place the next run would find nothing to do.
      undo?.();
      throw error;
    }
  }

  /** Running with the configuration as it is now, and started at boot; true where something had to be done. */
  async function ensureDaemon(isConfigured: boolean): Promise<boolean> {
    const isUp = await isSubsystemUp(sys, "xntpd");
    if (!startsAtBoot(readTextIfExists(sys.fs, RC_TCPIP) ?? "") || !isUp) {
      // Uncomments the line and starts it; what it does twice it says with an exit code of 1 on some levels.
      await sys.exec.run([CHRCTCP, "-S", "-a", "xntpd"], {
        okExitCodes: "any",
        verify: () => waitForSubsystem(sys, "xntpd", "active"),
      });
      if (isUp && isConfigured) {
        await services.restart("ntp");
      }
      return true;
    }
    if (isConfigured) {
      await services.restart("ntp");
    }
    return isConfigured;
  }

  async function writeConfig(file: string, wish: TimeWish): Promise<(() => void) | undefined> {
    const hasServers = wish.servers.length + wish.pools.length + wish.peers.length > 0;
    const content = await wish.readContent?.(["ntp.conf.aix"]);
    if (content === undefined && !hasServers) {
      return undefined;
    }
    const render = (old: string): string =>
      content === undefined ? renderConfig(old, wish) : asBytes(content);
    keepOriginal(sys.fs, file, ".dist", render);
    return editFile(sys.fs, file, render);
  }

  return { ensureTimeServers };
}

function renderConfig(old: string, wish: TimeWish): string {
  const text = editNtpConf(old, wish, "server");
  return addNtpDefault(
    addNtpDefault(text, "driftfile", "/etc/ntp.drift"),
    "tracefile",
    "/etc/ntp.trace",
  );
}

function describe(wish: TimeWish): string {
  const names = [...wish.pools, ...wish.servers, ...wish.peers];
  return names.length === 0 ? "xntpd as it is set up" : `xntpd with ${names.join(", ")}`;
}

function startsAtBoot(rcTcpip: string): boolean {
  return /^\s*start\s+\/usr\/sbin\/xntpd\b/mu.test(rcTcpip);
}
