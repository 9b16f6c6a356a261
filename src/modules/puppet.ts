import { type Static, Type } from "typebox";
import { booleanOption } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { ensureAgentService } from "./ensure-agent-service.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { writeCsrAttributes, writePuppetConfig } from "./puppet-config.ts";
import { installPuppetAio, installPuppetPackage } from "./puppet-install.ts";
import { findPuppetPlaces, isPuppetThere, type PuppetPlaces } from "./puppet-places.ts";
import { runAgent } from "./run-agent.ts";

/** Where Puppet keeps the script that upstream's module runs too. */
const AIO_INSTALL_URL =
  "https://raw.githubusercontent.com/puppetlabs/install-puppet/main/install.sh";
const EXEC_ARGUMENTS = ["--test"];
/** puppet-agent(8), --test: 2 says that something was changed. */
const EXEC_OK_EXIT_CODES = [0, 2];
const SERVICES = ["puppet", "puppet-agent"];

const text = (description: string) => Type.Optional(Type.String({ description }));
const path = (description: string) => Type.Optional(Type.String({ description, pattern: "^/" }));
const flag = (description: string) =>
  Type.Optional(Type.Union([Type.Boolean(), Type.String()], { description }));
const setting = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const settings = Type.Object(
  {
    install: flag("Install the agent. Default true."),
    version: text("The version of the package. Default: the newest."),
    install_type: Type.Optional(
      Type.Union([Type.Literal("packages"), Type.Literal("aio")], {
        description:
          "Out of the system's repositories, or with Puppet's script (Linux). Default packages.",
      }),
    ),
    collection: text("Puppet's collection for aio: puppet8."),
    aio_install_url: text("Another place of Puppet's script, by https."),
    cleanup: flag("aio: take the repository away after it. Default true."),
    conf_file: path("The agent's file. Default: where it looks."),
    ssl_dir: path("The agent's directory of certificates."),
    csr_attributes_path: path("The file for csr_attributes."),
    package_name: text("The package. Default puppet-agent, else puppet."),
    exec: flag("Run the agent once. Default false."),
    exec_args: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: "Arguments for that run. Default --test.",
      }),
    ),
    start_service: flag("Start the agent, now and at each boot. Default true."),
    conf: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Record(Type.String(), setting)]), {
        description:
          "Settings by section of puppet.conf; ca_cert is the server's certificate in PEM.",
      }),
    ),
    csr_attributes: Type.Optional(
      Type.Object(
        {
          custom_attributes: Type.Optional(
            Type.Record(Type.String(), setting, { description: "By OID." }),
          ),
          extension_requests: Type.Optional(
            Type.Record(Type.String(), setting, { description: "By name or OID." }),
          ),
        },
        { description: "What the certificate request says beside the name." },
      ),
    ),
  },
  { description: "The Puppet agent." },
);

