import type { FileSystem, System } from "../../system/system.ts";

/** No question may take longer: a machine whose device database hangs is what one asks a doctor about. */
const QUERY_TIMEOUT_MS = 20_000;
/** In all, for what asks again until something answers. */
const SLEEP_TOTAL_MS_MAX = 20_000;

/** The machine for somebody who only asks: what would change it throws, and every question has an end. */
export function createReadOnlySystem(base: System): System {
  let sleptMs = 0;
  return {
    ...base,
    fs: createReadOnlyFiles(base.fs),
    exec: {
      query: (argv, options = {}) =>
        base.exec.query(argv, {
          ...options,
          timeoutMs: Math.min(options.timeoutMs ?? QUERY_TIMEOUT_MS, QUERY_TIMEOUT_MS),
        }),
      run: (argv) => Promise.reject(refusal(argv[0] ?? "")),
    },
    http: {
      request: ({ url }) => Promise.reject(refusal(new URL(url).host)),
    },
    clock: {
      now: () => base.clock.now(),
      monotonicMs: () => base.clock.monotonicMs(),
      uptimeSeconds: () => base.clock.uptimeSeconds(),
      async sleep(ms) {
        sleptMs += ms;
        if (sleptMs > SLEEP_TOTAL_MS_MAX) {
          throw new Error(
            `No answer came within ${SLEEP_TOTAL_MS_MAX / 1_000} seconds, it is not waited for any longer`,
          );
        }
        await base.clock.sleep(ms);
      },
    },
  };
}

function createReadOnlyFiles(base: FileSystem): FileSystem {
  const refuse = (path: string): never => {
    throw refusal(path);
  };
  return {
    readBytes: (path) => base.readBytes(path),
    readBytesIfExists: (path) => base.readBytesIfExists(path),
    stat: (path) => base.stat(path),
    readLink: (path) => base.readLink(path),
    list: (path) => base.list(path),
    open: (path) => base.open(path),
    write: refuse,
    append: refuse,
    setAttributes: refuse,
    makeDirectory: refuse,
    symlink: (_target, path) => refuse(path),
    remove: refuse,
    flush: () => {},
  };
}

function refusal(what: string): Error {
  return new Error(`Cannot change "${what}": only questions are asked here`);
}
