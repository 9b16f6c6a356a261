import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

/**
 * Where the certificates stand that this machine trusts, the first that is there counts: AIX
 * (Toolbox's ca-certificates, then OpenSSL's own directory), Debian, RHEL, SUSE, Alpine.
 */
const BUNDLES_AIX = [
  "/var/ssl/certs/ca-bundle.crt",
  "/opt/freeware/etc/ssl/certs/ca-bundle.crt",
  "/var/ssl/cert.pem",
];
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/** A bundle of all public authorities is about 220 kB. */
const BUNDLE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * The certificates that TLS is verified with: `SSL_CERT_FILE`, else the system's, and what
 * `NODE_EXTRA_CA_CERTS` adds. Undefined where the system has none: the runtime's own count then.
 * Read at each request, since `ca_certs` may have changed it.
 */
export function readTrustBundle(
  places: readonly string[] = process.platform === "aix" ? BUNDLES_AIX : BUNDLES,
): Uint8Array | undefined {
  const { SSL_CERT_FILE: own, NODE_EXTRA_CA_CERTS: extra } = process.env;
  for (const place of own === undefined || own === "" ? places : [own, ...places]) {
    const bundle = readCertificates(place);
    if (bundle !== undefined) {
      const more = extra === undefined || extra === "" ? undefined : readCertificates(extra);
      return more === undefined ? bundle : Buffer.concat([bundle, Buffer.from("\n"), more]);
    }
  }
  return undefined;
}

/** Undefined where it is not there, cannot be read, or has no certificate in it. */
function readCertificates(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const isUsable =
      bytes.length <= BUNDLE_BYTES_MAX && bytes.includes("-----BEGIN CERTIFICATE-----");
    return isUsable ? bytes : undefined;
  } catch {
    return undefined;
  }
}
