import { join } from "node:path";

/** Who answers on a terminal line, in a process of its own. */
export interface SerialPeer {
  /** Of the line. */
  readonly path: string;
  /** What it saw: the request and whether the line echoed, then whether the line is as it was. */
  finish(): Promise<readonly string[]>;
  stop(): void;
}

const SCRIPT = join(import.meta.dir, "serial-peer.py");

/** Why there can be none on this machine. */
export function serialPeerObstacle(): string | undefined {
  if (process.platform !== "linux") {
    return "terminal pairs are made on Linux only";
  }
  return Bun.which("python3") === null ? "python3 is not installed" : undefined;
}

/** Starts one that answers a request as `mode` says. */
export async function startSerialPeer(
  mode: "answer" | "leftovers" | "slow" | "truncated" | "silent" | "flood" | "deaf",
  answer = "",
): Promise<SerialPeer> {
  const child = Bun.spawn(["python3", SCRIPT, mode, answer], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) {
      throw new Error("The peer of the serial line ended");
    }
    text += Buffer.from(value).toString();
  }
  const [path = ""] = text.split("\n", 1);
  let rest = text.slice(path.length + 1);
  return {
    path,
    async finish() {
      child.stdin.write("end\n");
      child.stdin.end();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          break;
        }
        rest += Buffer.from(value).toString();
      }
      await child.exited;
      return rest.trim().split("\n");
    },
    stop() {
      child.kill();
    },
  };
}
