/** A locale's name in its parts: `language[_TERRITORY][.codeset][@modifier]` (XPG, setlocale(3)). */
export interface LocaleName {
  readonly language: string;
  readonly territory?: string;
  readonly codeset?: string;
  readonly modifier?: string;
}

const LOCALE_NAME =
  /^(?<language>[A-Za-z]{1,8})(?:_(?<territory>[A-Za-z0-9]{2,8}))?(?:\.(?<codeset>[A-Za-z0-9][A-Za-z0-9_-]{0,31}))?(?:@(?<modifier>[A-Za-z0-9]{1,32}))?$/u;

/** The parts, or undefined where this is no locale's name. */
export function parseLocaleName(name: string): LocaleName | undefined {
  const groups = LOCALE_NAME.exec(name)?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const { language = "", territory, codeset, modifier } = groups;
  return {
    language,
    ...(territory === undefined ? {} : { territory }),
    ...(codeset === undefined ? {} : { codeset }),
    ...(modifier === undefined ? {} : { modifier }),
  };
}

/** A codeset without what spellings differ in: "UTF-8" and "utf8" are both "utf8". */
export function normalizeCodeset(codeset: string): string {
  return codeset.toLowerCase().replace(/[^a-z0-9]/gu, "");
}

/** Whether it is one of the names that are there without anything installed. */
export function isPortableLocale(name: string): boolean {
  return name === "C" || name === "POSIX";
}
