import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import {
  createLinuxSandbox,
  type LinuxSandbox,
  type LinuxSandboxOptions,
  SANDBOX_MAC,
} from "../../scripts/linux-sandbox.ts";

export const CLOUD_DIR = "/var/lib/cloud";
export const SEED_DIR = `${CLOUD_DIR}/seed/config_drive/openstack/latest`;
export const INSTANCE_ID = "3976d990-ab42-4939-911a-21f6149170cd";
export const ADMIN_KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFp3q0l2mYwq2Z3sQ0v1k6n8xGQ4b0qkQ1mZ7c1u2d3e admin@example.com";

/** What a drive says of the sandbox: one NIC, a host name, a key. */
export const META_DATA = JSON.stringify({
  uuid: INSTANCE_ID,
  name: "vm1",
  hostname: "vm1.example.com",
  public_keys: { admin: ADMIN_KEY },
});

export const NETWORK_DATA = JSON.stringify({
  links: [{ id: "tap1", type: "pvm_sea", ethernet_mac_address: SANDBOX_MAC, mtu: 1500 }],
  networks: [
    {
      id: "network0",
      link: "tap1",
      type: "ipv4",
      ip_address: "192.0.2.20",
      netmask: "255.255.255.0",
      routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" }],
    },
  ],
  services: [{ type: "dns", address: "192.0.2.53" }],
});

/** This machine once more, without any cloud-init but ours, installed as the README says. */
export async function createLinuxMachine(
  options: Pick<LinuxSandboxOptions, "discs" | "programs"> = {},
): Promise<LinuxSandbox> {
  const sandbox = await createLinuxSandbox({
    ...options,
    without: ["/etc/cloud", CLOUD_DIR, "/usr/bin/cloud-init", "/etc/hostname"],
    programs: { ...options.programs, "/usr/bin/cloud-init.built": builtArtefacts().binary },
  });
  const { exitCode, stderr } = sandbox.boot(["/usr/bin/cloud-init.built", "install"]);
  if (exitCode !== 0) {
    sandbox.close();
    throw new Error(`Cannot install in the sandbox: exit code ${exitCode}: ${stderr}`);
  }
  return sandbox;
}

/** What a config drive brings, without one: a machine of META_DATA and NETWORK_DATA. */
export function seedDrive(sandbox: LinuxSandbox, userData: string): void {
  sandbox.write(`${SEED_DIR}/meta_data.json`, META_DATA);
  sandbox.write(`${SEED_DIR}/network_data.json`, NETWORK_DATA);
  sandbox.write(`${SEED_DIR}/user_data`, userData);
}

/** How one boot ended: the stages' exit codes, and what `probe` printed after them. */
export interface LinuxBoot {
  readonly exitCodes: readonly number[];
  readonly probe: string;
}

/** Boots the machine through the four stages, then runs `probe` with the shell while it is up. */
export function bootLinux(sandbox: LinuxSandbox, probe = ""): LinuxBoot {
  const script = [
    "mkdir -p /run/t",
    ...["init --local", "init", "modules --mode config", "modules --mode final"].map(
      (stage) => `/usr/bin/cloud-init ${stage} >>/run/t/out 2>&1; echo $? >>/run/t/codes`,
    ),
    "cat /run/t/codes; echo ---",
    probe,
  ].join("\n");
  const { stdout, stderr, exitCode } = sandbox.boot(["/bin/sh", "-c", script]);
  const [codes = "", ...rest] = stdout.split("---\n");
  if (codes === "") {
    throw new Error(`The boot ended with ${exitCode}: ${stderr}`);
  }
  return { exitCodes: codes.trim().split("\n").map(Number), probe: rest.join("---\n") };
}

/** What must not change on the machine that the tests run on. */
export function hostFingerprint(): string {
  const hash = createHash("sha256").update(hostname());
  const files = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/hostname", "/etc/sudoers"];
  for (const file of files) {
    hash.update(existsSync(file) ? readFileSync(file) : "absent");
  }
  for (const directory of ["/etc/systemd/network", "/etc/sudoers.d", "/etc/ssh", "/home"]) {
    hash.update(existsSync(directory) ? readdirSync(directory).sort().join() : "absent");
  }
  for (const file of [CLOUD_DIR, "/run/cloud-init", "/root/.ssh", "/usr/bin/cloud-init"]) {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    hash.update(stats === undefined ? "absent" : `${stats.ino} ${stats.mtimeMs} ${stats.size}`);
  }
  return hash.digest("hex");
}
