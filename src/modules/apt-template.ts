import { renderBasicTemplate } from "../text/basic-template.ts";

/**
 * The text with the values of its names (`$MIRROR`). Throws an Error for a name that is not known;
 * it shows none of an address' user and password, in which a "$" may be meant as itself.
 */
export function renderAptTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): string {
  const rendered = renderBasicTemplate(template, variables);
  if (rendered.ok) {
    return rendered.text;
  }
  const { missingName } = rendered;
  const logins = template.match(/:\/\/\S*@/gu) ?? [];
  throw new Error(
    logins.some((login) => login.includes(missingName))
      ? 'a "$" in user or password of an address begins a name, and that name is not known: give user and password in a file of /etc/apt/auth.conf.d (apt_auth.conf(5))'
      : `"$${missingName}" is not known here; known are ${Object.keys(variables).join(", ")}`,
  );
}

/** Whether sources or settings of apt have a user, a password or a token in an address. */
export function hasLogin(text: string): boolean {
  return /:\/\/[^/\s"]*@/u.test(text);
}
