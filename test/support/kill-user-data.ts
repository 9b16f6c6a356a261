const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4";

/** Files in many places, so that a kill often falls between two of them. */
const FILES = Array.from(
  { length: 60 },
  (_, index) => `  - path: /srv/files-${index % 6}/deep/file-${index}
    permissions: "${["0600", "0640", "0755", "4755", "0444", "1644"][index % 6] ?? ""}"
    owner: ${index % 3 === 0 ? "root:staff" : "root:system"}
    content: "${`line ${index} `.repeat(index * 20 + 1)}\\n"
`,
).join("");

const CLOUD_CONFIG = `#cloud-config
bootcmd:
  - mkdir -p /var/trace
  - echo ran >> /var/trace/bootcmd
groups:
  - orders
  - ops: [root]
users:
  - default
  - name: deploy
    gecos: Deployment
    groups: orders, ops
    shell: /usr/bin/ksh
    sudo: ["ALL=(ALL) NOPASSWD: /usr/sbin/lsvg"]
    ssh_authorized_keys:
      - ${KEY} deploy@example.com
      - ${KEY} second@example.com
  - name: backup
    homedir: /var/backup
    primary_group: ops
    ssh_authorized_keys: [${KEY} backup@example.com]
write_files:
  - path: /etc/motd
    append: true
    content: "first line of ours\\n"
  - path: /etc/motd
    append: true
    content: "second line of ours\\n"
  - path: /home/deploy/notes/today
    owner: deploy:orders
    defer: true
    permissions: "0600"
    content: "late\\n"
${FILES}runcmd:
  - mkdir -p /var/trace /var/orders
  - [sh, -c, "uname -n > /var/orders/node"]
  - sleep 0.05
  - echo ran >> /var/trace/runcmd
`;

const SCRIPT = `#!/usr/bin/ksh
mkdir -p /var/trace
print ran >> /var/trace/script
`;

/** User-data that does a bit of everything, in two parts. What its code does shows in /var/trace. */
export const KILL_USER_DATA = `Content-Type: multipart/mixed; boundary="part"
MIME-Version: 1.0

--part
Content-Type: text/cloud-config; charset="utf-8"
Content-Disposition: attachment; filename="config"

${CLOUD_CONFIG}
--part
Content-Type: text/x-shellscript; charset="utf-8"
Content-Disposition: attachment; filename="trace"

${SCRIPT}
--part--
`;
