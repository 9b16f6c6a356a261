// The carrier under the shells that stand for AIX's ksh88: what it does the first time, later, and when
// something is wrong with the disk, the file or the machine.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { BLOCK_BYTES, buildCarrier } from "../../scripts/carrier/carrier.ts";
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

/** Shell that prints the carrier with its stub changed; the archive stays where it is. */
const edited = (script: string): string =>
  `{ { head -c ${BLOCK_BYTES} $C | sed '${script}'; yes '' | head -c ${BLOCK_BYTES}; } | head -c ${BLOCK_BYTES}; tail -c +${BLOCK_BYTES + 1} $C; }`;

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
          for damage in ': > node' ': > app.cjs' 'echo x > .ok' 'rm .ok' 'rm app.cjs' 'chmod 644 node' \
            'tr -c "\\n" " " < program.cjs > p && cp p program.cjs' 'chmod 666 program.cjs' 'chown 1234 node' 'rm -r lib'; do
            eval "$damage"; $SHELL_UNDER_TEST $C exit 5; echo "$?"
          done; ls -A ..`);
        expect(stdout.split("\n").slice(0, 5)).toEqual(Array(5).fill("5"));
        expect(stdout.split("\n").slice(5, 10)).toEqual(Array(5).fill("5"));
        expect(stdout.split("\n")[10]).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/u);
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
          `mkdir -p /opt/freeware/libexec /opt/there; ln -s /opt/there ${RUNTIME}; chown -h 65534 ${RUNTIME}`,
          `mkdir -p /opt/freeware/libexec; mkdir -m 777 /opt/there; ln -s /opt/there ${RUNTIME}`,
          `mkdir -p /opt/freeware/libexec; ln -s cloud-init ${RUNTIME}`,
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

  test("that is cut off anywhere in its stub does nothing, and does not end well", () => {
    const stub = readFileSync(place.carrier, "latin1").slice(0, BLOCK_BYTES);
    const { stdout } = place.run(`
      $C exit 0
      for shell in ${SHELLS.map(startOf).join(";").replaceAll(" ", ",").replaceAll(";", " ")}; do
        shell=$(echo $shell | tr , ' '); at=12
        while [ $at -le ${stub.lastIndexOf("}")} ]; do
          head -c $at $C > $DIR/cut; $shell $DIR/cut exit 0 >/dev/null 2>&1 && echo "$shell: cut at $at"
          at=$((at + 211))
        done
      done; echo end`);
    expect(stdout).toBe("end\n");
  }, 60_000);

  test("follows links that are root's, as where /opt/freeware has a file system of its own", () => {
    const { stdout, stderr } = place.run(`
      mount -t tmpfs -o mode=755 none /mnt; mkdir -p '/mnt/one place' /mnt/deep/two
      ln -s '../mnt/one place' /opt/freeware; ln -s ../deep/two '/mnt/one place/libexec'
      $C exit 3; echo "code $?"; $C exit 3; echo "code $?"; ls /mnt/deep/two; ls -A /var/opt /var/tmp`);
    expect(stderr).toBe("");
    expect(stdout).toBe("code 3\ncode 3\ncloud-init\n/var/opt:\n\n/var/tmp:\n");
  });

  test("does not run what the caller's shell calls by the names of its tools", () => {
    const names = "cd chmod cksum dd echo find id ls mkdir rm sed tar umask uname pwd read kill";
    const functions = names.split(" ").map((name) => `'BASH_FUNC_${name}%%=() { echo ran >&2; }'`);
    const { stdout, stderr } = place.run(`
      for name in ${names}; do echo "alias $name='$name --ran'"; done > $DIR/aliases
      head -c ${BLOCK_BYTES} $C > $DIR/stub
      for shell in ksh93 mksh dash; do
        for run in first later; do
          $shell -c ". $DIR/aliases
            . $DIR/stub" $C exit 9; echo "$shell: code $?"
        done; rm -r /opt/*
      done
      for run in first later; do env ${functions.join(" ")} bash --posix $C exit 9; echo "bash: code $?"; done`);
    expect(stderr).toBe("");
    expect(stdout.match(/: code 9$/gmu)).toHaveLength(8);
  });

  test("gives its tools none of the libraries that the caller names", () => {
    const { stdout } = place.run(`
      mkdir /opt/tools; for tool in id mkdir rm sed uname dd cksum find chmod tar; do ln -s /usr/bin/$tool /opt/tools; done
      printf '#!/bin/sh\necho "$LIBPATH" >> /var/tmp/said; exec /usr/bin/ls "$@"\n' > /opt/tools/ls; chmod 755 /opt/tools/ls
      ${edited("s;^PATH=/usr/bin.*;PATH=/opt/tools;")} > $DIR/traced
      LIBPATH=/own sh $DIR/traced exit 3; echo "code $?"; grep -c own /var/tmp/said; grep -c . /var/tmp/said`);
    expect(stdout).toBe("code 3\n0\n0\n");
  });

  test("clears up after a run that died, even where another process has its number by now", () => {
    const { stdout } = place.run(`
      mkdir -p ${RUNTIME}/.t.1 ${RUNTIME}/.t.$$; touch -d '3 days ago' ${RUNTIME}/.t.1
      $C exit 3; echo "code $?"; ls -A ${RUNTIME} | sed "s/$$/PID/; s/^[0-9].*/VERSION/"`);
    expect(stdout).toBe("code 3\n.t.PID\nVERSION\n");
  });

  test("starts where a user's limit on data is low", () => {
    const { stdout } = place.run(`
      ulimit -S -d 65536; $C limit; ulimit -S -d`);
    expect(stdout).toBe("unlimited\n65536\n");
  });

  test("takes directories of bin's for safe above its own on AIX alone", () => {
    const damage = "mkdir -p /opt/freeware; chown 2 /opt/freeware";
    const linux = place.run(`${damage}; $C exit 3; echo "code $?"; ls /opt/freeware`);
    expect(linux.stdout).toBe("code 3\n");
    const aix = place.run(
      `${damage}; ${edited("s/^system=.*/system=AIX/; s/uname -s/echo AIX/")} > $DIR/aix; sh $DIR/aix exit 3; echo "code $?"; ls /opt/freeware`,
    );
    expect(aix.stdout).toBe("code 3\nlibexec\n");
  });

  test("is not kept waiting, and opens nothing, by what somebody else has put in its way", () => {
    const { stdout } = place.run(`
      $C exit 3; version=$(ls ${RUNTIME}); rm -r /opt/freeware
      there=/var/tmp/.cloud-init-runtime.0/$version; mkdir -p $there; mkfifo $there/.ok
      chown -R 65534 /var/tmp/.cloud-init-runtime.0
      timeout 20 $C exit 3; echo "code $?"; ls ${RUNTIME} | wc -l`);
    expect(stdout.replaceAll(" ", "")).toBe("code3\ncode3\n1\n".slice(6));
  });

  test("does not depend on the caller's variables, and leaves the program what it wants of them", () => {
    const { stdout, stderr } = place.run(`
      for set in PATH=/nonexistent PATH= BLOCK_SIZE=1M LS_BLOCK_SIZE=1M 'TAR_OPTIONS=--to-command=touch /var/tmp/ran' \
        NODE_CHANNEL_FD=3 TIME_STYLE=+%s IFS=o 'LC_ALL=de_DE.UTF-8' POSIXLY_CORRECT=1 'LIBPATH=a b'; do
        for run in first later; do /usr/bin/env "$set" $C exit 9; echo "$set: code $?"; done; rm -r /opt/*
      done; ls /var/tmp
      SSL_CERT_FILE=/x/ca.pem PATH=/own:/usr/bin $C --version`);
    expect(stderr).toBe("");
    const lines = stdout.trim().split("\n");
    const told = JSON.parse(lines.pop() ?? "") as { given: string; path: string };
    expect(told).toMatchObject({ given: "/x/ca.pem", path: "/own:/usr/bin" });
    expect(lines).toHaveLength(22);
    expect(lines.filter((line) => !line.endsWith(": code 9"))).toEqual([]);
  });

  test("gives the program the caller's umask, at the first run and later", () => {
    const { stdout } = place.run("umask 077; $C umask; $C umask; umask 0; $C umask");
    expect(stdout).toBe("77\n77\n0\n");
  });

  test("called by a name without a slash is the file here, whatever PATH has of that name", () => {
    const { stdout } = place.run(`
      mkdir /opt/bin /opt/here; cp $C /opt/bin/own; cp $C /opt/here/own; cd /opt/here
      PATH=/opt/bin:$PATH sh own; PATH=/opt/bin:$PATH dash own; cd /; PATH=/opt/bin:$PATH own`);
    const selves = stdout.trim().split("\n");
    expect(selves.map((line) => (JSON.parse(line) as { self: string }).self)).toEqual([
      "/opt/here/./own",
      "/opt/here/./own",
      "/opt/bin/own",
    ]);
  });

  test("whose place is mounted without execution since, takes another", () => {
    const { stdout } = place.run(`
      $C exit 3; mount -o remount,noexec /opt; $C exit 3; echo "code $?"; ls /var/opt/cloud-init/runtime | wc -l`);
    expect(stdout.replaceAll(" ", "")).toBe("code3\n1\n");
  });

  test("where a tool is missing says which", () => {
    const { stdout, stderr } = place.run(`
      mkdir /opt/tools; for tool in id ls mkdir rm sed uname dd cksum find chmod; do ln -s /usr/bin/$tool /opt/tools; done
      ${edited("s;^PATH=/usr/bin.*;PATH=/opt/tools;")} > $DIR/poor; sh $DIR/poor exit 0; echo "code $?"`);
    expect(stdout).toBe("code 125\n");
    expect(stderr).toContain("there is no tar(1) in /opt/tools");
  });

  test("stopped while it unpacks, ends as the signal says and leaves nothing", () => {
    const slow = createCarrierPlace({ runtime: Buffer.from("#!/bin/sh\nsleep 5\n") });
    const { stdout } = slow.run(`
      for signal in TERM HUP; do
        $C exit 0 2>/dev/null & sleep 0.7; kill -$signal $!; pkill -$signal -x sleep -P $$ 2>/dev/null
        wait $!; echo "code $?"
      done; ls -A ${RUNTIME}/*`);
    slow.remove();
    expect(stdout).toBe("code 143\ncode 129\n");
  }, 30_000);

  test("with a full file system says so", () => {
    const { stdout, stderr } = place.run(`
      for d in /opt /var/opt /var/tmp; do mount -o remount,size=8k $d; done
      $C exit 0; echo "code $?"
      for d in /opt /var/opt /var/tmp; do mount -o remount,size=1m,nr_inodes=7 $d; done
      $C exit 0; echo "code $?"`);
    expect(stdout).toBe("code 125\ncode 125\n");
    for (const line of stderr.trim().split("\n")) {
      expect(line).toMatch(/^cloud-init: cannot unpack the runtime: \/opt\S+: \w.*full/u);
    }
  });

  test("whose runtime is for another machine says so, and unpacks nothing", () => {
    const xcoff = new Uint8Array(64);
    xcoff.set([0x01, 0xf7]);
    const foreign = createCarrierPlace({ runtime: xcoff });
    const { stdout, stderr } = foreign.run(
      `$C exit 0; echo "code $?"; ls -A /opt /var/opt /var/tmp`,
    );
    foreign.remove();
    expect(stdout).toBe("code 125\n/opt:\n\n/var/opt:\n\n/var/tmp:\n");
    expect(stderr).toMatch(/cloud-init" is for "AIX", and this is "Linux"\n$/u);
  });

  test("whose runtime does nothing, or is nothing that runs, says so", () => {
    for (const [runtime, reason] of [
      ["\x01\xf7 something\n", "the runtime does not run here: exit code 12"],
      ["#!/bin/sh\nexit 0\n", "the runtime does not run here: exit code 0"],
      ["#!/bin/sh\necho '0509-036 Cannot load program' >&2; exit 255\n", "0509-036 Cannot load"],
    ] as const) {
      const place2 = createCarrierPlace({ runtime: Buffer.from(runtime, "latin1") });
      const { stdout, stderr } = place2.run('$C exit 0; echo "code $?"');
      place2.remove();
      expect(stdout).toBe("code 125\n");
      expect(stderr).toContain(reason);
    }
  });

  test("is written through to the disk where fsync is as AIX has it", () => {
    // fsync(2) of AIX: EBADF for a descriptor that is not open for writing, EINVAL for no regular file.
    const shim = `
      const fs = require("fs"), { fsyncSync, openSync } = fs, flags = new Map();
      fs.openSync = (path, flag, mode) => { const fd = openSync(path, flag, mode); flags.set(fd, flag); return fd; };
      fs.fsyncSync = (fd) => {
        const code = fs.fstatSync(fd).isDirectory() ? "EINVAL" : flags.get(fd) === "r" ? "EBADF" : undefined;
        if (code !== undefined) throw Object.assign(new Error(code), { code, syscall: "fsync" });
        fsyncSync(fd);
      };`;
    const runtime = `#!/bin/sh\nexec /usr/bin/node --require=/var/tmp/shim.cjs "$@"\n`;
    const aix = createCarrierPlace({ runtime: Buffer.from(runtime) });
    const { stdout, stderr } = aix.run(
      `echo '${shim}' > /var/tmp/shim.cjs; $C exit 9; echo "code $?"; ls ${RUNTIME}`,
    );
    aix.remove();
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^code 9\n\d/u);
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
      ln -s /var/tmp/target /var/tmp/.cloud-init-runtime.0; chown -h 65534 /var/tmp/.cloud-init-runtime.0; $C exit 3 2>/dev/null; echo "code $?"
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
