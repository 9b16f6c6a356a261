import { normalizeCodeset, parseLocaleName } from "../posix/locale-name.ts";

/**
 * What AIX may call a locale, the best first. A language in capitals has UTF-8 (EN_US, in full
 * EN_US.UTF-8), in small letters ISO 8859 or an IBM code page (en_US, in full en_US.ISO8859-1);
 * current levels also have en_US.UTF-8 (IBM AIX documentation, "Understanding locale").
 */
export function aixLocaleCandidates(name: string): readonly string[] {
  const parts = parseLocaleName(name);
  if (parts?.territory === undefined) {
    return [name];
  }
  const { language, codeset } = parts;
  const territory = parts.territory.toUpperCase();
  const small = `${language.toLowerCase()}_${territory}`;
  const capital = `${language.toUpperCase()}_${territory}`;
  const utf8 = [`${capital}.UTF-8`, capital, `${small}.UTF-8`];
  const latin1 = [small, `${small}.ISO8859-1`];
  if (parts.modifier === "euro" && codeset === undefined) {
    return unique([name, `${small}.8859-15`, `${small}.ISO8859-15`]);
  }
  const kind = codeset === undefined ? undefined : normalizeCodeset(codeset);
  switch (kind) {
    case undefined:
      // Whoever names no codeset takes what there is.
      return unique(
        language === language.toLowerCase() ? [name, ...latin1, ...utf8] : [name, ...utf8],
      );
    case "utf8":
      return unique([name, ...utf8]);
    case "iso88591":
    case "88591":
    case "latin1":
      return unique([name, `${small}.ISO8859-1`, small]);
    case "iso885915":
    case "885915":
      return unique([name, `${small}.8859-15`, `${small}.ISO8859-15`]);
    default:
      return unique([name, `${small}.${codeset ?? ""}`]);
  }
}

/** The fileset that brings a locale, or undefined where its name does not tell. */
export function aixLocaleFileset(name: string): string | undefined {
  const parts = parseLocaleName(name);
  if (parts?.territory === undefined) {
    return undefined;
  }
  const { language, codeset } = parts;
  const territory = parts.territory.toUpperCase();
  const isUtf8 =
    codeset === undefined
      ? language === language.toUpperCase()
      : normalizeCodeset(codeset) === "utf8";
  return isUtf8
    ? `bos.loc.utf.${language.toUpperCase()}_${territory}`
    : `bos.loc.iso.${language.toLowerCase()}_${territory}`;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
