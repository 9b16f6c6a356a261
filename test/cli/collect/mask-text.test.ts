import { expect, test } from "bun:test";
import { maskText } from "../../../src/cli/collect/mask-text.ts";
import { createSecrets } from "../../../src/report/secrets.ts";

const secrets = createSecrets();
secrets.addFrom({ password: "geheim" });

test("known secrets go", () => {
  expect(maskText("it is geheim, is it?", secrets)).toBe("it is ***, is it?");
});

test("private keys go, in a file and in JSON", () => {
  const key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz/aC1r+ZXk=\n-----END OPENSSH PRIVATE KEY-----";
  const masked = "-----BEGIN OPENSSH PRIVATE KEY-----***-----END OPENSSH PRIVATE KEY-----";
  expect(maskText(`a\n${key}\nb`, secrets)).toBe(`a\n${masked}\nb`);
  expect(maskText(JSON.stringify({ key }), secrets)).toBe(JSON.stringify({ key: masked }));
});

test.each([
  "$6$rounds=5000$saltsalt$WdpYwYLbOy7U0pLzBNtE3CmgC4.IjWz4lYF0Ks8oAaO2vXk8",
  "$6$saltsalt$WdpYwYLbOy7U0pLzBNtE3CmgC4.IjWz4lYF0Ks8oAaO2vXk8",
  "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
  "{ssha512}06$aXayEJGxA02Bl4d2$TWfWx34oD.UjrS/Qtco6Ij2XPY1CPYJfdk3CcxEjnMZvQw2p5obHYH7SI2wxcJgaS9.S9Hz948R.GdGwsvR.",
])("a password's hash goes: %s", (hash) => {
  expect(maskText(`root:${hash}:19000`, secrets)).toBe("root:***:19000");
});

test("a script's variables stay", () => {
  const script = 'echo "$1$2" ${a}$b$c; cost: $5 or $6\n';
  expect(maskText(script, secrets)).toBe(script);
});

test("the list of random passwords in an old output log goes", () => {
  const log =
    "ci-info: x\nSet the following 'random' passwords\nroot:aXb3\nops:q9Z:1\n\nCloud-init v. 1: done\n";
  expect(maskText(log, secrets)).toBe(
    "ci-info: x\nSet the following 'random' passwords\nroot:***\nops:***\n\nCloud-init v. 1: done\n",
  );
});
