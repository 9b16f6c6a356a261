import { isDirectory, isFile } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { ensureAnchorFiles } from "../posix/anchor-files.ts";
import { editFile } from "../posix/edit-file.ts";
import { setMarkedBlock } from "../posix/marked-block.ts";
import type { TrustAdapter, TrustOutcome } from "../trust-adapter.ts";

/** Of the AIX Toolbox's ca-certificates ≥ 2023 [U]. */
const ANCHORS = "/opt/freeware/etc/pki/ca-trust/source/anchors";
const UPDATE_CA_TRUST = ["/opt/freeware/bin/update-ca-trust", "/usr/bin/update-ca-trust"];
/** Which bundles update-ca-trust makes there is unconfirmed: whether it came to its end is kept here. */
const UPDATE_MARK = "/opt/freeware/etc/pki/ca-trust/cloud-init-update";
/** What OpenSSL and curl of AIX and of the toolbox read; the second on older levels. */
const BUNDLES = ["/var/ssl/certs/ca-bundle.crt", "/var/ssl/cert.pem"];
const MARKS = {
  begin: "# Certificates of cloud-init: begin",
  end: "# Certificates of cloud-init: end",
};

/**
 * The toolbox's anchors where its update-ca-trust is there, else a marked part at the end of the
 * bundle that OpenSSL reads. AIX itself brings no program for that.
 */
export function createAixTrust({ sys }: DistroContext): TrustAdapter {
  async function ensureTrusted(
    certificates: readonly string[],
    options: { readonly removesDefaults: boolean },
  ): Promise<TrustOutcome> {
    const problems: Problem[] = [];
    if (options.removesDefaults) {
      problems.push({
        message:
          "remove_defaults has no effect on AIX: programs share the bundle, and nothing brings it back. Take what is not wanted out of it in the image",
        severity: "warning",
      });
    }
    const update = UPDATE_CA_TRUST.find((path) => isFile(sys.fs, path));
    if (update !== undefined && isDirectory(sys.fs, ANCHORS)) {
      const place = { directory: ANCHORS, update: [update, "extract"], mark: UPDATE_MARK };
      const { changed } = await ensureAnchorFiles(sys, place, certificates);
      return { changed, problems };
    }
    const bundle = BUNDLES.find((path) => isFile(sys.fs, path));
    if (bundle === undefined) {
      problems.push({
        message: `Certificates are not added: there is no bundle (looked for ${BUNDLES.join(", ")}). Install ca-certificates of the AIX Toolbox in the image`,
        severity: "warning",
      });
      return { changed: false, problems };
    }
    return { changed: editBundle(bundle, certificates), problems };
  }

  function editBundle(bundle: string, certificates: readonly string[]): boolean {
    const lines = certificates.flatMap((certificate) => certificate.trimEnd().split("\n"));
    return editFile(sys.fs, bundle, (text) => setMarkedBlock(text, MARKS, lines)) !== undefined;
  }

  return { ensureTrusted };
}
