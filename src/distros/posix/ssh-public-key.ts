import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";

/**
 * The line of the public key that belongs to a private key without passphrase, as `ssh-keygen -y`
 * prints it: "type base64". Reads OpenSSH's own format (PROTOCOL.key), and the PEM forms of RSA,
 * EC and Ed25519 keys. Throws a SyntaxError, which never holds key material, for anything else.
 */
export function derivePublicKey(privateKey: string): string {
  const blob = privateKey.includes(OPENSSH_BEGIN)
    ? readOpensshBlob(privateKey)
    : readPemBlob(privateKey);
  return `${readString(blob, 0).toString("latin1")} ${blob.toString("base64")}`;
}

const OPENSSH_BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
const OPENSSH_END = "-----END OPENSSH PRIVATE KEY-----";
const OPENSSH_MAGIC = "openssh-key-v1\0";

/** The public part stands in the clear: magic, cipher, kdf, kdf options, count, public key. */
function readOpensshBlob(text: string): Buffer {
  const begin = text.indexOf(OPENSSH_BEGIN) + OPENSSH_BEGIN.length;
  const end = text.indexOf(OPENSSH_END, begin);
  const bytes = Buffer.from(text.slice(begin, end === -1 ? text.length : end), "base64");
  if (bytes.subarray(0, OPENSSH_MAGIC.length).toString("latin1") !== OPENSSH_MAGIC) {
    throw new SyntaxError("Cannot read a private key: it does not begin as OpenSSH's format does");
  }
  let at = OPENSSH_MAGIC.length;
  for (let skipped = 0; skipped < 3; skipped += 1) {
    at += 4 + readString(bytes, at).length;
  }
  return readString(bytes, at + 4);
}

function readPemBlob(text: string): Buffer {
  let jwk: Jwk;
  try {
    jwk = exportJwk(text);
  } catch {
    // The cause is left out: some of OpenSSL's messages quote the input.
    throw new SyntaxError(
      "Cannot read a private key: expected OpenSSH's format or PEM, without a passphrase",
    );
  }
  switch (jwk.kty) {
    case "RSA":
      return encode("ssh-rsa", toMpint(jwk.e), toMpint(jwk.n));
    case "EC":
      return encodeEc(jwk);
    case "OKP":
      if (jwk.crv === "Ed25519") {
        return encode("ssh-ed25519", fromBase64Url(jwk.x));
      }
      break;
    default:
      break;
  }
  throw new SyntaxError("Cannot read a private key: SSH has no use for its type");
}

type Jwk = ReturnType<typeof exportJwk>;

function exportJwk(text: string) {
  return createPublicKey(text).export({ format: "jwk" });
}

/** RFC 5656 §3.1: curve name, then the uncompressed point. */
function encodeEc(jwk: Jwk): Buffer {
  const curve = jwk.crv?.replace("P-", "nistp") ?? "";
  if (!/^nistp(?:256|384|521)$/u.test(curve)) {
    throw new SyntaxError("Cannot read a private key: SSH has no use for its curve");
  }
  const point = Buffer.concat([Buffer.of(4), fromBase64Url(jwk.x), fromBase64Url(jwk.y)]);
  return encode(`ecdsa-sha2-${curve}`, Buffer.from(curve), point);
}

/** RFC 4251 §5: strings with their length in front. */
function encode(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    [Buffer.from(type), ...parts].flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

/** A positive number: a zero byte in front where the first bit is set. */
function toMpint(base64Url: string | undefined): Buffer {
  const bytes = fromBase64Url(base64Url);
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function fromBase64Url(text: string | undefined): Buffer {
  return Buffer.from(text ?? "", "base64url");
}

function readString(bytes: Buffer, at: number): Buffer {
  const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : -1;
  if (length < 0 || at + 4 + length > bytes.length) {
    throw new SyntaxError("Cannot read a private key: it is cut short");
  }
  return bytes.subarray(at + 4, at + 4 + length);
}
