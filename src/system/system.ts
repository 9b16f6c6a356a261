/**
 * The machine, as the agent sees it. Every read of it and every change to it goes through one
 * `System` value that `main.ts` builds and hands down; nothing below touches `node:` modules that
 * act. A query only reads, a change alters the machine: the method called says which one it is.
 */
export interface System {
  readonly fs: FileSystem;
  readonly exec: Exec;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly process: ProcessInfo;
  readonly output: Output;
  /** Absent: no serial port of this machine can be used. */
  readonly serial?: Serial;
  /** Absent: no device keeps silent. */
  readonly devices?: Devices;
  /** Absent: there is no standard input. */
  readonly input?: Input;
}

/** The program's own standard input, of whatever kind it is: AIX has no /dev/stdin. */
export interface Input {
  /** All that comes until its end. Throws where it cannot be read, or more than `maxBytes` come. */
  readAll(maxBytes: number): Promise<Uint8Array>;
}

/** Serial ports, and other terminal lines. */
export interface Serial {
  /** Asks whoever is at the other end, and changes nothing. Throws where the port cannot be used, or no whole answer comes in time. */
  exchange(exchange: SerialExchange): Promise<Uint8Array>;
}

/** Devices of which a read may never end, and with it the process that reads. */
export interface Devices {
  /**
   * Names of the devices that give neither their first bytes nor an error within `timeoutMs`. Each
   * is given with all its names, which are tried in order until one can be read. Changes nothing.
   * `moreMs` is asked when that time is over and one is silent still: how long it gets beyond.
   */
  findSilent(
    devices: readonly (readonly string[])[],
    timeoutMs: number,
    moreMs?: () => Promise<number>,
  ): Promise<ReadonlySet<string>>;
}

/** One request on a line in raw mode without echo, and the answer to it. */
export interface SerialExchange {
  /** Of the device. What has come from it before is thrown away. */
  readonly path: string;
  readonly request: Uint8Array;
  /** The answer ends with the first byte of this value behind its beginning. */
  readonly endByte: number;
  /** Bytes before the beginning of the answer, which are no part of it. */
  readonly skippedBytes: readonly number[];
  readonly writeTimeoutMs: number;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** A longer answer is an error. */
  readonly maxBytes: number;
}

/** Synchronous: a boot agent has nothing else to do meanwhile. Absolute paths, bytes. */
export interface FileSystem {
  /** Throws an Error whose `code` is ENOENT, EACCES, EISDIR, … Follows links. */
  readBytes(path: string): Uint8Array;
  /** Undefined where nothing is there (ENOENT, ENOTDIR); other failures throw. */
  readBytesIfExists(path: string): Uint8Array | undefined;
  /** Does not follow links. Undefined where nothing is there. */
  stat(path: string): FileStat | undefined;
  /** The target of a symbolic link as stored, or undefined where there is none. */
  readLink(path: string): string | undefined;
  /** Sorted names by byte order; throws ENOENT or ENOTDIR. */
  list(path: string): readonly string[];
  /** For discs and images: positional reads, never the whole file. */
  open(path: string): RandomAccessFile;
  /** All or nothing: a temporary file beside it, mode and owner set before the content, then renamed. Makes missing parent directories (0755). A link at `path` is written through to its target. */
  write(path: string, content: string | Uint8Array, options?: WriteOptions): void;
  /** `options` are for a file that is not there yet (default 0644); an existing one, a log say, keeps its mode and owner. Makes missing parent directories. */
  append(path: string, content: string | Uint8Array, options?: FileAttributes): void;
  setAttributes(path: string, attributes: FileAttributes): void;
  /** Makes missing parents too (0755). An existing directory keeps its attributes. */
  makeDirectory(path: string, options?: FileAttributes): void;
  /** All or nothing. Replaces a link or nothing; throws EEXIST over a directory, and over a file unless `replacesFile` says otherwise. */
  symlink(target: string, path: string, options?: SymlinkOptions): void;
  /** A whole tree, without following links; nothing there is fine. */
  remove(path: string): void;
  /** Makes everything written so far without `durable` survive a power cut. */
  flush(): void;
}

