/** In an instance's directory: what growpart and resizefs have done and seen. */
export const GROWTH_FILE = "growth.json";
