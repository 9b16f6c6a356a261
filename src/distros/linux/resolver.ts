import { isHostName } from "../../instance/hostname.ts";
import { exists } from "../../system/files.ts";
import { canonicalAddress } from "../../network/ip-address.ts";
import type { DistroContext, ResolverAdapter } from "../distro.ts";

const GETENT = "/usr/bin/getent";
const HOST = "/usr/bin/host";

/** The name of an address by getent(1), which asks what nsswitch.conf says, else by BIND's host(1). */
export function createLinuxResolver({ sys, log }: DistroContext): ResolverAdapter {
  return {
    async findName(address, timeoutMs) {
      const argv = exists(sys.fs, GETENT) ? [GETENT, "hosts", address] : [HOST, address];
      const result = await sys.exec.query(argv, { okExitCodes: "any", timeoutMs });
      if (result.timedOut) {
        log.info(`"${argv.join(" ")}" was ended after ${timeoutMs} ms without an answer`);
      }
      if (result.exitCode !== 0) {
        return undefined;
      }
      const names = argv[0] === GETENT ? parseGetent(result.stdout) : parseBindHost(result.stdout);
      const usable = names.filter((each) => each !== address && isHostName(each));
      return usable.find((each) => each.includes(".")) ?? usable[0];
    },
    async findAddresses(name, timeoutMs) {
      const argv = exists(sys.fs, GETENT) ? [GETENT, "ahosts", name] : [HOST, name];
      const result = await sys.exec.query(argv, { okExitCodes: "any", timeoutMs });
      return result.exitCode === 0 ? parseAddresses(result.stdout) : [];
    },
  };
}

/** `192.0.2.10      vm1.example.com vm1` */
function parseGetent(text: string): readonly string[] {
  return text
    .split("\n")
    .flatMap((line) => line.trim().split(/\s+/u).slice(1))
    .filter((name) => name !== "");
}

/** `10.2.0.192.in-addr.arpa domain name pointer vm1.example.com.` */
function parseBindHost(text: string): readonly string[] {
  return [...text.matchAll(/domain name pointer (\S+?)\.?$/gmu)].map((match) => match[1] ?? "");
}

/** `192.0.2.10      STREAM data-server` of getent(1), `data-server has address 192.0.2.10` of BIND's host(1). IPv4 first. */
function parseAddresses(text: string): readonly string[] {
  const found = text
    .split("\n")
    .map(
      (line) =>
        /has (?:IPv6 )?address (\S+)/u.exec(line)?.[1] ?? line.trim().split(/\s+/u)[0] ?? "",
    )
    .flatMap((word) => canonicalAddress(word) ?? []);
  return [...new Set(found)].sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}
