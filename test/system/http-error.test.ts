import { expect, test } from "bun:test";
import { HttpError, urlWithoutSecrets } from "../../src/system/http-error.ts";

test.each([
  ["http://user:password@192.0.2.1/x", "http://192.0.2.1/x"],
  ["http://user:pa@S3CRET@192.0.2.1/", "http://192.0.2.1/"],
  ["http://token@192.0.2.1", "http://192.0.2.1"],
  ["http://user:a@b:c@192.0.2.1:8080?key=S3CRET", "http://192.0.2.1:8080?…"],
  ["http://192.0.2.1/a@b", "http://192.0.2.1/a@b"],
  ["http://192.0.2.1?mail=a@b", "http://192.0.2.1?…"],
])("%s is shown without what may be secret", (url, shown) => {
  expect(urlWithoutSecrets(url)).toBe(shown);
  expect(new HttpError("GET", url, "refused").message).toBe(`GET ${shown} failed: refused`);
});