/** The Puppet agent (compat modules.md, puppet). */
export const puppet = defineModule({
  name: "puppet",
  title: "Puppet agent",
  description: [
    "Installs the Puppet agent unless one is there, puts `conf` into its puppet.conf (the former one",
    "stays as `.old`), `csr_attributes` into a file of mode 0600, and starts it, now and at each boot.",
    "In `certname`, `%f` is the full host name and `%i` the instance-id. `exec` runs the agent once;",
    "exit code 2, changes made, is fine. A run has two hours.",
    "",
    "On AIX: the package comes by `dnf` out of a repository that has it (`yum_repos`); Puppet's own",
    "packages live in /opt/puppetlabs and /etc/puppetlabs. The service is SRC's subsystem, with a line",
    "of /etc/inittab; where SRC knows none, `puppet resource service`. Puppet's script (`aio`) knows",
    "no AIX. On Linux: apt-get, dnf or yum, or the script, fetched by https only; systemd or",
    "System V. Source: upstream's cc_puppet; Puppet's documentation of puppet.conf and",
    "csr_attributes.yaml.",
  ].join("\n"),
  aix: "`dnf install puppet-agent`, `/etc/puppetlabs/puppet/puppet.conf`, `startsrc` and `mkitab`",
  linux: "package or Puppet's script, `puppet.conf`, `systemctl enable` and `start`",
  frequency: "once-per-instance",
  activateByKeys: ["puppet"],
  schema: Type.Object({ puppet: Type.Optional(settings) }),
  examples: [
    [
      "#cloud-config",
      "puppet:",
      "  conf:",
      "    agent:",
      "      server: puppet.example.com",
      '      certname: "%i.%f"',
      "  csr_attributes:",
      "    custom_attributes: {1.2.840.113549.1.9.7: a-password-for-the-request}",
      "    extension_requests: {pp_role: database}",
      "",
    ].join("\n"),
    "#cloud-config\npuppet:\n  install_type: aio\n  collection: puppet8\n  exec: true\n  start_service: false\n",
  ],
  async run(ctx, config) {
    const wanted = config.puppet;
    if (wanted === undefined) {
      return;
    }
    const isInstalling = booleanOption(wanted.install, true);
    if (!isInstalling && wanted.version !== undefined) {
      ctx.log.warn("Puppet install set to false but version supplied, doing nothing.");
    }
    if (isInstalling && !(await install(ctx, wanted)) && !isPuppetThere(ctx)) {
      return;
    }
    const prefersAio = ctx.distro.family === "aix" || wanted.install_type === "aio";
    const found = await findPuppetPlaces(ctx, {
      prefersAio,
      needsFiles: wanted.conf !== undefined || wanted.csr_attributes !== undefined,
    });
    const places: PuppetPlaces = {
      ...found,
      configFile: wanted.conf_file ?? found.configFile,
      sslDir: wanted.ssl_dir ?? found.sslDir,
    };
    let changed = await writePuppetConfig(ctx, wanted.conf ?? {}, places);
    if (wanted.csr_attributes !== undefined) {
      const file = wanted.csr_attributes_path ?? found.csrFile;
      changed = writeCsrAttributes(ctx, wanted.csr_attributes, file) || changed;
    }
    if (booleanOption(wanted.exec, false)) {
      await runOnce(ctx, places, wanted.exec_args);
    }
    if (booleanOption(wanted.start_service, true)) {
      await ensureAgentService(ctx, {
        key: "puppet",
        names: SERVICES,
        restarts: changed,
        ...(ctx.distro.family === "aix" ? { otherwise: () => startByPuppet(ctx, places) } : {}),
      });
    }
  },
});

async function install(ctx: ModuleContext, wanted: Static<typeof settings>): Promise<boolean> {
  const wish = { version: wanted.version, packageName: wanted.package_name };
  try {
    if (wanted.install_type !== "aio") {
      await installPuppetPackage(ctx, wish);
      return true;
    }
    if (ctx.distro.family === "aix") {
      throw new Error(
        "Puppet's script (install_type: aio) knows no AIX. Give a repository that has puppet-agent in yum_repos, and write install_type: packages",
      );
    }
    await installPuppetAio(ctx, {
      ...wish,
      url: wanted.aio_install_url ?? AIO_INSTALL_URL,
      collection: wanted.collection,
      cleanup: booleanOption(wanted.cleanup, true),
    });
    return true;
  } catch (error) {
    const message = `Cannot install puppet: ${errorMessage(error)}`;
    ctx.fail({ message, path: ["puppet"], ...ctx.locate(["puppet"]) }, error);
    return false;
  }
}

async function runOnce(
  ctx: ModuleContext,
  { program }: PuppetPlaces,
  written: string | readonly string[] | undefined,
): Promise<void> {
  const words = typeof written === "string" ? written.trim().split(/\s+/u) : written;
  await runAgent(ctx, {
    what: "puppet agent",
    path: ["puppet", "exec"],
    argv: [program, "agent", ...(words ?? EXEC_ARGUMENTS).filter((word) => word !== "")],
    okExitCodes: EXEC_OK_EXIT_CODES,
  });
}

/** Puppet itself makes its service known to SRC and to the boot. */
async function startByPuppet(ctx: ModuleContext, { program }: PuppetPlaces): Promise<boolean> {
  if (!isPuppetThere(ctx)) {
    return false;
  }
  return runAgent(ctx, {
    what: "puppet resource service",
    path: ["puppet", "start_service"],
    argv: [program, "resource", "service", "puppet", "ensure=running", "enable=true"],
  });
}
