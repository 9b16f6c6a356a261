import { urlWithoutSecrets } from "./http-error.ts";
import type { Change } from "./change.ts";
import type { Exec, FileAttributes, FileSystem, Http, System } from "./system.ts";

/**
 * `base`, with a listener that hears of every change before it is made: `exec.run`, what `fs`
 * writes, requests with the effect "change". Reads pass through unheard.
 */
export function observeSystem(base: System, onChange: (change: Change) => void): System {
  return {
    ...base,
    fs: observeFileSystem(base.fs, onChange),
    exec: observeExec(base.exec, onChange),
    http: observeHttp(base.http, onChange),
  };
}

/** `base`, with a listener that hears of every change before it is made. */
export function observeFileSystem(
  base: FileSystem,
  onChange: (change: Change) => void,
): FileSystem {
  return {
    readBytes: (path) => base.readBytes(path),
    readBytesIfExists: (path) => base.readBytesIfExists(path),
    stat: (path) => base.stat(path),
    readLink: (path) => base.readLink(path),
    list: (path) => base.list(path),
    open: (path) => base.open(path),
    write(path, content, options = {}) {
      onChange({ kind: "write", path, content: toBytes(content), ...attributesOf(options) });
      base.write(path, content, options);
    },
    append(path, content, options = {}) {
      onChange({ kind: "append", path, content: toBytes(content), ...attributesOf(options) });
      base.append(path, content, options);
    },
    setAttributes(path, attributes) {
      onChange({ kind: "attributes", path, ...attributesOf(attributes) });
      base.setAttributes(path, attributes);
    },
    makeDirectory(path, options = {}) {
      onChange({ kind: "directory", path, ...attributesOf(options) });
      base.makeDirectory(path, options);
    },
    symlink(target, path, options) {
      onChange({ kind: "symlink", path, target });
      base.symlink(target, path, options);
    },
    remove(path) {
      onChange({ kind: "remove", path });
      base.remove(path);
    },
    flush() {
      base.flush();
    },
  };
}

function observeExec(base: Exec, onChange: (change: Change) => void): Exec {
  return {
    query: (argv, options) => base.query(argv, options),
    run(argv, options = {}) {
      onChange({
        kind: "command",
        argv,
        hasStdin: options.stdin !== undefined,
        owner: options.owner ?? "agent",
      });
      return base.run(argv, options);
    },
  };
}

function observeHttp(base: Http, onChange: (change: Change) => void): Http {
  return {
    request(request) {
      if (request.effect === "change") {
        onChange({ kind: "request", method: request.method, url: urlWithoutSecrets(request.url) });
      }
      return base.request(request);
    },
  };
}

function attributesOf(options: FileAttributes): FileAttributes {
  return {
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.owner === undefined ? {} : { owner: options.owner }),
  };
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
