import { Buffer } from "node:buffer";
import { done, failed, type LinuxCommand, type LinuxCommandContext, readFlags } from "./command.ts";
import { checkSshdConfig } from "../check-sshd-config.ts";
import { systemctl } from "./systemctl.ts";

const KERNEL_NAME_PATH = "/proc/sys/kernel/hostname";

/** hostname(1), networkctl(1), shutdown(8), systemctl(1), update-ca-certificates(8), visudo(8), sshd(8), ssh-keygen(1), as far as they are used. */
export function systemCommands(): readonly LinuxCommand[] {
  return [hostname, networkctl, shutdown, systemctl, updateCaCertificates, visudo, sshd, sshKeygen];
}

const hostname: LinuxCommand = {
  path: "/usr/bin/hostname",
  isChange: (args) => args.length > 0,
  run({ fs }, args) {
    const [name, ...rest] = args;
    if (name === undefined) {
      return done(Buffer.from(fs.readBytes(KERNEL_NAME_PATH)).toString());
    }
    if (name.startsWith("-") || rest.length > 0) {
      return failed(255, `hostname: unknown option -- '${name}'`);
    }
    fs.write(KERNEL_NAME_PATH, `${name}\n`);
    return done();
  },
};

const networkctl: LinuxCommand = {
  path: "/usr/bin/networkctl",
  isChange: () => true,
  run: (_ctx, args) =>
    args.join(" ") === "reload"
      ? done()
      : failed(1, `Unknown command verb '${args[0] ?? ""}', did you mean 'reload'?`),
};

/** The machine keeps running, so that a test can look at it. */
const shutdown: LinuxCommand = {
  path: "/sbin/shutdown",
  isChange: () => true,
  run(_ctx, args) {
    const [flag = "", time = ""] = args;
    return /^-[rPHhc]$/u.test(flag) && /^(?:now|\+\d+)?$/u.test(time)
      ? done()
      : failed(1, `shutdown: unrecognized option '${flag} ${time}'`);
  },
};

const ANCHORS = "/usr/local/share/ca-certificates";

/** Appends what is in /usr/local/share/ca-certificates; the list of the package's own is not looked at. */
const updateCaCertificates: LinuxCommand = {
  path: "/usr/sbin/update-ca-certificates",
  isChange: () => true,
  run({ fs }, args) {
    if (args.length > 0) {
      return failed(1, `Unknown option ${args[0] ?? ""}`);
    }
    const names = fs.stat(ANCHORS)?.kind === "directory" ? fs.list(ANCHORS) : [];
    const added = names.filter((name) => name.endsWith(".crt"));
    const texts = added.map((name) => Buffer.from(fs.readBytes(`${ANCHORS}/${name}`)).toString());
    fs.write("/etc/ssl/certs/ca-certificates.crt", texts.join(""), { mode: 0o644 });
    return done(`${added.length} added, 0 removed; done.\n`);
  },
};

/** Takes whatever looks like a rule: "user host = …". */
const visudo: LinuxCommand = {
  path: "/usr/sbin/visudo",
  isChange: (args) => !args.includes("-c"),
  run({ stdin }) {
    const lines = stdin.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const wrong = lines.find((line) => !/^\S+\s+\S.*=/u.test(line));
    return wrong === undefined ? done() : failed(1, "stdin: syntax error");
  },
};

const sshd: LinuxCommand = {
  path: "/usr/sbin/sshd",
  isChange: () => false,
  run({ fs }, args) {
    const wrong = checkSshdConfig(fs, args);
    return wrong === undefined ? done() : failed(255, wrong);
  },
};

/** -t → the type as the public key has it. */
const KEY_TYPES: Readonly<Record<string, string>> = {
  ecdsa: "ecdsa-sha2-nistp256",
  ed25519: "ssh-ed25519",
  rsa: "ssh-rsa",
};

const sshKeygen: LinuxCommand = {
  path: "/usr/bin/ssh-keygen",
  isChange: () => true,
  run(ctx, args) {
    const flags = readFlags(args, ["-t", "-N", "-f", "-C", "-b"], ["-q"]);
    if (typeof flags === "string") {
      return failed(1, `unknown option -- ${flags}`);
    }
    const name = flags.values.get("-t") ?? "ed25519";
    const path = flags.values.get("-f");
    const type = Object.hasOwn(KEY_TYPES, name) ? KEY_TYPES[name] : undefined;
    if (type === undefined) {
      return failed(255, `unknown key type ${name}`);
    }
    if (path === undefined || ctx.fs.stat(path) !== undefined) {
      return failed(1, `${path ?? "The file"} already exists.\nOverwrite (y/n)? `);
    }
    makeKeyPair(ctx, path, type);
    return done();
  },
};

/** Looks like a pair; nobody can log in with it. */
function makeKeyPair(ctx: LinuxCommandContext, path: string, type: string): void {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  const blob = Buffer.concat([head, Buffer.from(type), ctx.randomBytes(32)]).toString("base64");
  ctx.fs.write(path, "simulated\n", { mode: 0o600 });
  ctx.fs.write(`${path}.pub`, `${type} ${blob} root@simulated\n`);
}
