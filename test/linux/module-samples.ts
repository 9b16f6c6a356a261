import { gzipSync } from "node:zlib";

/** One boot, and what is looked at after it. */
export interface ModuleSample {
  readonly metaData?: Readonly<Record<string, unknown>>;
  readonly userData: string;
  /** Shell commands whose output must be the same, each line with a name of its own. */
  readonly probe?: string;
  /** Lines that only one of the two gives, by boot; `reason` says why that is wanted. */
  readonly differs?: {
    readonly reason: string;
    readonly first?: Difference;
    readonly second?: Difference;
  };
}

interface Difference {
  readonly peer: readonly string[];
  readonly ours: readonly string[];
}

const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4 deploy@example.com";
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString("base64");

export const MODULE_SAMPLES: Readonly<Record<string, ModuleSample>> = {
  "files in all encodings": {
    metaData: { hostname: "files1" },
    userData: `#cloud-config
users: []
write_files:
  - {path: /opt/f/plain, content: "plain\\n"}
  - {path: /opt/f/b64, encoding: b64, content: ${base64("b64\n")}, permissions: "0600"}
  - {path: /opt/f/gzip, encoding: gz+b64, content: ${base64(gzipSync("gzip\n"))}, permissions: 0o750}
  - {path: /opt/f/binary, encoding: gzip, content: !!binary ${base64(gzipSync("binary\n"))}}
  - {path: /opt/f/owned, content: owned, owner: "daemon:adm", permissions: "4755"}
  - {path: /opt/f/empty}
  - {path: /opt/f/twice, content: "one\\n"}
  - {path: /opt/f/twice, content: "two\\n", append: true}
  - {path: /opt/f/deferred, content: deferred, defer: true}
`,
    probe: `cd /opt/f && for f in *; do echo "$f $(stat -c '%a %U:%G' $f) $(cat $f | base64 -w0)"; done
`,
    differs: {
      reason:
        "cloud-init changes the owner after the mode, and the kernel takes the setuid bit away",
      first: {
        peer: [`owned 755 daemon:adm ${base64("owned")}`],
        ours: [`owned 4755 daemon:adm ${base64("owned")}`],
      },
      second: {
        peer: [`owned 755 daemon:adm ${base64("owned")}`],
        ours: [`owned 4755 daemon:adm ${base64("owned")}`],
      },
    },
  },
  "a host name with a domain": {
    metaData: { hostname: "meta1.example.com" },
    userData: "#cloud-config\nusers: []\nhostname: user1\nfqdn: user1.example.org\n",
  },
  "a host name that stays": {
    metaData: { hostname: "other1" },
    userData: "#cloud-config\nusers: []\npreserve_hostname: true\n",
    differs: {
      reason: "cloud-init sets the name in init-local, before it has read that it must not",
      first: { peer: ["kernel other1", "file other1"], ours: ["kernel user1", "file user1"] },
      second: { peer: ["kernel other1", "file other1"], ours: ["kernel user1", "file user1"] },
    },
  },
  "users, groups and keys": {
    metaData: { hostname: "users1", public_keys: { cloud: KEY.replace("deploy@", "cloud@") } },
    userData: `#cloud-config
groups:
  - orders
  - ops: [daemon]
users:
  - default
  - name: deploy
    gecos: Deployment
    groups: [orders, ops]
    shell: /bin/sh
    sudo: ALL=(ALL) NOPASSWD:/usr/bin/id
    ssh_authorized_keys: ["${KEY}"]
  - {name: open, lock_passwd: false, hashed_passwd: "$6$abc$def", no_user_group: true, primary_group: users}
  - {name: robot, system: true, homedir: /var/lib/robot}
  - {name: nohome, no_create_home: true, expiredate: "2032-09-01"}
`,
    probe: `for u in admin deploy open robot nohome; do
  echo "passwd $(getent passwd $u | cut -d: -f1,2,5-)"
  echo "groups of $u: $(id -nG $u)"
  echo "shadow of $u: $(getent shadow $u | cut -d: -f2,8)"
done
echo "system $([ $(id -u robot) -lt 1000 ] && echo yes)"
for f in /home/admin/.ssh/authorized_keys /home/deploy/.ssh/authorized_keys /root/.ssh/authorized_keys; do
  echo "$f $(stat -c '%a %U:%G' $f) $(grep -v '^#' $f | base64 -w0)"
done
echo "sudo $(stat -c %a /etc/sudoers.d/90-cloud-init-users) $(grep -v '^#' /etc/sudoers.d/90-cloud-init-users | grep . | base64 -w0)"
ls -d /home/* | sed 's/^/home /'
`,
  },
  "commands, one of which fails": {
    metaData: { hostname: "cmd1" },
    userData: `#cloud-config
users: []
bootcmd:
  - echo "boot $INSTANCE_ID" >> /opt/ran
  - [cloud-init-per, instance, mark, sh, -c, 'echo per-instance >> /opt/ran']
runcmd:
  - echo "string 'quoted'" >> /opt/ran
  - [sh, -c, 'echo "$0 $1" >> /opt/ran', "a b", $HOME]
  - "false"
  - echo last >> /opt/ran
`,
    probe: `cat -n /opt/ran
cd /var/lib/cloud/instance/scripts && for f in *; do echo "script $f $(stat -c '%a %U:%G' $f)"; done
`,
  },
  "a command of bootcmd that fails": {
    metaData: { hostname: "cmd2" },
    userData:
      "#cloud-config\nusers: []\nbootcmd: [echo begun > /opt/begun, exit 3]\nruncmd: ['exit 4']\n",
    probe: "cat /opt/begun\n",
  },
};
