/** In the environment of user code: the process that holds the stage lock. A script may call `cloud-init single`, which must not wait for the stage that waits for it. */
export const LOCK_HOLDER_VARIABLE = "CLOUD_INIT_LOCK_HOLDER";
