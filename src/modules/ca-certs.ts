import { X509Certificate } from "node:crypto";
import { Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { parseBoolean } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

const TEXT_LENGTH_MAX = 1024 * 1024;
/** Of one text: more than the bundle of any system has. */
const BLOCKS_MAX = 1_000;
const BEGIN = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/u;
const END = /-----END (?:TRUSTED |X509 )?CERTIFICATE-----/u;

const settings = Type.Object(
  {
    trusted: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: "Certificates as PEM texts.",
      }),
    ),
    remove_defaults: Type.Optional(
      Type.Boolean({ description: "Trust those alone. Not on AIX and Red Hat. Default false." }),
    ),
    "remove-defaults": Type.Optional(Type.Boolean({ description: "The same." })),
  },
  { description: "Certificates of authorities to trust." },
);

/** Authorities whose certificates the machine trusts (compat modules.md, ca_certs). */
export const caCerts = defineModule({
  name: "ca_certs",
  title: "Certificates of authorities",
  description: [
    "Adds certificates to those that the machine's programs trust. Each is looked into: what is no",
    "certificate is left out with its place, and the others are added.",
    "",
    "On AIX: anchors and `update-ca-trust` where the AIX Toolbox has it, else a marked part at the",
    "end of `/var/ssl/certs/ca-bundle.crt` (older: `/var/ssl/cert.pem`); `remove_defaults` has no",
    "effect. On Linux: Debian's `/usr/local/share/ca-certificates` and `update-ca-certificates`, Red",
    "Hat's `/etc/pki/ca-trust/source/anchors` and `update-ca-trust`. Source: update-ca-certificates(8),",
    "update-ca-trust(8).",
  ].join("\n"),
  aix: "anchors of the AIX Toolbox, else a marked part of `/var/ssl/certs/ca-bundle.crt`",
  linux: "`update-ca-certificates` or `update-ca-trust`",
  frequency: "once-per-instance",
  activateByKeys: ["ca_certs", "ca-certs"],
  itemKeys: ["ca_certs", "ca-certs"],
  schema: Type.Object({
    ca_certs: Type.Optional(settings),
    "ca-certs": Type.Optional(settings),
  }),
  examples: [
    [
      "#cloud-config",
      "ca_certs:",
      "  trusted:",
      "    - |",
      "      -----BEGIN CERTIFICATE-----",
      "      MIIBfzCCASWgAwIBAgIUcvRccYjiB2kuahO/LdhUPr/ipfgwCgYIKoZIzj0EAwIw",
      "      FTETMBEGA1UEAwwKRXhhbXBsZSBDQTAeFw0yNjExMjQxMjE2MTNaFw0zNjExMjEx",
      "      MjE2MTNaMBUxEzARBgNVBAMMCkV4YW1wbGUgQ0EwWTATBgcqhkjOPQIBBggqhkjO",
      "      PQMBBwNCAAQ6kE21LwW+wjbv9h5maTCnA4Io9IfS9vpnrD3H52pVHgiOR0y0mRfS",
      "      TI1JZxssV9zsDNB/jYJMOxDnhEWgHfNZo1MwUTAdBgNVHQ4EFgQU2aNgR7tWCEWG",
      "      DNLpWsrtbEyzPkUwHwYDVR0jBBgwFoAU2aNgR7tWCEWGDNLpWsrtbEyzPkUwDwYD",
      "      VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiB74OAk5xfPcL0o2U1W2Yna",
      "      Fo5kIXSYFJ3iz4bmW++UegIhALUfuvWXramXyU4v2svR6QitHS3Jk45Q1E8MF7su",
      "      ZQmM",
      "      -----END CERTIFICATE-----",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    const key = ctx.cloudConfig["ca_certs"] === undefined ? "ca-certs" : "ca_certs";
    const written = ctx.cloudConfig[key];
    if (!isMapping(written)) {
      fail(ctx, [key], `expected a mapping with "trusted", got ${describeKind(written)}`);
      return;
    }
    const wish = written["remove_defaults"] ?? written["remove-defaults"] ?? false;
    const removesDefaults = parseBoolean(wish) ?? false;
    if (parseBoolean(wish) === undefined) {
      const message = `expected true or false, got ${describeKind(wish)}; false is used`;
      fail(ctx, [key, "remove_defaults"], message);
    }
    const certificates = readCertificates(ctx, written["trusted"], [key, "trusted"]);
    if (certificates.length === 0 && !removesDefaults) {
      ctx.log.debug("There are no certificates to add");
      return;
    }
    const { trust } = ctx.distro;
    if (trust === undefined) {
      fail(ctx, [key], "Cannot add certificates: nothing is known of them on this system");
      return;
    }
    try {
      const { changed, problems } = await trust.ensureTrusted(certificates, { removesDefaults });
      reportProblems(
        ctx,
        problems.map((problem) => Object.assign({ path: [key], ...ctx.locate([key]) }, problem)),
      );
      ctx.log.debug(
        changed
          ? `Added ${certificates.length} certificates`
          : "The certificates are trusted already",
      );
    } catch (error) {
      fail(ctx, [key], `Cannot add certificates: ${errorMessage(error)}`, error);
    }
  },
});

function fail(
  ctx: ModuleContext,
  path: readonly (string | number)[],
  message: string,
  cause?: unknown,
): void {
  ctx.fail({ message, path, ...ctx.locate(path) }, cause);
}

/** Each certificate once, as a text of its own that ends in a newline. */
function readCertificates(
  ctx: ModuleContext,
  written: unknown,
  path: readonly string[],
): readonly string[] {
  if (written === undefined || written === null) {
    return [];
  }
  const isList = Array.isArray(written);
  const items: readonly unknown[] = isList ? written : [written];
  const certificates = items.flatMap((item, index) => {
    const place = isList ? [...path, index] : path;
    if (typeof item !== "string" || item.length > TEXT_LENGTH_MAX) {
      const got =
        typeof item === "string" ? `text of ${item.length} characters` : describeKind(item);
      fail(
        ctx,
        place,
        `expected a certificate as PEM text of at most ${TEXT_LENGTH_MAX} characters, got ${got}; it is left out`,
      );
      return [];
    }
    const blocks = findBlocks(item);
    if (blocks.length === 0) {
      fail(ctx, place, "there is no certificate in it: expected -----BEGIN CERTIFICATE----- …");
    }
    if (blocks.length > BLOCKS_MAX) {
      fail(
        ctx,
        place,
        `there are ${blocks.length} certificates in it, ${BLOCKS_MAX} are the most that are read; it is left out`,
      );
      return [];
    }
    return blocks.flatMap((block, position) => {
      const reason = findFault(block);
      if (reason === undefined) {
        return [`${block}\n`];
      }
      fail(ctx, place, `certificate ${position + 1} cannot be read and is left out: ${reason}`);
      return [];
    });
  });
  return [...new Set(certificates)];
}

/** From each begin to the next end, or to the next begin, which is a fault of that block alone. */
function findBlocks(item: string): readonly string[] {
  const text = item.replace(/\r\n?/gu, "\n");
  return text
    .split(new RegExp(`(?=${BEGIN.source})`, "u"))
    .filter((part) => part.startsWith("-----BEGIN "))
    .map((part) => {
      const end = END.exec(part);
      return end === null ? part : part.slice(0, end.index + end[0].length);
    });
}

function findFault(pem: string): string | undefined {
  try {
    // Its own check: what it cannot read, OpenSSL cannot either.
    return new X509Certificate(pem).raw.length > 0 ? undefined : "it is empty";
  } catch {
    return "it is damaged, or no X.509 certificate";
  }
}
