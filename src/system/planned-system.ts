import type { Change } from "./change.ts";
import { observeSystem } from "./observed-system.ts";
import { createOverlayFileSystem } from "./overlay-file-system.ts";
import type { ExecResult, HttpResponse, System } from "./system.ts";

const DONE: ExecResult = { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 0 };

/**
 * A system that makes no change to `base`, and the list of those it was asked for. Queries go to
 * `base`; files written are seen by later reads, in memory; a command counts as done, with exit
 * code 0, no output and no `verify`; a request is answered with status 200 and no body.
 */
export function planSystem(base: System): {
  readonly system: System;
  readonly changes: readonly Change[];
} {
  const changes: Change[] = [];
  const planned: System = {
    ...base,
    fs: createOverlayFileSystem(base.fs, { nowMs: () => base.clock.now().getTime() }),
    exec: {
      query: (argv, options) => base.exec.query(argv, options),
      run: async () => DONE,
    },
    http: {
      async request(request) {
        return request.effect === "query" ? base.http.request(request) : emptyResponse();
      },
    },
  };
  return { system: observeSystem(planned, (change) => changes.push(change)), changes };
}

function emptyResponse(): HttpResponse {
  return { status: 200, headers: {}, body: new Uint8Array() };
}
