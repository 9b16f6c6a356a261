import { canonicalModuleName } from "../../modules/canonical-name.ts";
import { createExternalEntry } from "../../modules/external-entry.ts";
import { readExternalSchema } from "../../modules/external-schemas.ts";
import { type ExternalHost, findExternalModule } from "../../modules/find-external-module.ts";
import { renderModuleDocs } from "../../modules/module-docs.ts";

/**
 * The documentation of an external module as `schema --docs NAME` shows it: its file, frequency and
 * keys. Undefined where there is none; one that is refused is a problem.
 */
export async function renderExternalDocs(
  host: ExternalHost,
  directory: string,
  writtenName: string,
  onProblem: (message: string) => void,
): Promise<string | undefined> {
  const name = canonicalModuleName(writtenName);
  const search = findExternalModule(host, directory, { name, writtenName });
  if (search.kind !== "found") {
    if (search.kind === "refused") {
      onProblem(search.message);
    }
    return undefined;
  }
  const module = await createExternalEntry(search.file).load();
  const schema = readExternalSchema(host, directory, search.file, onProblem);
  return renderModuleDocs(schema === undefined ? module : { ...module, schema: schema.schema });
}
