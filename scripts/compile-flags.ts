/** What `bun build` is given for a binary of ours. */
export const COMPILE_FLAGS: readonly string[] = [
  "--compile",
  "--minify",
  "--bytecode",
  // Each dynamic import becomes a chunk with bytecode of its own: --version and cloud-init-per
  // then start as fast as an empty program, however large the rest gets.
  "--format=esm",
  "--splitting",
  // Code is compiled just in time after twenty times the usual count of runs: a stage is over before
  // that work pays, and it was a fifth of a boot. 10 MB of user-data take a tenth more than without.
  "--compile-jit-policy=20",
  // Without these four the binary would obey a .env or bunfig.toml in the directory it is started
  // in. Never strip the result: it would become the plain Bun.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
];
