import { Buffer } from "node:buffer";
import { type CommandContext, done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE =
  "ssh-keygen [-q] [-b bits] [-C comment] [-f output_keyfile] [-N new_passphrase] [-t ecdsa | ed25519 | rsa]";

/** -t → the type as the public key has it. Current OpenSSH makes no dsa keys. */
const TYPES: Readonly<Record<string, string>> = {
  ecdsa: "ecdsa-sha2-nistp256",
  ed25519: "ssh-ed25519",
  rsa: "ssh-rsa",
};

/** Makes a key pair that looks like one; nobody can log in with it. Refuses to replace a file. */
export const sshKeygen: SimulatedCommand = {
  path: "/usr/bin/ssh-keygen",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "qb:C:f:N:t:");
    if (typeof flags === "string") {
      return usageError("ssh-keygen", flags, USAGE, 1);
    }
    const [name, path] = [flags.value("t") ?? "ed25519", flags.value("f")];
    const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (type === undefined) {
      return failed(255, `unknown key type ${name}`);
    }
    if (path === undefined || !flags.has("N") || flags.operands.length > 0) {
      // It would ask, and nobody is there to answer.
      return usageError("ssh-keygen", "", USAGE, 1);
    }
    if (ctx.fs.stat(path) !== undefined) {
      return failed(1, `${path} already exists.\nOverwrite (y/n)? `);
    }
    makePair(ctx, path, type, flags.value("C") ?? `root@${ctx.machine.hostname}`);
    const told = [
      `Generating public/private ${name} key pair.`,
      `Your identification has been saved in ${path}`,
      `Your public key has been saved in ${path}.pub`,
      "",
    ];
    return done(flags.has("q") ? "" : told.join("\n"));
  },
};

function makePair(ctx: CommandContext, path: string, type: string, comment: string): void {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  const blob = Buffer.concat([head, Buffer.from(type), ctx.randomBytes(32)]).toString("base64");
  const begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
  const end = "-----END OPENSSH PRIVATE KEY-----";
  ctx.fs.write(path, `${begin}\nsimulated\n${end}\n`, { mode: 0o600 });
  ctx.fs.write(`${path}.pub`, `${type} ${blob} ${comment}\n`, { mode: 0o644 });
}
