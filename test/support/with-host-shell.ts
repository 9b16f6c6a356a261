import { createHostSystem } from "../../src/system/host-system.ts";
import type { System } from "../../src/system/system.ts";

const HOST_PROGRAMS = new Set([
  "/bin/sh",
  "/bin/cat",
  "/bin/sleep",
  "/no-such-directory/no-such-command",
]);

/**
 * A simulated machine on which the shell, cat and sleep are those of the machine that runs the tests,
 * together with the files below `shared`; what is not there is not found.
 */
export function withHostShell(base: System, shared = "/var/tmp/"): System {
  const host = createHostSystem();
  const fsOf = (path: string): System["fs"] =>
    path.startsWith(`${shared}cloud-init-selftest-`) ? host.fs : base.fs;
  return {
    ...base,
    process: { ...base.process, uid: host.process.uid },
    random: host.random,
    clock: {
      now: () => base.clock.now(),
      monotonicMs: () => host.clock.monotonicMs(),
      uptimeSeconds: () => base.clock.uptimeSeconds(),
      sleep: async (ms) => {
        await host.clock.sleep(Math.min(ms, 100));
        await base.clock.sleep(ms);
      },
    },
    fs: {
      ...base.fs,
      readBytes: (path) => fsOf(path).readBytes(path),
      readBytesIfExists: (path) =>
        (path.startsWith("/proc/") ? host.fs : fsOf(path)).readBytesIfExists(path),
      stat: (path) => fsOf(path).stat(path),
      readLink: (path) => fsOf(path).readLink(path),
      list: (path) => fsOf(path).list(path),
      open: (path) => fsOf(path).open(path),
      write: (path, content, options) => fsOf(path).write(path, content, options),
      append: (path, content, options) => fsOf(path).append(path, content, options),
      setAttributes: (path, attributes) => fsOf(path).setAttributes(path, attributes),
      makeDirectory: (path, options) => fsOf(path).makeDirectory(path, options),
      symlink: (target, path, options) => fsOf(path).symlink(target, path, options),
      remove: (path) => fsOf(path).remove(path),
    },
    exec: {
      ...base.exec,
      query: (argv, options) =>
        HOST_PROGRAMS.has(argv[0] ?? "") || (argv[0] ?? "").startsWith(shared)
          ? host.exec.query(argv, options)
          : base.exec.query(argv, options),
    },
  };
}
