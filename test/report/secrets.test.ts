import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
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

test("a random seed is a secret, as written and decoded; its file is none", () => {
  const data = Buffer.from("SEED-OF-THE-USER").toString("base64");
  const config = { random_seed: { file: "/var/adm/seed", data, encoding: "b64" } };
  expect(maskAfter(config, `${data} SEED-OF-THE-USER /var/adm/seed b64`)).toBe(
    "*** *** /var/adm/seed b64",
  );
  expect(maskAfter({ random_seed: data }, data)).toBe("***");
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

test("attributes of a certificate request and shared keys are secret, the path of a key is none", () => {
  const config = {
    puppet: { csr_attributes: { custom_attributes: { "1.2.3": "hunter44" } } },
    mcollective: { conf: { "plugin.psk": "hunter55" } },
    ansible: { pull: { private_key: "/root/.ssh/id_git" } },
  };
  expect(maskAfter(config, "hunter44 hunter55 /root/.ssh/id_git")).toBe(
    "*** *** /root/.ssh/id_git",
  );
});

test("a short value garbles no line", () => {
  expect(maskAfter({ password: "abc" }, "abc")).toBe("abc");
});

describe("thousands of secrets", () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `Secret-${index}-x`);

  test("are all masked, also where they overlap or one contains another", () => {
    const secrets = createSecrets();
    secrets.addFrom({ password: [...names, "abcdef", "cdefghij", "abcd"] });
    expect(secrets.mask("Secret-0-x, Secret-4999-x and Secret-5000-x")).toBe(
      "***, *** and Secret-5000-x",
    );
    expect(secrets.mask("1 abcdefghij 2 abcd 3 abcde")).toBe("1 *** 2 *** 3 ***e");
    expect(secrets.mask("abcdabcd")).toBe("******");
    expect(secrets.mask("abc")).toBe("abc");
    expect(secrets.mask("")).toBe("");
  });

  test("are masked in 10,000 lines in less than five seconds", () => {
    const secrets = createSecrets();
    secrets.addFrom({ password: names });
    const start = performance.now();
    for (let index = 0; index < 10_000; index += 1) {
      secrets.mask(
        `Running command chpasswd -c with the input of user u${index}, which took 20 ms`,
      );
    }
    // Searching for each of them in each line takes ten times as long.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test("leave none in any text, few or many", () => {
    const word = fc.stringMatching(/^[ab]{4,7}$/u);
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }),
        fc.stringMatching(/^[abc]*$/u),
        (some, text) => {
          const secrets = createSecrets();
          secrets.addFrom({ password: some });
          const masked = secrets.mask(text);
          expect(some.filter((secret) => masked.includes(secret))).toEqual([]);
        },
      ),
    );
  });
});

test("passwords in addresses of proxies and repositories are secret, the address is not", () => {
  const config = {
    apt: { proxy: "http://me:hunter22@proxy.example.com:3128/" },
    url: "https://a.example.com/x",
  };
  expect(maskAfter(config, "hunter22 proxy.example.com a.example.com me")).toBe(
    "*** proxy.example.com a.example.com me",
  );
});

test("a password in an address is secret as a whole, also with an at sign in it", () => {
  const config = {
    datasource: { NoCloud: { seedfrom: "http://user:pa@S3CRETPW@192.0.2.1/" } },
    list: "http://a:first-1@192.0.2.1,http://b:second-2@192.0.2.2/ c@example.com",
  };
  expect(maskAfter(config, "pa@S3CRETPW first-1 second-2 c@example.com 192.0.2.1")).toBe(
    "*** *** *** c@example.com 192.0.2.1",
  );
});

test("of debconf's answers those to questions for passwords are secret", () => {
  const config = {
    debconf_selections: { db: "db db/root password hunter22\ndb db/port select 5432-port" },
  };
  expect(maskAfter(config, "db/root hunter22 5432-port")).toBe("db/root *** 5432-port");
});

test("chef's keys are secret, not the paths that they are in, nor the word system", () => {
  const key = "-----BEGIN RSA PRIVATE KEY-----\nhunter2222\n-----END RSA PRIVATE KEY-----";
  expect(maskAfter({ chef: { validation_cert: key } }, "it is hunter2222")).toBe("it is ***");
  const paths = { chef: { validation_key: "/etc/chef/validation.pem", validation_cert: "system" } };
  const text = "/etc/chef/validation.pem root:system";
  expect(maskAfter(paths, text)).toBe(text);
});

test("of mounts the passwords among the options are secret", () => {
  const options = "username=user77,password=hunter22,vers=3.0";
  const mounts = ["text", ["//nas.example.com/share", "/data", "cifs", options]];
  expect(maskAfter({ mounts }, "user77 hunter22 3.0")).toBe("user77 *** 3.0");
});

test("a token alone in an address over http is secret; a short name, and a user of ssh, are none", () => {
  const config = {
    ansible: { pull: { url: "https://hunter2222@git.example.com/a.git" } },
    other: "https://hunter3333:x-oauth-basic@git.example.com HTTP://hunter4444:@h.example.com",
    names: ["https://deploy@git.example.com", "ssh://maintainer@git.example.com", "builders1@h:x"],
  };
  expect(
    maskAfter(
      config,
      "hunter2222 hunter3333 hunter4444 deploy maintainer builders1 git.example.com",
    ),
  ).toBe("*** *** *** deploy maintainer builders1 git.example.com");
});

test("who asks by OAuth is secret only where it is no short name", () => {
  const keys = (consumer: string, token: string) => ({
    reporting: { fleet: { consumer_key: consumer, token_key: token, token_secret: "hunter22" } },
  });
  expect(maskAfter(keys("web", "vm1"), "web vm1 hunter22")).toBe("web vm1 ***");
  expect(maskAfter(keys("network", "config"), "config of network")).toBe("config of network");
  expect(maskAfter(keys("Xk29fj20dkQ", "92jf92jfQQ"), "Xk29fj20dkQ 92jf92jfQQ")).toBe("*** ***");
});

test("the name of a handler or of a repository makes no secret of what is in it", () => {
  const config = {
    reporting: { "private-hook": { type: "webhook", token_secret: "hunter22" } },
    yum_repos: { my_secrets: { name: "Tools", password: "hunter33" }, private_token: "hunter44" },
  };
  expect(maskAfter(config, "webhook Tools hunter22 hunter33 hunter44")).toBe(
    "webhook Tools *** *** ***",
  );
});

test("keys that machines are registered with are secret", () => {
  const config = {
    rh_subscription: { "activation-key": "hunter22" },
    landscape: { client: { registration_key: "hunter33" } },
  };
  expect(maskAfter(config, "hunter22 hunter33")).toBe("*** ***");
});
