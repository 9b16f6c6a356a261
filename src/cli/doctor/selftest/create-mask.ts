import { findKnownSecrets } from "../../collect/known-secrets.ts";
import { maskText } from "../../collect/mask-text.ts";
import type { Patient } from "../patient.ts";

/** Takes out the secrets that this machine's configuration and metadata hold, and what looks like one. */
export function createMask({ sys, paths, config, lastConfig }: Patient): (text: string) => string {
  const secrets = findKnownSecrets(sys, paths, { configs: [config, lastConfig], files: [] });
  return (text) => maskText(text, secrets);
}
