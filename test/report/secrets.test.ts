import { expect, test } from "bun:test";
import { createSecrets } from "../../src/report/secrets.ts";

function maskAfter(config: unknown, text: string): string {
  const secrets = createSecrets();
  secrets.addFrom(config);
  return secrets.mask(text);
}

test("values under keys that name a secret are masked at any depth", () => {
  const config = { users: [{ name: "anna", plain_text_passwd: "open-sesame" }] };
  expect(maskAfter(config, "anna has open-sesame")).toBe("anna has ***");
});

test("a password of digits is a number to YAML, and masked all the same", () => {
  expect(maskAfter({ password: 98_765_432 }, "it is 98765432")).toBe("it is ***");
});

test("of chpasswd the passwords are secret, not the users", () => {
  const config = {
    chpasswd: {
      list: "root:hunter22\nanna:RANDOM7",
      users: [{ name: "root", password: "hunter33" }],
    },
  };
  expect(maskAfter(config, "root hunter22 hunter33 RANDOM7")).toBe("root *** *** ***");
});

test("a short value garbles no line", () => {
  expect(maskAfter({ password: "abc" }, "abc")).toBe("abc");
});
