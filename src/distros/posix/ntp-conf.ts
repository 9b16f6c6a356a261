import type { TimeServers } from "../time-adapter.ts";

const OURS = /^\s*(?:server|pool|peer|broadcastclient|multicastclient)\b/u;

/**
 * The text of an ntp.conf with exactly these servers (ntp.conf(5)): lines that name others go, all
 * other lines and comments stay where they are; ours come at the place of the first that went, else
 * at the end. `poolWord`: xntpd of AIX knows no "pool".
 */
export function editNtpConf(text: string, wish: TimeServers, poolWord: "pool" | "server"): string {
  const ending = poolWord === "pool" ? " iburst" : "";
  const wanted = [
    ...wish.pools.map((name) => `${poolWord} ${name}${ending}`),
    ...wish.servers.map((name) => `server ${name}${ending}`),
    ...wish.peers.map((name) => `peer ${name}`),
  ];
  const lines = text === "" ? [] : text.replace(/\n$/u, "").split("\n");
  const first = lines.findIndex((line) => OURS.test(line));
  const isKept = (line: string): boolean => !OURS.test(line);
  const before = first === -1 ? lines : lines.slice(0, first);
  const after = first === -1 ? [] : lines.slice(first).filter(isKept);
  return [...before, ...wanted, ...after].map((line) => `${line}\n`).join("");
}

/** The text with `keyword value` at its end, where no line has the keyword. */
export function addNtpDefault(text: string, keyword: string, value: string): string {
  const isThere = text.split("\n").some((line) => line.trim().split(/\s+/u)[0] === keyword);
  return isThere ? text : `${text}${keyword} ${value}\n`;
}
