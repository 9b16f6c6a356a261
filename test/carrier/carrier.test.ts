// The carrier under the shells that stand for AIX's ksh88: what it does the first time, later, and when
// something is wrong with the disk, the file or the machine.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { buildCarrier } from "../../scripts/carrier/carrier.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type CarrierPlace, createCarrierPlace, namespaceObstacle } from "./namespace.ts";

const SHELLS = [
  "/usr/bin/ksh93",
  "/usr/bin/mksh",
  "/usr/bin/dash",
  "/bin/bash",
  "/usr/bin/busybox",
];
const RUNTIME = "/opt/freeware/libexec/cloud-init";

const startOf = (shell: string): string => (shell.endsWith("busybox") ? `${shell} sh` : shell);

describe.skipIf(requireOrSkip(namespaceObstacle()))("a carrier", () => {
  let place: CarrierPlace;
  beforeAll(() => {
    place = createCarrierPlace();
  });
  afterAll(() => place.remove());

  for (const shell of SHELLS) {
    const missing = existsSync(shell) ? undefined : `there is no ${shell}`;
    describe.skipIf(requireOrSkip(missing))(`under ${startOf(shell)}`, () => {
      const run = (script: string) => place.run(script, startOf(shell));

      test("unpacks once, and hands everything on", () => {
        const { stdout, stderr, exitCode } = run(`
          LIBPATH=/usr/own NODE_OPTIONS=--require=/x $SHELL_UNDER_TEST $C 'a b' '' '$x' --version
          ls ${RUNTIME}
          ls -i ${RUNTIME}/*/node > /tmp/.ino.$$
          $SHELL_UNDER_TEST $C exit 37; echo "code $?"
          ls -i ${RUNTIME}/*/node | cmp - /tmp/.ino.$$ && echo same; rm -f /tmp/.ino.$$
          head -c 3000000 /dev/zero | $SHELL_UNDER_TEST $C cat; echo
          $SHELL_UNDER_TEST $C kill SIGTERM; echo "code $?"`);
        expect(stderr).not.toContain("cloud-init:");
        const [first, version, ...rest] = stdout.split("\n");
        expect(JSON.parse(first ?? "")).toEqual({
          word: "--carried",
          self: place.carrier,
          args: ["a b", "", "$x", "--version"],
          libpath: expect.stringContaining(`${RUNTIME}/`),
          kept: "/usr/own",
        });
        expect(version).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/u);
        expect(rest).toEqual(["code 37", "same", "3000000", "code 143", ""]);
        expect(exitCode).toBe(0);
      });

      test("mends what was cut short or emptied, and a marker that is not its own", () => {
        const { stdout } = run(`
          $SHELL_UNDER_TEST $C exit 5; cd ${RUNTIME}/*
          for damage in ': > node' ': > app.cjs' 'echo x > .ok' 'rm .ok' 'rm app.cjs'; do
            eval "$damage"; $SHELL_UNDER_TEST $C exit 5; echo "$?"
          done; ls -A ..`);
        expect(stdout.split("\n").slice(0, 5)).toEqual(["5", "5", "5", "5", "5"]);
        expect(stdout.split("\n")[5]).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/u);
      });

      test("many first runs at once are all served, and leave nothing", () => {
        const { stdout } = run(`
          for i in 1 2 3 4 5 6 7 8; do ( $SHELL_UNDER_TEST $C exit 9; echo "code $?" ) & done; wait
          ls -A ${RUNTIME}`);
        expect(stdout.match(/^code 9$/gmu)).toHaveLength(8);
        expect(stdout).not.toContain(".t.");
      });

      test("takes the next directory where one cannot be trusted or written", () => {
        const where = `ls -d ${RUNTIME}/*/node /var/opt/cloud-init/runtime/*/node /var/tmp/.cloud-init-runtime.0/*/node 2>/dev/null`;
        const inEach = [
          `mkdir -p ${RUNTIME}; chmod 775 ${RUNTIME}`,
          `mkdir -p ${RUNTIME}; chmod 757 ${RUNTIME}`,
          `mkdir -p ${RUNTIME}; chown 65534 ${RUNTIME}`,
          `mkdir -p /opt/freeware/libexec /opt/there; ln -s /opt/there ${RUNTIME}`,
          `mkdir -p /opt/freeware/libexec; chmod 777 /opt/freeware/libexec`,
          `mount -o remount,ro /opt`,
          `echo file > /opt/freeware`,
        ];
        for (const damage of inEach) {
          const { stdout, stderr } = run(
            `${damage}; $SHELL_UNDER_TEST $C exit 4; echo "code $?"; ${where}`,
          );
          expect(`${damage}: ${stdout}${stderr}`).toMatch(
            /: code 4\n\/var\/opt\/cloud-init\/runtime\/\S+\/node\n$/u,
          );
        }
      });

      test("says why where no directory will do, and does not end well", () => {
        const { stdout, stderr } = run(`
          mount -o remount,ro /opt; mount -o remount,ro /var/opt
          mkdir /var/tmp/.cloud-init-runtime.0; chown 65534 /var/tmp/.cloud-init-runtime.0
          $SHELL_UNDER_TEST $C exit 0; echo "code $?"`);
        expect(stdout).toBe("code 125\n");
        expect(stderr).toContain("cloud-init: cannot unpack the runtime: ");
        expect(stderr).toContain("/var/opt/cloud-init/runtime: cannot be");
        expect(stderr).toContain(
          "/var/tmp/.cloud-init-runtime.0: others may change /var/tmp/.cloud-init-runtime.0",
        );
      });
    });
  }

  test("is found by a link and through PATH, and knows by which name", () => {
    const { stdout } = place.run(`
      mkdir /opt/bin; ln -s $C /opt/bin/cloud-init-per; PATH=/opt/bin:$PATH
      cloud-init-per; cd /opt/bin; ./cloud-init-per; cd /; opt/bin/cloud-init-per`);
    const selves = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { self: string }).self);
    expect(selves.map((self) => self.split("/").at(-1))).toEqual(Array(3).fill("cloud-init-per"));
    expect(selves[0]).toBe("/opt/bin/cloud-init-per");
  });

  test("killed while it unpacks, starts anew and clears up", () => {
    const { stdout } = place.run(`
      mkdir -p ${RUNTIME}/.t.999999 ${RUNTIME}; : > ${RUNTIME}/.t.999999/node
      $C exit 6 & sleep 0.02; kill -9 $! 2>/dev/null; wait 2>/dev/null
      $C exit 6; echo "code $?"; ls -A ${RUNTIME}`);
    expect(stdout).toMatch(/^code 6\n\d+\.\d+\.\d+-[0-9a-f]{12}\n$/u);
  });

  test("that is damaged or cut short is refused with its reason", () => {
    const { stdout, stderr } = place.run(`
      cp $C $DIR/flipped; printf X | dd of=$DIR/flipped bs=1 seek=33400 conv=notrunc 2>/dev/null
      chmod 755 $DIR/flipped; $DIR/flipped exit 0; echo "code $?"
      head -c 33300 $C > $DIR/cut; chmod 755 $DIR/cut; $DIR/cut exit 0; echo "code $?"`);
    expect(stdout).toBe("code 125\ncode 125\n");
    expect(stderr).toContain('flipped" is damaged, or the file system is full');
  });

  test("with a full file system says so", () => {
    const { stdout, stderr } = place.run(`
      for d in /opt /var/opt /var/tmp; do mount -o remount,size=8k $d; done
      $C exit 0; echo "code $?"`);
    expect(stdout).toBe("code 125\n");
    expect(stderr).toContain("cannot unpack the runtime");
  });

  test("whose runtime is for another machine says so", () => {
    const foreign = createCarrierPlace({ runtime: new Uint8Array([0x01, 0xf7, 0, 4, 5, 6]) });
    const { stdout, stderr } = foreign.run('$C exit 0; echo "code $?"');
    foreign.remove();
    expect(stdout).toBe("code 125\n");
    expect(stderr).toContain("the runtime does not run here (");
  });

  test("on a file system without execution goes to the next, and a clock in 1970 does not matter", () => {
    const { stdout } = place.run(`
      mount -o remount,noexec /opt; $C exit 3; echo "code $?"; ls -A /var/opt/cloud-init/runtime`);
    expect(stdout).toMatch(/^code 3\n\d/u);
  });

  test("in compress's form is the same program", () => {
    const small = createCarrierPlace({
      form: "compress",
      libraries: { "libx.a": new Uint8Array(5_000) },
    });
    expect(statSync(small.carrier).size).toBeLessThan(statSync(place.carrier).size + 5_000);
    const { stdout } = small.run(`$C exit 8; echo "code $?"; $C exit 8; ls ${RUNTIME}/*`);
    small.remove();
    expect(stdout).toContain("code 8\n");
    expect(stdout).toContain("lib\nnode\n");
  });

  test("is there for everybody, whoever ran it first and with whatever umask", () => {
    const as = (uid: number): string =>
      `setpriv --reuid ${uid} --regid ${uid} --clear-groups env -u HOME`;
    const { stdout, stderr } = place.run(`
      chmod 755 $DIR; mount -o remount,ro /opt; mount -o remount,ro /var/opt
      ${as(1001)} $C exit 3; echo "code $?"; ${as(1002)} $C exit 3; echo "code $?"
      mount -o remount,rw /opt; ( umask 077; $C exit 3; echo "code $?" )
      ls -ld ${RUNTIME}/*/.ok ${RUNTIME} | cut -c1-10
      ${as(1003)} $C exit 3; echo "code $?"; ls -A /var/tmp`);
    expect(stderr).toBe("");
    expect(stdout).toBe(
      "code 3\ncode 3\ncode 3\ndrwxr-xr-x\n-rw-r--r--\ncode 3\n.cloud-init-runtime.1001\n.cloud-init-runtime.1002\n",
    );
  });

  test("makes nothing where a link of somebody else leads", () => {
    const { stdout } = place.run(`
      mount -o remount,ro /opt; mount -o remount,ro /var/opt; mkdir -m 755 /var/tmp/target
      ln -s /var/tmp/target /var/tmp/.cloud-init-runtime.0; $C exit 3 2>/dev/null; echo "code $?"
      ls -A /var/tmp/target`);
    expect(stdout).toBe("code 125\n");
  });

  test("takes no relative directory from the environment, and one with a blank as it is", () => {
    const { stdout } = place.run(`
      cd /opt; CLOUD_INIT_RUNTIME_DIR=own/place timeout 10 $C exit 3; echo "code $?"
      ls /opt; CLOUD_INIT_RUNTIME_DIR='/opt/a b' $C exit 3; echo "code $?"; ls -d /opt/a*`);
    expect(stdout).toBe("code 3\nfreeware\ncode 3\n");
    const only = place.run(`
      mount -t tmpfs -o mode=755 none /mnt; mount -o remount,ro /opt; mount -o remount,ro /var/opt; mount -o remount,ro /var/tmp
      CLOUD_INIT_RUNTIME_DIR='/mnt/a b' $C exit 3; echo "code $?"; ls /mnt`);
    expect(only.stdout).toBe("code 3\na b\n");
  });

  test("as somebody who is not root uses the directory that is his", () => {
    const { stdout } = place.run(`
      chmod 755 $DIR; mkdir /opt/mine; chown 65534:65534 /opt/mine
      CLOUD_INIT_RUNTIME_DIR=/opt/mine setpriv --reuid 65534 --regid 65534 --clear-groups $C exit 2; echo "code $?"
      ls /opt/mine | wc -l`);
    expect(stdout.replaceAll(" ", "")).toBe("code2\n1\n");
  });
});

test("the same parts give the same bytes", () => {
  const parts = {
    runtime: new Uint8Array([1]),
    program: new Uint8Array([2]),
    form: "compress",
  } as const;
  expect(buildCarrier(parts)).toEqual(buildCarrier(parts));
});

test("the stub keeps to what ksh88 knows", () => {
  const stub = readFileSync(new URL("../../scripts/carrier/stub.sh", import.meta.url), "utf8");
  const code = stub.replace(/^\s*#.*$/gmu, "").replace(/-e '[\s\S]*?' "\$temp"/u, "");
  expect(code).not.toMatch(/\$\(\(|\$\(|\[\[|\blocal\b|\bprintf\b|<<<|\+=/u);
});
