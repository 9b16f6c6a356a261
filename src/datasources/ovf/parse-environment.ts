import type { XmlElement } from "../../text/parse-xml.ts";

/** The properties of this machine in an OVF environment, by their full keys; the last of two counts. */
export type OvfProperties = ReadonlyMap<string, string>;

/** Properties, or why the document is another one. */
export type OvfEnvironment =
  | { readonly properties: OvfProperties; readonly notes: readonly string[] }
  | { readonly reason: string };

/** Namespace of the environment (DMTF DSP0243 §9), whatever prefix stands for it. */
const NAMESPACE = "http://schemas.dmtf.org/ovf/environment/1";
const PROPERTY_COUNT_MAX = 5000;

/**
 * Reads `Environment/PropertySection/Property` with the namespaced attributes `key` and `value`
 * (DMTF DSP0243 §9; compat datasources-clouds.md §9.2). `Entity` elements are other machines.
 */
export function parseOvfEnvironment(root: XmlElement): OvfEnvironment {
  if (root.name !== "Environment") {
    return { reason: 'expected the element "Environment", found another one' };
  }
  if (childrenNamed(root, "ProvisioningSection").length > 0) {
    return { reason: "it is a provisioning document of Azure" };
  }
  const [section] = childrenNamed(root, "PropertySection");
  if (section === undefined) {
    return { reason: 'there is no "PropertySection" in it' };
  }
  const properties = new Map<string, string>();
  let withoutKey = 0;
  const given = childrenNamed(section, "Property");
  for (const property of given.slice(0, PROPERTY_COUNT_MAX)) {
    const key = attributeOf(property, "key")?.trim() ?? "";
    if (key === "") {
      withoutKey += 1;
    } else {
      properties.set(key, attributeOf(property, "value") ?? "");
    }
  }
  return {
    properties,
    notes: [
      ...(withoutKey === 0
        ? []
        : [`${withoutKey} properties have no key in the namespace "${NAMESPACE}": left out`]),
      ...(given.length > PROPERTY_COUNT_MAX
        ? [`Only the first ${PROPERTY_COUNT_MAX} of ${given.length} properties are read`]
        : []),
    ],
  };
}

function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find(
    (attribute) => attribute.name === name && attribute.namespace === NAMESPACE,
  )?.value;
}