export interface FileStat {
  readonly kind: "file" | "directory" | "symlink" | "device" | "other";
  readonly sizeBytes: number;
  /** Permission bits only, e.g. 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
}

/** `owner` is "user", "user:group" or ":group" by name or number, so that a plan need not know the id of a user not yet made. */
export interface FileAttributes {
  readonly mode?: number;
  readonly owner?: string;
}

export interface WriteOptions extends FileAttributes {
  /** True: on disk (file and directory) when the call returns. Else at the next `flush`. */
  readonly durable?: boolean;
  /** True: throws EEXIST where anything is at the path; of two writers at once only one succeeds. */
  readonly exclusive?: boolean;
}

export interface SymlinkOptions {
  /** True: also takes the place of a regular file. */
  readonly replacesFile?: boolean;
}

export interface RandomAccessFile {
  /** Undefined for devices that do not tell. */
  readonly sizeBytes: number | undefined;
  /** May return fewer bytes than asked for at the end of the file, never more. */
  read(offsetBytes: number, lengthBytes: number): Uint8Array;
  close(): void;
}

export interface Exec {
  /** Runs a command that only reads. Runs for real in a plan. */
  query(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command that changes the machine. Recorded, not run, in a plan. */
  run(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}

export interface ExecOptions {
  /** Default [0]; other exit codes throw a CommandError. "any" never throws, not even for a missing program (127), one that is not executable (126) or a time-out (124). */
  readonly okExitCodes?: readonly number[] | "any";
  /** Never logged: secrets go here, not into argv. */
  readonly stdin?: string;
  /** Added to a fixed environment: PATH with the system's directories, LC_ALL=C, ODMDIR on AIX. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 300,000 for our own helpers, none for `owner: "user"`. */
  readonly timeoutMs?: number;
  /** The agent's own standard input, for `cloud-init-per`; `stdin` wins. Absent: nothing to read. */
  readonly inheritStdin?: boolean;
  /** "inherit": to where the stage's output goes, nothing is captured. Default "capture". */
  readonly output?: "capture" | "inherit";
  /** Of each captured stream, no more than so many bytes are held: its beginning and its end, with a line between that says what was left out. Absent: all of it, and who writes more than 256 MiB is ended. */
  readonly captureMaxBytes?: number;
  /** Whose code it is. User code is ended (whole process group) by SIGTERM to the agent; our own commands (chdev …) are waited for. Default "agent". */
  readonly owner?: "agent" | "user";
  readonly cwd?: string;
  /** Left to run on its own once this process has ended, at the latest after so long; the call returns at once, and only says whether it could be left so. */
  readonly afterAgent?: { readonly waitsMs: number };
  /** Goes on whatever becomes of this process, which no signal to it ends either. The call returns with its end, or after so long, and then with exit code 0. Nothing is captured but standard error. */
  readonly detached?: { readonly watchMs: number };
  /** Only with `output: "inherit"`. Where the command really runs, this script runs in its place; in a plan and on a simulated machine `argv` stands for itself. */
  readonly reporting?: ReportingScript;
  /** Checked after the command really ran, never in a plan. Returns what is wrong. */
  readonly verify?: () => Promise<string | undefined>;
}

/** A script for /bin/sh that does what a command does, and tells on descriptor 3 how far it is. */
export interface ReportingScript {
  readonly text: string;
  /** Where it is kept while it runs, readable by nobody else. Where that fails, the command runs. */
  readonly path: string;
  /** Called with each line that the script writes to descriptor 3, in order. What it returns is written back as a line, for which the script may wait. */
  onLine(line: string): string;
}

export interface ExecResult {
  /** 128 + n where signal n ended it; 124 after a time-out. */
  readonly exitCode: number;
  /** "SIGSEGV"; absent where no signal ended it. */
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

export interface Http {
  /** Throws an HttpError when no answer came; any status is an answer. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: "GET" | "PUT" | "POST";
  readonly url: string;
  /** EC2's token PUT is a query, phone_home's POST a change. */
  readonly effect: "query" | "change";
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A longer body is an HttpError. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Shown to servers that ask for one, over https; not to those that a redirect leads to elsewhere. */
  readonly clientCertificate?: ClientCertificate;
  /** For the connection alone. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** A redirect to another host or scheme is an HttpError. */
  readonly sameHostOnly?: boolean;
  /** The connection may serve the next such request to the same server; not for https. */
  readonly keepAlive?: boolean;
  /** Ends the exchange in an HttpError. */
  readonly signal?: AbortSignal;
}

/** PEM. */
export interface ClientCertificate {
  readonly certificate: Uint8Array;
  /** Absent: the certificate's file holds the key too. */
  readonly key?: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Clock {
  now(): Date;
  /** For durations and deadlines: not moved by NTP. */
  monotonicMs(): number;
  /** Undefined where the system does not tell (os.uptime() can throw on AIX). */
  uptimeSeconds(): number | undefined;
  sleep(ms: number): Promise<void>;
}

export interface Random {
  /** From the system's CSPRNG. */
  bytes(count: number): Uint8Array;
}

export interface ProcessInfo {
  /** Absent where there is no carrier. */
  readonly carriedRuntime?: CarriedRuntime;
  /** As `process.platform`: "aix", "linux". */
  readonly platform: string;
  readonly arch: string;
  /** "bun 1.4.5", "node v22.12.0". */
  readonly runtime: string;
  readonly uid: number;
  readonly pid: number;
  readonly ppid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that runs, for `install` and for handing on to children. */
  readonly executablePath: string;
  /** What uname(2) says, without a command; absent where nothing tells. */
  readUname?(): Promise<Uname>;
  /** In which order this machine's memory has the bytes of a number; absent where nothing tells. */
  readByteOrder?(): Promise<"big" | "little">;
  /** What gethostname(2) says, without a command: on AIX another name than uname(2)'s. Absent where nothing tells. */
  readHostname?(): Promise<string>;
}

/** The runtime that a carrier brought. */
export interface CarriedRuntime {
  /** Where it is unpacked. */
  readonly directory: string;
  /** Where its libraries are found, as LIBPATH; empty where it needs none told. */
  readonly libraryPath: string;
}

/** As libuv gives it: of AIX 7.3, `release` is "7.3" and `version` "7". */
export interface Uname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

/** The stage's own standard output and error, and where its children write with `output: "inherit"`. */
export interface Output {
  write(stream: "stdout" | "stderr", text: string): void;
  /** Straight to the console device, without ever blocking on it; silently nowhere if there is none. */
  writeConsole(text: string): void;
  /** Whether `stream` is a terminal (for colours). */
  isTerminal(stream: "stdout" | "stderr"): boolean;
  /** Whether what is written to `stream` shows on the terminal that the program was started on: there is one, and the stream goes there still, or by a "tee". Absent: nobody looks on. */
  isWatched?(stream: "stdout" | "stderr"): boolean;
  /** From here on, both streams and all children go there; a stream without a target stays where it is. Throws when a target cannot be opened; the old ones then stay. */
  redirect(targets: OutputTargets): Promise<void>;
  /** A place in the output, for `tailSince`. */
  mark(): number;
  /** The last lines that arrived since `mark`, none without its beginning, the final newline left out; "" where the output does not go to a file. */
  tailSince(mark: number, lineCountMax: number): string;
  /** Everything written has arrived, pipes are closed and their readers have ended (waits at most a few seconds). */
  close(): Promise<void>;
}

export interface OutputTargets {
  readonly stdout?: OutputTarget;
  /** "&1": where stdout goes. */
  readonly stderr?: OutputTarget | "&1";
}

/** Meaning of `output:` in cloud.cfg: `> F`, `>> F`, `| tee -a F`, `| COMMAND`. "tee" writes to the file itself, and what arrives there is shown on the process's own stream. New files have mode 0640. */
export type OutputTarget =
  | { readonly kind: "truncate" | "append" | "tee"; readonly path: string }
  | { readonly kind: "pipe"; readonly command: string };
