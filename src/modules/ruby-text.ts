/**
 * The text for a place between double quotes in Ruby: it neither ends the string nor is code in it
 * (Ruby, "Literals", String Literals). Control characters become blanks.
 */
export function escapeRuby(text: string): string {
  return text.replaceAll(/["\\]|#(?=[{$@])/gu, "\\$&").replaceAll(/\p{Cc}/gu, " ");
}
