import { decodeBase64 } from "../../text/base64.ts";
import { parseBoolean } from "../../text/boolean-option.ts";
import type { XmlElement } from "../../text/parse-xml.ts";
import type { Problem } from "../../text/problem.ts";

/** What `ovf-env.xml` of Azure says (compat datasources-clouds.md §2.2). */
export interface AzureProvisioning {
  readonly hostname: string;
  readonly userName?: string;
  /** A secret: only its hash leaves the datasource. */
  readonly password?: string;
  readonly isSshPasswordDisabled?: boolean;
  readonly customData?: Uint8Array;
  /** OpenSSH keys. */
  readonly publicKeys: readonly string[];
  /** Of keys that are there only as certificates. */
  readonly fingerprints: readonly string[];
  /** "Running", "Savable", … where the machine waits for its owner first. */
  readonly preprovisioning?: string;
  readonly problems: readonly Problem[];
}

/** The document; or why it is another one's; or what of it is broken. */
export type ParsedProvisioning =
  | { readonly provisioning: AzureProvisioning }
  | { readonly reason: string }
  | { readonly fault: string };

/** In messages. */
export const PROVISIONING_SOURCE = "ovf-env.xml";
const KEY_COUNT_MAX = 1000;
/** A longer one cannot be set in the portal either. */
const PASSWORD_LENGTH_MAX = 72;
/** In place of the password, where the document was kept. */
const REDACTED = "REDACTED";

/** Names are looked at without their namespaces: not every writer of such discs knows them. */
export function parseAzureProvisioning(root: XmlElement): ParsedProvisioning {
  const sections = childrenNamed(root, "ProvisioningSection");
  const [section] = sections;
  if (root.name !== "Environment" || section === undefined) {
    return { reason: 'there is no "ProvisioningSection" in it' };
  }
  if (sections.length > 1) {
    return broken("ProvisioningSection", sections.length);
  }
  const sets = childrenNamed(section, "LinuxProvisioningConfigurationSet");
  const [set] = sets;
  if (set === undefined || sets.length > 1) {
    return broken("LinuxProvisioningConfigurationSet", sets.length);
  }
  const duplicate = SINGLE_NAMES.find((name) => childrenNamed(set, name).length > 1);
  if (duplicate !== undefined) {
    return broken(duplicate, childrenNamed(set, duplicate).length);
  }
  const hostname = textAt(set, "HostName");
  if (hostname === undefined) {
    return broken("HostName", 0);
  }
  const password = childrenNamed(set, "UserPassword")[0]?.text ?? "";
  if (password.length > PASSWORD_LENGTH_MAX) {
    return {
      fault: `"UserPassword" is too long: expected at most ${PASSWORD_LENGTH_MAX} characters`,
    };
  }
  const problems: Problem[] = [];
  const userName = textAt(set, "UserName");
  const isDisabled = readBoolean(set, "DisableSshPasswordAuthentication", problems);
  const customData = readCustomData(set, problems);
  const preprovisioning = readPreprovisioning(root, problems);
  return {
    provisioning: {
      hostname,
      ...(userName === undefined ? {} : { userName }),
      ...(password === "" || password === REDACTED ? {} : { password }),
      ...(isDisabled === undefined ? {} : { isSshPasswordDisabled: isDisabled }),
      ...(customData === undefined ? {} : { customData }),
      ...readKeys(set),
      ...(preprovisioning === undefined ? {} : { preprovisioning }),
      problems,
    },
  };
}

const SINGLE_NAMES = [
  "HostName",
  "UserName",
  "UserPassword",
  "DisableSshPasswordAuthentication",
  "CustomData",
];

function broken(name: string, count: number): { readonly fault: string } {
  return {
    fault:
      count === 0
        ? `missing configuration for '${name}'`
        : `expected one "${name}", found ${count}`,
  };
}

function readCustomData(set: XmlElement, problems: Problem[]): Uint8Array | undefined {
  const text = textAt(set, "CustomData");
  const bytes = text === undefined ? undefined : decodeBase64(text);
  if (text !== undefined && bytes === undefined) {
    const message = 'Cannot use "CustomData": expected base64';
    problems.push({ message, source: PROVISIONING_SOURCE });
  }
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function readKeys(set: XmlElement): Pick<AzureProvisioning, "publicKeys" | "fingerprints"> {
  const publicKeys: string[] = [];
  const fingerprints: string[] = [];
  const keys = childrenNamed(set, "SSH")
    .flatMap((ssh) => childrenNamed(ssh, "PublicKeys"))
    .flatMap((list) => childrenNamed(list, "PublicKey"));
  for (const key of keys.slice(0, KEY_COUNT_MAX)) {
    const value = textAt(key, "Value");
    const fingerprint = textAt(key, "Fingerprint");
    if (value !== undefined) {
      publicKeys.push(value.replace(/\s+/gu, " "));
    } else if (fingerprint !== undefined) {
      fingerprints.push(fingerprint);
    }
  }
  return { publicKeys, fingerprints };
}

function readPreprovisioning(root: XmlElement, problems: Problem[]): string | undefined {
  const settings = childrenNamed(root, "PlatformSettingsSection").flatMap((section) =>
    childrenNamed(section, "PlatformSettings"),
  )[0];
  if (settings === undefined) {
    return undefined;
  }
  const type = textAt(settings, "PreprovisionedVMType");
  if (type !== undefined) {
    return type === "None" ? undefined : type;
  }
  return readBoolean(settings, "PreprovisionedVm", problems) === true ? "Running" : undefined;
}

function readBoolean(parent: XmlElement, name: string, problems: Problem[]): boolean | undefined {
  const text = textAt(parent, name);
  const value = text === undefined ? undefined : parseBoolean(text);
  if (text !== undefined && value === undefined) {
    const message = `Cannot use "${name}": expected true or false`;
    problems.push({ message, source: PROVISIONING_SOURCE });
  }
  return value;
}

function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Undefined for an element that is empty or not there. */
function textAt(element: XmlElement, name: string): string | undefined {
  const text = childrenNamed(element, name)[0]?.text.trim();
  return text === "" ? undefined : text;
}
