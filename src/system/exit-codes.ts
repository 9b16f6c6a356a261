/** As timeout(1) ends. */
export const EXIT_TIMED_OUT = 124;
/** Who was ended by signal 9 has the exit code 137. */
export const SIGNAL_EXIT_BASE = 128;
