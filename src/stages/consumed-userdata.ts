import type { ProcessedUserData } from "../userdata/process-userdata.ts";

/** What user-data and vendor-data say, taken in once per boot by init. */
export interface ConsumedUserData {
  readonly user: ProcessedUserData;
  readonly vendor?: ProcessedUserData;
  readonly vendor2?: ProcessedUserData;
}
