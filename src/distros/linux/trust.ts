import { isFile } from "../../system/files.ts";
import type { DistroContext } from "../distro.ts";
import { type AnchorPlace, ensureAnchorFiles } from "../posix/anchor-files.ts";
import { editFile } from "../posix/edit-file.ts";
import type { TrustAdapter } from "../trust-adapter.ts";

const DEBIAN: AnchorPlace = {
  directory: "/usr/local/share/ca-certificates",
  update: ["/usr/sbin/update-ca-certificates"],
  bundle: "/etc/ssl/certs/ca-certificates.crt",
};
const DEBIAN_LIST = "/etc/ca-certificates.conf";
const RED_HAT: AnchorPlace = {
  directory: "/etc/pki/ca-trust/source/anchors",
  update: ["/usr/bin/update-ca-trust", "extract"],
  bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
};
/** A file here of the same name takes the place of the one that the package brings (update-ca-trust(8)). */
const RED_HAT_DEFAULTS = "/usr/share/pki/ca-trust-source";
const RED_HAT_MASKS = "/etc/pki/ca-trust/source/blocklist";

/** Debian's ca-certificates, or Red Hat's ca-trust. */
export function createLinuxTrust({ sys }: DistroContext, family: string): TrustAdapter {
  const place = family === "redhat" ? RED_HAT : DEBIAN;

  /** Debian: a "!" before each line of the list keeps that certificate out (update-ca-certificates(8)). */
  function removeDebianDefaults(): boolean {
    const keepOut = (text: string): string =>
      text
        .split("\n")
        .map((line) => (/^(?:#|!|\s*$)/u.test(line) ? line : `!${line}`))
        .join("\n");
    return editFile(sys.fs, DEBIAN_LIST, keepOut) !== undefined;
  }

  return {
    async ensureTrusted(certificates, options) {
      const [program = ""] = place.update;
      if (!isFile(sys.fs, program)) {
        throw new Error(
          `there is no ${program}: put "ca-certificates" into packages, or into the image`,
        );
      }
      if (!options.removesDefaults) {
        return ensureAnchorFiles(sys, place, certificates);
      }
      if (place === DEBIAN) {
        return ensureAnchorFiles(sys, place, certificates, removeDebianDefaults());
      }
      const outcome = await ensureAnchorFiles(sys, place, certificates);
      const message = `remove_defaults has no effect here: the certificates come from ${RED_HAT_DEFAULTS}; block what is not wanted in ${RED_HAT_MASKS}`;
      return { ...outcome, problems: [...outcome.problems, { message, severity: "warning" }] };
    },
  };
}
