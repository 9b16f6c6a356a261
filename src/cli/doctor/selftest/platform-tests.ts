import { commandTests } from "../../../distros/posix/self-test-commands.ts";
import type { PlatformTest } from "../../../distros/self-test-adapter.ts";
import { fileTests } from "./file-tests.ts";
import { runtimeTests } from "./runtime-tests.ts";

/** Everything that the program relies on in its runtime and in any system. */
export function platformTests(): readonly PlatformTest[] {
  return [...runtimeTests(), ...fileTests(), ...commandTests()];
}
