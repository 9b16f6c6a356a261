import { isDirectory, isFile } from "../system/files.ts";
import type { AnsibleRunner } from "./ansible-runner.ts";
import { ensurePackages } from "./ensure-packages.ts";
import { findProgram } from "./find-program.ts";
import type { ModuleContext } from "./module.ts";

const PIP_PACKAGE = "python3-pip";
const ASK_TIMEOUT_MS = 60_000;

/** How Ansible comes onto the machine. */
export interface AnsibleWish {
  readonly method: "pip" | "distro";
  readonly packageName: string;
  readonly isForUser: boolean;
}

/** Installs Ansible out of the system's repositories or with pip, unless it is there. Throws where it cannot be had. */
export async function installAnsible(
  ctx: ModuleContext,
  wish: AnsibleWish,
  runner: AnsibleRunner,
): Promise<void> {
  const { packageName } = wish;
  // "ansible-core==2.16.1": pip itself sees what is there.
  const isAnyVersion = /^[\w.-]+$/u.test(packageName);
  if (isAnyVersion && runner.find("ansible-playbook") !== undefined) {
    ctx.log.debug("Ansible is there already");
    return;
  }
  if (wish.method === "distro") {
    await ensurePackages(ctx, [{ name: packageName }]);
    return;
  }
  await ensurePip(ctx);
  const isDone = await runner.run({
    what: `pip install ${packageName}`,
    path: ["ansible", "package_name"],
    words: [
      findPython(ctx) ?? "/usr/bin/python3",
      "-m",
      "pip",
      "install",
      ...(isManagedByDistro(ctx) ? ["--break-system-packages"] : []),
      ...(wish.isForUser ? ["--user"] : []),
      packageName,
    ],
  });
  if (!isDone) {
    throw new Error("pip failed");
  }
}

async function ensurePip(ctx: ModuleContext): Promise<void> {
  const python = findPython(ctx);
  if (python !== undefined) {
    const { exitCode } = await ctx.sys.exec.query([python, "-m", "pip", "--version"], {
      okExitCodes: "any",
      timeoutMs: ASK_TIMEOUT_MS,
    });
    if (exitCode === 0) {
      return;
    }
  }
  await ensurePackages(ctx, [{ name: PIP_PACKAGE }]);
}

function findPython(ctx: ModuleContext): string | undefined {
  return findProgram(ctx, "python3");
}

/** PEP 668: pip refuses to touch what a distribution manages unless told so; older ones do not know the option. */
function isManagedByDistro({ sys }: ModuleContext): boolean {
  return (
    isDirectory(sys.fs, "/usr/lib") &&
    sys.fs
      .list("/usr/lib")
      .some(
        (name) =>
          name.startsWith("python3") && isFile(sys.fs, `/usr/lib/${name}/EXTERNALLY-MANAGED`),
      )
  );
}
