import { version } from "../package.json" with { type: "json" };

/** The program's version, from package.json at build time: a bundle keeps this one string of it. */
export const VERSION: string = version;
