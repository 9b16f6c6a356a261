import { describe, expect, test } from "bun:test";
import { maskForms } from "../../../src/cli/collect/mask-forms.ts";

const JWT = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;

describe("what looks like a secret goes", () => {
  test.each([
    ["GET http://ann:Leak-1@host/x", "GET http://ann:***@host/x"],
    ["clone https://Leak-token-1@git.example.com/x", "clone https://***@git.example.com/x"],
    ["Authorization: Bearer Leak-1234aaaa", "Authorization: Bearer ***"],
    ['{"Authorization": "Basic TGVhay0x"}', '{"Authorization": "Basic ***"}'],
    ["X-Auth-Token: Leak-1", "X-Auth-Token: ***"],
    ["password=Leak-1 next", "password=*** next"],
    ["db_pass = Leak-1", "db_pass = ***"],
    ["export DB_PASSWORD='Leak 1'", "export DB_PASSWORD='***'"],
    ['{"token":"Leak 1","x":1}', '{"token":"***","x":1}'],
    ['{\\"password\\": \\"Leak-1\\"}', '{\\"password\\": \\"***"}'],
    ["mysql --password Leak-1 db", "mysql --password *** db"],
    ['["x", "--password", "Leak-1"]', '["x", "--password", "***"]'],
    [`with ${JWT}.`, "with ***."],
    ["key AKIAABCDEFGHIJKLMNOP", "key ***"],
    [`ghp_${"a1".repeat(20)}`, "***"],
  ])("%s", (text, masked) => {
    expect(maskForms(text)).toBe(masked);
  });
});

describe("what is none stays", () => {
  test.each([
    "chpasswd:\n  expire: false\n  list: |\n    x\n",
    "lock_passwd: true",
    "ssh_pwauth: yes",
    "password: ***",
    '"admin_pass": "redacted for non-root user"',
    "set-passwords: SUCCESS: ran config-set_passwords",
    "password=$PASSWORD --password ${WORD}",
    "PasswordAuthentication yes",
    "see https://example.com/a:b@c",
  ])("%s", (text) => {
    expect(maskForms(text)).toBe(text);
  });
});

test.each([
  "-eyJaaaaa",
  "eyJaaaaaaaa.eyJaaaaaaaa-",
  "://a:b",
  "password password:",
  "token   ",
  "--password ",
  "bearer ",
  "authorization: ",
  "https://aaaaaaaa",
])("takes no longer per character for a long line: %s", (part) => {
  const start = performance.now();
  maskForms(part.repeat(1_000_000 / part.length));
  expect(performance.now() - start).toBeLessThan(4_000);
});
