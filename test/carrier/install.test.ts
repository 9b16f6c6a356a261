// What `install` does when it runs from a carrier: the program itself, with the Node.js of this machine.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type CarrierPlace, createCarrierPlace, namespaceObstacle } from "./namespace.ts";

describe.skipIf(requireOrSkip(namespaceObstacle()))("install from a carrier", () => {
  let place: CarrierPlace;
  beforeAll(() => {
    place = createCarrierPlace({ program: readFileSync(builtArtefacts().bundle) });
  }, 60_000);
  afterAll(() => place.remove());

  test("puts program and runtime into an image, where no start has to unpack anything", () => {
    const { stdout, stderr } = place.run(`
      mkdir -p $DIR/image; $C install --root $DIR/image --distro aix | grep -c libexec
      $C install --root $DIR/image --distro aix | grep libexec | grep -vc '^kept'
      rm $C; mount --bind $DIR/image/opt /opt
      mount -o remount,ro /var/opt; mount -o remount,ro /var/tmp; mount -o remount,ro,bind /opt
      /opt/freeware/bin/cloud-init --version
      /opt/freeware/bin/cloud-init-per; echo "code $?"
      /opt/freeware/bin/cloud-id; echo "code $?"`);
    const lines = stdout.split("\n");
    expect(lines.slice(0, 2)).toEqual(["8", "0"]);
    expect(lines[2]).toMatch(/^cloud-init \d+\.\d+\.\d+$/u);
    expect(lines[3]).toBe("code 1");
    expect(stderr).toStartWith("Usage: cloud-init-per ");
    // Where cloud-init is switched off on the machine of the tests, it says so.
    expect(lines.slice(4).join()).toMatch(/^(?:not started,code 3|disabled,code 2),$/u);
  });
});
