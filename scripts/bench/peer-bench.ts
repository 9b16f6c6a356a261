// The same boot by Debian's cloud-init and by ours, each in a sandbox that is forgotten.
import { existsSync } from "node:fs";
import { createLinuxSandbox, findSandboxObstacle } from "../linux-sandbox.ts";
import { measure, type Usage } from "./measure.ts";

const PROGRAM = "/usr/bin/cloud-init";
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const BOOT = ["init --local", "init", "modules --mode=config", "modules --mode=final"]
  .map((stage) => `${PROGRAM} ${stage}`)
  .join("; ");

/** Modules that both have and that touch no service of the distribution. */
const CONFIG = `datasource_list: [ConfigDrive]
datasource: {ConfigDrive: {dsmode: net}}
users: []
disable_root: false
network: {config: disabled}
cloud_init_modules: [bootcmd, write-files, set_hostname, update_hostname, users-groups]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user, final-message]
system_info: {distro: debian, paths: {cloud_dir: /var/lib/cloud/, templates_dir: /etc/cloud/templates/}}
`;

/** Why there is no peer to compare with, or undefined where there is. */
export function findPeerObstacle(): string | undefined {
  return existsSync(PROGRAM)
    ? findSandboxObstacle()
    : 'Debian\'s cloud-init is not installed: "apt-get install cloud-init" as root brings it';
}

/**
 * One first boot of four stages, less what entering the sandbox costs; by Debian's cloud-init, or by
 * a program of ours that stands in its place.
 */
export async function bootInSandbox(ours: string | undefined, userData: string): Promise<Usage> {
  const sandbox = await createLinuxSandbox({
    without: ["/var/lib/cloud", "/etc/cloud/cloud.cfg.d", "/etc/cloud/cloud-init.disabled"],
    programs: ours === undefined ? {} : { [PROGRAM]: ours },
  });
  try {
    sandbox.write("/etc/cloud/cloud.cfg", CONFIG);
    sandbox.write(`${SEED}/meta_data.json`, JSON.stringify({ uuid: "peer-1", hostname: "peer1" }));
    sandbox.write(`${SEED}/user_data`, userData);
    const entered = measure(sandbox.bootCommand(["true"]));
    const all = measure(sandbox.bootCommand(["sh", "-c", BOOT]), true);
    const result = sandbox.boot([
      "cat",
      "/var/lib/cloud/instance/boot-finished",
      "/etc/bench.conf",
    ]);
    if (result.exitCode !== 0) {
      const who = ours ?? PROGRAM;
      throw new Error(`The boot of "${who}" did not get to its end: ${result.stderr}`);
    }
    return { cpuMs: all.cpuMs - entered.cpuMs, maxRssMiB: all.maxRssMiB };
  } finally {
    sandbox.close();
  }
}
