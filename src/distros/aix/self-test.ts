import type { SelfTestAdapter } from "../self-test-adapter.ts";
import { aixDeviceQuestions } from "./self-test-devices.ts";
import { aixNetworkQuestions } from "./self-test-network.ts";
import { aixSystemQuestions } from "./self-test-system.ts";
import { aixToldQuestions } from "./self-test-told.ts";
import { aixVolumeQuestions } from "./self-test-volumes.ts";

/** What a boot asks of AIX, and what is still open about it (aix/commands.md §16). */
export function createAixSelfTest(): SelfTestAdapter {
  return {
    questions: [
      ...aixSystemQuestions(),
      ...aixDeviceQuestions(),
      ...aixNetworkQuestions(),
      ...aixVolumeQuestions(),
      ...aixToldQuestions(),
    ],
  };
}
