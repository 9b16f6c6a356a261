import { UNSAFE_VARIABLES } from "./rc-scripts.ts";

/** A unit file of systemd.unit(5). */
export interface SystemdUnit {
  /** "cloud-init-local.service". */
  readonly name: string;
  readonly content: string;
  /** The target whose `.wants` directory links to it. */
  readonly wantedBy: string;
}

/** The target that the four stages belong to, and the stages in their order. */
export function renderSystemdUnits(agent: string): readonly SystemdUnit[] {
  return [
    { name: TARGET, content: TARGET_TEXT, wantedBy: "multi-user.target" },
    ...SERVICES.map((service) => ({
      name: service.name,
      content: renderService(service, agent),
      wantedBy: TARGET,
    })),
  ];
}

const TARGET = "cloud-init.target";

const TARGET_TEXT = `# Written by "cloud-init install".
[Unit]
Description=All stages of cloud-init

[Install]
WantedBy=multi-user.target
`;

interface Service {
  readonly name: string;
  readonly description: string;
  readonly command: string;
  /** Further lines of the section [Unit]. */
  readonly unit: readonly string[];
}

const SERVICES: readonly Service[] = [
  {
    name: "cloud-init-local.service",
    description: "cloud-init, local stage: datasource on this machine, network",
    command: "init --local",
    unit: [
      "DefaultDependencies=no",
      "Wants=network-pre.target",
      "After=systemd-remount-fs.service",
      "Before=network-pre.target",
      "Conflicts=shutdown.target",
      "Before=shutdown.target",
      "RequiresMountsFor=/var/lib/cloud",
    ],
  },
  {
    name: "cloud-init.service",
    description: "cloud-init, network stage: datasource, init modules",
    command: "init",
    unit: [
      "DefaultDependencies=no",
      "Wants=cloud-init-local.service",
      "After=cloud-init-local.service systemd-networkd-wait-online.service networking.service",
      "Before=network-online.target ssh.service sshd.service systemd-user-sessions.service",
      "Conflicts=shutdown.target",
      "Before=shutdown.target",
    ],
  },
  {
    name: "cloud-config.service",
    description: "cloud-init, config stage",
    command: "modules --mode config",
    unit: ["After=network-online.target cloud-init.service", "Wants=network-online.target"],
  },
  {
    name: "cloud-final.service",
    description: "cloud-init, final stage",
    command: "modules --mode final",
    unit: ["After=network-online.target cloud-config.service", "Wants=network-online.target"],
  },
];

/** KillMode=process: what a script of the user's started in the background lives on. */
function renderService(service: Service, agent: string): string {
  return `# Written by "cloud-init install".
[Unit]
Description=${service.description}
${service.unit.join("\n")}
ConditionPathExists=!/etc/cloud/cloud-init.disabled
ConditionKernelCommandLine=!cloud-init=disabled

[Service]
Type=oneshot
ExecStart=${agent} ${service.command}
WorkingDirectory=/
UnsetEnvironment=${UNSAFE_VARIABLES.join(" ")}
RemainAfterExit=yes
TimeoutSec=0
KillMode=process
StandardOutput=journal+console

[Install]
WantedBy=${TARGET}
`;
}
