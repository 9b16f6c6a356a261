/** Services by the names that their software gives them: "puppet", "salt-minion". */
export interface NamedServiceAdapter {
  /**
   * The first of `names` that the system knows runs now and after each boot. `restarts`: one that
   * runs already takes notice of what was written. True if something had to change. Throws an
   * UnknownServiceError where the system knows none of them.
   */
  ensureEnabledAndRunning(
    names: readonly string[],
    options?: { readonly restarts?: boolean },
  ): Promise<boolean>;
  /** Does not run, nor after a boot. One that nobody knows is so already. True if something had to change. */
  ensureDisabledAndStopped(names: readonly string[]): Promise<boolean>;
}
