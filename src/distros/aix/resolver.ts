import { isHostName } from "../../instance/hostname.ts";
import { canonicalAddress } from "../../network/ip-address.ts";
import type { DistroContext, ResolverAdapter } from "../distro.ts";

const HOST = "/usr/bin/host";

/** The name of an address by host(1), which asks what /etc/netsvc.conf says: files and DNS. */
export function createAixResolver({ sys, log }: DistroContext): ResolverAdapter {
  return {
    async findName(address, timeoutMs) {
      const result = await sys.exec.query([HOST, address], { okExitCodes: "any", timeoutMs });
      if (result.timedOut) {
        log.info(`"${HOST} ${address}" was ended after ${timeoutMs} ms without an answer`);
      }
      return result.exitCode === 0 ? parseHostAnswer(result.stdout, address) : undefined;
    },
    async findAddresses(name, timeoutMs) {
      const result = await sys.exec.query([HOST, name], { okExitCodes: "any", timeoutMs });
      return result.exitCode === 0 ? parseHostAddresses(result.stdout) : [];
    },
  };
}

/** `vm1.example.com is 192.0.2.10,  Aliases: vm1` (aix/commands.md §3.7). The full name, where it is only an alias. */
export function parseHostAnswer(text: string, address: string): string | undefined {
  const match = /^\s*(\S+) is (?:\S+?)(?:,\s*Aliases:\s*(.*))?$/mu.exec(text);
  const [, name = "", aliases = ""] = match ?? [];
  const names = [name, ...aliases.split(/[\s,]+/u)].filter(
    (each) => each !== address && isHostName(each),
  );
  return names.find((each) => each.includes(".")) ?? names[0];
}

/** `vm1.example.com is 192.0.2.10,  Aliases: vm1`: what is an address before "Aliases". */
export function parseHostAddresses(text: string): readonly string[] {
  const answer = /^\s*\S+ is (.*)$/mu.exec(text)?.[1] ?? "";
  const words = (answer.split("Aliases:", 1)[0] ?? "").split(/[\s,]+/u);
  return words.flatMap((word) => canonicalAddress(word) ?? []);
}
