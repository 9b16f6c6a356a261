// What "bun:test" is on Node.js: as much of it as the suite uses, and nothing else, so that a test
// that needs more is told so by a TypeError on its first run.
export { expect } from "./expect.ts";
export { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./declare.ts";
