import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseMime } from "../../src/userdata/mime.ts";
import { renderProcessedMessage } from "../../src/userdata/processed-message.ts";

const part = (content: string | Uint8Array, more: object = {}) => ({
  contentType: "text/cloud-config",
  filename: "part-001",
  content: typeof content === "string" ? new TextEncoder().encode(content) : content,
  headers: {},
  ...more,
});

test("parts become one readable message", () => {
  const message = renderProcessedMessage([
    part("#cloud-config\n", { headers: { "launch-index": "2", "content-type": "old" } }),
    part(Uint8Array.of(0xff, 0x00), { contentType: "text/plain", filename: 'a"b\n' }),
  ]);
  expect(new TextDecoder().decode(message))
    .toBe(`Content-Type: multipart/mixed; boundary="===============cloud-init-0=="
MIME-Version: 1.0
Number-Attachments: 2

--===============cloud-init-0==
Content-Type: text/cloud-config; charset="utf-8"
MIME-Version: 1.0
Content-Transfer-Encoding: 8bit
Content-Disposition: attachment; filename="part-001"
Launch-Index: 2

#cloud-config

--===============cloud-init-0==
Content-Type: text/plain; charset="utf-8"
MIME-Version: 1.0
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a\\"b "

/wA=
--===============cloud-init-0==--
`);
});

test("a part that has the boundary in it gets another one", () => {
  const message = renderProcessedMessage([part("--===============cloud-init-0==\n")]);
  expect(new TextDecoder().decode(message)).toContain('boundary="===============cloud-init-1=="');
});

test("what is read back has the same bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), (contents) => {
      const message = renderProcessedMessage(contents.map((content) => part(content)));
      const { entities } = parseMime(message, "user-data");
      expect(entities.map((entity) => Buffer.from(entity.content))).toEqual(
        contents.map((content) => Buffer.from(content)),
      );
    }),
  );
});
