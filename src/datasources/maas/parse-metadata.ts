import type { Instance } from "../../instance/instance.ts";
import { printable } from "../../text/printable.ts";
import type { Problem } from "../../text/problem.ts";
import { readYaml } from "../../text/read-yaml.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "../instance-id.ts";
import { parsePublicKeys } from "../public-keys.ts";
import { convertVendorData } from "../vendor-data.ts";

/** Documents of a MAAS server or seed, by name, in the order in which they are read. */
export const MAAS_FILES = [
  "instance-id",
  "local-hostname",
  "public-keys",
  "vendor-data",
  "user-data",
] as const;

/** Those that there are, as bytes. */
export type MaasFiles = Readonly<Partial<Record<(typeof MAAS_FILES)[number], Uint8Array>>>;

/** Which of them a machine cannot do without. */
export const MAAS_REQUIRED: readonly (keyof MaasFiles)[] = ["instance-id", "local-hostname"];

/** What they say of the instance, or what of the required is missing. */
export type MaasMetadata =
  | {
      readonly missing: readonly [];
      readonly fields: Pick<
        Instance,
        "id" | "localHostname" | "publicKeys" | "userData" | "vendorData" | "rawMetadata"
      >;
      readonly problems: readonly Problem[];
    }
  | { readonly missing: readonly string[]; readonly problems: readonly Problem[] };

/** Reads the documents (compat datasources-clouds.md §7.3). What cannot be used is left out, and a problem. */
export async function parseMaasMetadata(files: MaasFiles, source: string): Promise<MaasMetadata> {
  const problems: Problem[] = [];
  const text = (name: keyof MaasFiles): string => new TextDecoder().decode(files[name]).trim();
  const given = text("instance-id");
  const id = parseInstanceId(given);
  const localHostname = text("local-hostname");
  if (given !== "" && id === undefined) {
    const shown = printable(given.slice(0, 60));
    problems.push({
      message: `Cannot use instance-id: expected ${INSTANCE_ID_EXPECTED}, found "${shown}"`,
      source,
    });
  }
  const missing = MAAS_REQUIRED.filter((name) => text(name) === "");
  if (id === undefined || missing.length > 0) {
    return { missing: missing.length > 0 ? missing : ["instance-id"], problems };
  }
  const publicKeys = parsePublicKeys(text("public-keys"));
  const vendorData = await readVendorData(files["vendor-data"], `${source}/vendor-data`, problems);
  const userData = files["user-data"];
  return {
    missing: [],
    fields: {
      id,
      localHostname,
      publicKeys,
      ...(userData === undefined || userData.length === 0 ? {} : { userData }),
      ...(vendorData === undefined ? {} : { vendorData }),
      rawMetadata: {
        "instance-id": id,
        "local-hostname": localHostname,
        "public-keys": publicKeys,
      },
    },
    problems,
  };
}

/** YAML: text, a list of texts, or a mapping with them under "cloud-init". */
async function readVendorData(
  bytes: Uint8Array | undefined,
  source: string,
  problems: Problem[],
): Promise<Uint8Array | undefined> {
  if (bytes === undefined || bytes.length === 0) {
    return undefined;
  }
  const parsed = await readYaml(bytes, source);
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return undefined;
  }
  const { data, fault } = convertVendorData(parsed.value);
  if (fault !== undefined) {
    problems.push({ message: `Cannot use all of the vendor-data: ${fault}`, source });
  }
  return data;
}
