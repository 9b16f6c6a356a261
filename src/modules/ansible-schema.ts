import { type Static, Type } from "typebox";

const text = (description: string) => Type.Optional(Type.String({ description }));
const option = Type.Union([
  Type.String(),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.Union([Type.String(), Type.Number()])),
  Type.Record(Type.String(), Type.Unknown()),
]);
const options = { additionalProperties: option };

const pull = Type.Object(
  {
    url: text("The repository. Needed."),
    playbook_name: text("The playbook in it."),
    playbook_names: Type.Optional(Type.Array(Type.String(), { description: "Several of them." })),
  },
  { ...options, description: "And any option of ansible-pull, with _ for -." },
);

const play = Type.Object(
  {
    playbook_dir: text("Where it runs. Needed."),
    playbook_name: text("The playbook. Needed."),
  },
  { ...options, description: "And any option of ansible-playbook, with _ for -." },
);

/** `ansible:` of a cloud-config (compat modules.md, ansible). */
export const ansibleSettings = Type.Object(
  {
    install_method: Type.Optional(
      Type.Union([Type.Literal("pip"), Type.Literal("distro")], {
        description: "With pip, or out of the system's repositories. Needed.",
      }),
    ),
    package_name: Type.Optional(
      Type.String({
        description: "ansible or ansible-core, for pip also with a version. Needed.",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._\\[\\],=<>!~+-]*$",
      }),
    ),
    run_user: Type.Optional(
      Type.String({
        description: "Who runs Ansible. Default root.",
        pattern: "^[A-Za-z_][A-Za-z0-9._-]*$",
      }),
    ),
    ansible_config: text("The path of an ansible.cfg."),
    galaxy: Type.Optional(
      Type.Object(
        {
          actions: Type.Optional(
            Type.Array(Type.Array(Type.String()), {
              description: "Command lines of ansible-galaxy, word by word.",
            }),
          ),
        },
        { description: "What is fetched before." },
      ),
    ),
    pull: Type.Optional(
      Type.Union([pull, Type.Array(pull)], { description: "What ansible-pull is to run." }),
    ),
    setup_controller: Type.Optional(
      Type.Object(
        {
          repositories: Type.Optional(
            Type.Array(
              Type.Object({
                source: text("The repository. Needed."),
                path: text("Where it is cloned to. Needed."),
              }),
              { description: "Repositories that are cloned, unless they are there." },
            ),
          ),
          run_ansible: Type.Optional(
            Type.Array(play, { description: "Playbooks that run then, here." }),
          ),
        },
        { description: "Makes this machine one that configures others." },
      ),
    ),
  },
  { description: "Ansible, and what it is to do." },
);

/** What of it is usable. */
export type AnsibleSettings = Static<typeof ansibleSettings>;
