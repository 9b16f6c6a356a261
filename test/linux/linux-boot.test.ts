import { describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { ADMIN_KEY, bootLinux, INSTANCE_ID, SEED_DIR } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const DEPLOY_KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4 deploy@example.com";

const USER_DATA = `#cloud-config
bootcmd:
  - echo "boot of $INSTANCE_ID" >> /var/tmp/boots
groups:
  - orders
users:
  - default
  - name: deploy
    gecos: Deployment
    groups: orders
    shell: /bin/sh
    sudo: ["ALL=(ALL) NOPASSWD: /usr/bin/id"]
    ssh_authorized_keys:
      - ${DEPLOY_KEY}
write_files:
  - path: /etc/orders/orders.conf
    permissions: "0640"
    owner: root:adm
    content: |
      environment=production
  - path: /home/deploy/later
    owner: deploy:deploy
    defer: true
    content: later
runcmd:
  - echo "run on $(hostname)" >> /var/tmp/runs
  - [sh, -c, 'echo "list on $(hostname)" >> /var/tmp/runs']
`;

const PROBE = `hostname
getent passwd deploy | cut -d: -f1,5-
id -nG deploy
getent passwd debian | cut -d: -f1,7
readlink /run/cloud-init/status.json
stat -c '%a %U:%G' /etc/orders/orders.conf /home/deploy/later /home/deploy/.ssh/authorized_keys
`;

describe.skipIf(requireOrSkip(findSandboxObstacle()))("on Debian, from a seed directory", () => {
  const json = (file: string): unknown => JSON.parse(debian.read(file));
  const instance = `/var/lib/cloud/instances/${INSTANCE_ID}`;

  const debian = useDebian({
    userData: USER_DATA,
    probe: PROBE,
  });

  test("four stages end well, and status.json and result.json say so", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
    const stage = { errors: [], recoverable_errors: {} };
    expect(json("/var/lib/cloud/data/status.json")).toMatchObject({
      v1: {
        datasource: "DataSourceConfigDriveNet [net,ver=2][source=/var/lib/cloud/seed/config_drive]",
        stage: null,
        "init-local": stage,
        init: stage,
        "modules-config": stage,
        "modules-final": stage,
      },
    });
    expect(json("/var/lib/cloud/data/result.json")).toMatchObject({ v1: { errors: [] } });
    expect(debian.read("/var/log/cloud-init-output.log").match(/^Cloud-init v\. /gmu)?.length).toBe(
      5,
    );
  });

  test("the real host name, users, groups, keys and files are there", () => {
    expect(debian.first.probe.split("\n")).toEqual([
      "vm1",
      "deploy:Deployment:/home/deploy:/bin/sh",
      "deploy orders",
      "debian:/bin/bash",
      "../../var/lib/cloud/data/status.json",
      "640 root:adm",
      "644 deploy:deploy",
      "600 deploy:deploy",
      "",
    ]);
    expect(debian.read("/etc/hostname")).toBe("vm1\n");
    expect(debian.read("/etc/orders/orders.conf")).toBe("environment=production\n");
    expect(debian.read("/home/deploy/later")).toBe("later");
    expect(debian.read("/home/deploy/.ssh/authorized_keys")).toContain(DEPLOY_KEY);
    expect(debian.read("/home/debian/.ssh/authorized_keys")).toContain(ADMIN_KEY);
    expect(debian.read("/root/.ssh/authorized_keys")).toMatch(/command=.*debian.* ssh-ed25519 /u);
    expect(debian.read("/etc/sudoers.d/90-cloud-init-users")).toContain(
      "deploy ALL=(ALL) NOPASSWD: /usr/bin/id\n",
    );
    const shadow = /^deploy:([^:]*):/mu.exec(debian.read("/etc/shadow"));
    expect(shadow?.[1]).toStartWith("!");
  });

  test("host keys are new ones", () => {
    const names = readdirSync(`${debian.machine.root}/etc/ssh`).filter((name) =>
      /^ssh_host_\w+_key$/u.test(name),
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const key = `${debian.machine.root}/etc/ssh/${name}`;
      expect(lstatSync(key).mode & 0o777).toBe(0o600);
      expect(existsSync(`/etc/ssh/${name}`) && readFileSync(`/etc/ssh/${name}`, "utf8")).not.toBe(
        readFileSync(key, "utf8"),
      );
    }
  });

  test("bootcmd and runcmd ran, the second with the new host name", () => {
    expect(debian.read("/var/tmp/boots")).toBe(`boot of ${INSTANCE_ID}\n`);
    expect(debian.read("/var/tmp/runs")).toBe("run on vm1\nlist on vm1\n");
  });

  test("the network is a unit of systemd-networkd, matched by MAC address", () => {
    const [name, ...others] = readdirSync(`${debian.machine.root}/etc/systemd/network`);
    expect(others).toEqual([]);
    const unit = debian.read(`/etc/systemd/network/${name ?? ""}`);
    for (const line of [
      "MACAddress=fa:16:3e:00:00:01",
      "Address=192.0.2.20/24",
      "DNS=192.0.2.53",
    ]) {
      expect(unit).toContain(`${line}\n`);
    }
    expect(unit).toMatch(/\[Route\]\n(?:Destination=0\.0\.0\.0\/0\n)?Gateway=192\.0\.2\.1\n/u);
  });

  test("the instance's directory is as people know it", () => {
    expect(readlinkSync(`${debian.machine.root}/var/lib/cloud/instance`)).toBe(instance);
    const semaphores = readdirSync(`${debian.machine.root}${instance}/sem`);
    for (const name of ["runcmd", "scripts_user", "set_hostname", "users_groups", "write_files"]) {
      expect(semaphores).toContain(`config_${name}`);
    }
    expect(debian.read("/var/lib/cloud/data/instance-id")).toBe(`${INSTANCE_ID}\n`);
    expect(debian.read(`${instance}/cloud-config.txt`)).toStartWith("#cloud-config\n");
    expect(debian.read(`${instance}/user-data.txt`)).toBe(USER_DATA);
  });

  test("a second boot, the drive gone, repeats what is for each boot and nothing else", () => {
    const { exitCode } = debian.machine.boot(["rm", "-rf", "/var/lib/cloud/seed"]);
    expect(exitCode).toBe(0);
    const shadow = debian.read("/etc/shadow");
    const second = bootLinux(debian.machine, PROBE);
    expect(second.exitCodes).toEqual([0, 0, 0, 0]);
    expect(second.probe).toBe(debian.first.probe);
    expect(debian.read("/var/tmp/boots")).toBe(`boot of ${INSTANCE_ID}\n`.repeat(2));
    expect(debian.read("/var/tmp/runs")).toBe("run on vm1\nlist on vm1\n");
    expect(debian.read("/etc/shadow")).toBe(shadow);
    expect(debian.read("/var/lib/cloud/data/instance-id")).toBe(`${INSTANCE_ID}\n`);
  }, 60_000);

  test("a new instance-id makes the machine another one", () => {
    const id = "11111111-2222-4333-8444-555555555555";
    debian.machine.write(
      `${SEED_DIR}/meta_data.json`,
      JSON.stringify({ uuid: id, hostname: "vm2" }),
    );
    debian.machine.write(
      `${SEED_DIR}/user_data`,
      "#!/bin/sh\necho script on $(hostname) >> /var/tmp/runs\n",
    );
    const third = bootLinux(debian.machine, "hostname");
    expect(third).toEqual({ exitCodes: [0, 0, 0, 0], probe: "vm2\n" });
    expect(debian.read("/var/tmp/runs")).toEndWith("script on vm2\n");
    expect(debian.read("/var/tmp/boots")).toBe(`boot of ${INSTANCE_ID}\n`.repeat(2));
    expect(debian.read("/var/lib/cloud/data/previous-instance-id")).toBe(`${INSTANCE_ID}\n`);
    const key = readFileSync(`${debian.machine.root}/home/deploy/.ssh/authorized_keys`, "utf8");
    expect(key).toContain(DEPLOY_KEY);
  }, 60_000);
});
