import { expect, test } from "bun:test";
import { aixLocaleCandidates, aixLocaleFileset } from "../../../src/distros/aix/locale-names.ts";

test("UTF-8 is sought under the capital names, ISO 8859 under the small ones", () => {
  expect(aixLocaleCandidates("en_US.UTF-8")).toEqual(["en_US.UTF-8", "EN_US.UTF-8", "EN_US"]);
  expect(aixLocaleCandidates("de_DE.utf8")).toEqual([
    "de_DE.utf8",
    "DE_DE.UTF-8",
    "DE_DE",
    "de_DE.UTF-8",
  ]);
  expect(aixLocaleCandidates("EN_US")).toEqual(["EN_US", "EN_US.UTF-8", "en_US.UTF-8"]);
  expect(aixLocaleCandidates("de_DE.ISO-8859-1")).toContain("de_DE.ISO8859-1");
  expect(aixLocaleCandidates("de_DE@euro")).toContain("de_DE.8859-15");
  expect(aixLocaleCandidates("en_US")[0]).toBe("en_US");
  expect(aixLocaleCandidates("C")).toEqual(["C"]);
});

test("the fileset of a locale is named by its codeset", () => {
  expect(aixLocaleFileset("fr_FR.UTF-8")).toBe("bos.loc.utf.FR_FR");
  expect(aixLocaleFileset("FR_FR")).toBe("bos.loc.utf.FR_FR");
  expect(aixLocaleFileset("fr_FR")).toBe("bos.loc.iso.fr_FR");
  expect(aixLocaleFileset("C")).toBeUndefined();
});
