import { Type } from "typebox";
import { isFile, readText } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { type NtpSettings, readNtpSettings } from "./ntp-settings.ts";
import { renderTemplate } from "./render-template.ts";
import { reportProblems } from "./report-problems.ts";
import { reportSetting } from "./report-setting.ts";

const TEMPLATE_LENGTH_MAX = 1024 * 1024;

const list = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
const text = (description: string) => Type.Optional(Type.String({ description }));

/** Time servers (compat modules.md, ntp). */
export const ntp = defineModule({
  name: "ntp",
  title: "Time servers",
  description: [
    "Gives the machine's time client its servers, starts it at each boot and restarts it if something",
    "has changed. Lines of other servers go from its file, everything else stays; the original is",
    "kept once beside it with the ending `.dist`. The clock is the client's to set.",
    "",
    "On AIX: xntpd of the base system, `/etc/ntp.conf` and `chrctcp -S -a xntpd`; pools are written",
    "as servers, since xntpd knows none, and the stock `broadcastclient` goes. On Linux: chrony, ntpd",
    "(or ntpsec) or systemd-timesyncd, whichever is installed or `ntp_client` names; installing one is",
    "for `packages`. A template of templates_dir (`chrony.conf.DISTRO.tmpl`, `ntp.conf.DISTRO.tmpl`,",
    "`timesyncd.conf.tmpl`) is used for the whole file where it is there. Without servers and pools the client is started as it is set up.",
    "Source: IBM's chrctcp and xntpd references; chrony.conf(5), ntp.conf(5), timesyncd.conf(5).",
  ].join("\n"),
  aix: "`/etc/ntp.conf` and `chrctcp -S -a xntpd`",
  linux: "the file of chrony, ntpd or systemd-timesyncd, `systemctl enable` and `restart`",
  frequency: "once-per-instance",
  activateByKeys: ["ntp"],
  itemKeys: ["ntp"],
  schema: Type.Object({
    ntp: Type.Optional(
      Type.Union([
        Type.Object(
          {
            enabled: Type.Optional(
              Type.Boolean({ description: "False: leave the client alone. Default true." }),
            ),
            servers: list("Servers by name or address."),
            pools: list("Names that stand for several servers."),
            peers: list("Machines to agree with."),
            allow: list("Networks that may ask this machine (chrony)."),
            ntp_client: text(
              "auto, chrony, ntp, systemd-timesyncd, or one that `config` describes. Default auto.",
            ),
            config: Type.Optional(
              Type.Object(
                {
                  confpath: text("The client's file."),
                  check_exe: text("The client's program."),
                  packages: list("Packages of the client. Not installed: use packages."),
                  service_name: text("The client's service."),
                  template: text(
                    "The whole file, as a Jinja template with servers, pools, peers, allow.",
                  ),
                },
                { description: "What is different about the client." },
              ),
            ),
          },
          { description: "Where the machine's clock gets its time from." },
        ),
        Type.Null(),
      ]),
    ),
  }),
  examples: [
    "#cloud-config\nntp:\n  servers: [192.0.2.123, ntp.example.com]\n",
    "#cloud-config\nntp:\n  ntp_client: chrony\n  pools: [pool.example.com]\n  allow: [192.0.2.0/24]\n",
  ],
  async run(ctx) {
    const { settings, problems } = readNtpSettings(ctx.cloudConfig["ntp"]);
    reportProblems(ctx, problems);
    if (!settings.isEnabled) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, disabled by cfg`);
      return;
    }
    const { time } = ctx.distro;
    if (time === undefined) {
      ctx.fail("Cannot set time servers: nothing is known of time clients on this system");
      return;
    }
    try {
      const outcome = await time.ensureTimeServers({
        ...settings,
        readContent: (names) => renderContent(ctx, settings, names),
      });
      reportSetting(ctx, { title: "Time client", path: ["ntp"], outcome });
    } catch (error) {
      const path = ["ntp"];
      const message = `Cannot set up the time client: ${errorMessage(error)}`;
      ctx.fail({ message, path, ...ctx.locate(path) }, error);
    }
  },
});

/** `config.template`, else, where servers are wished, the first of these that is in templates_dir. */
async function renderContent(
  ctx: ModuleContext,
  settings: NtpSettings,
  names: readonly string[],
): Promise<string | undefined> {
  const { servers, pools, peers, allow } = settings;
  const hasServers = servers.length + pools.length + peers.length > 0;
  const paths = names.map((name) => `${ctx.paths.templatesDir}/${name}.tmpl`);
  const path = hasServers ? paths.find((candidate) => isFile(ctx.sys.fs, candidate)) : undefined;
  const template =
    settings.template ?? (path === undefined ? undefined : readText(ctx.sys.fs, path));
  if (template === undefined) {
    return undefined;
  }
  if (template.length > TEMPLATE_LENGTH_MAX) {
    throw new Error(
      `the template has ${template.length} characters, ${TEMPLATE_LENGTH_MAX} are the most that are read`,
    );
  }
  const source = settings.template === undefined ? (path ?? "") : "ntp.config.template";
  const rendered = await renderTemplate(template, { servers, pools, peers, allow }, source);
  if (!rendered.ok) {
    throw new Error(rendered.problem.message);
  }
  return rendered.text;
}
