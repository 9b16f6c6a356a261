import { Type } from "typebox";

/** Text, or a list of texts. */
function texts(description: string) {
  return Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()], { description }),
  );
}

function text(description: string) {
  return Type.Optional(Type.Union([Type.String(), Type.Null()], { description }));
}

function flag(description: string) {
  return Type.Optional(Type.Union([Type.Boolean(), Type.Null()], { description }));
}

function wholeNumber(description: string) {
  return Type.Optional(Type.Union([Type.Integer(), Type.String(), Type.Null()], { description }));
}

/** The settings of one user (compat modules.md, users_groups); `-` may stand for `_`. */
const userSettings = Type.Object(
  {
    name: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: "Login name. A mapping without a name is about the default user.",
      }),
    ),
    gecos: text("Comment, most often the full name."),
    homedir: text("Home directory. Default /home/NAME; /nonexistent on AIX with no_create_home."),
    primary_group: text("Primary group. Default: a group of the user's name; staff on AIX."),
    groups: Type.Optional(
      Type.Union(
        [
          Type.String(),
          Type.Array(Type.String()),
          Type.Record(Type.String(), Type.Unknown()),
          Type.Null(),
        ],
        { description: "Further groups; an existing user keeps those it has." },
      ),
    ),
    create_groups: flag("Make groups that are not there. Default true."),
    shell: text("Login shell. On AIX one that is not installed is replaced by the default."),
    uid: wholeNumber("User id of a new user."),
    expiredate: text("Date on which the account expires, YYYY-MM-DD."),
    inactive: wholeNumber("Days from an expired password to a locked account (Linux)."),
    system: flag("System user: no home directory; on Linux also a low uid. Default false."),
    no_create_home: flag("Make no home directory. Default false."),
    no_user_group: flag("Make no group of the user's name (Linux). Default false."),
    no_log_init: flag("Leave lastlog and faillog alone (Linux). Default false."),
    selinux_user: text("SELinux user (Linux)."),
    lock_passwd: flag(
      "Let no password fit; keys keep working. Default true, for root and on AIX for users that exist only if it is written.",
    ),
    lock_account: flag("Block every login, keys included. Default false."),
    plain_text_passwd: text("Password. Mind that it is readable in the user-data."),
    hashed_passwd: text("Password hash in the format of the system."),
    passwd: text("Password hash for a user that does not exist yet."),
    sudo: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String()), Type.Boolean(), Type.Null()], {
        description: "Rules for sudo, or false for none: ALL=(ALL) NOPASSWD:ALL",
      }),
    ),
    doas: texts("Whole rules for doas, in /etc/doas.conf (Linux): permit nopass alice"),
    ssh_authorized_keys: texts("Public keys that may log in."),
    ssh_import_id: texts("Whose keys to fetch from a key server: gh:alice, lp:alice"),
    ssh_redirect_user: Type.Optional(
      Type.Union([Type.Boolean(), Type.String(), Type.Null()], {
        description:
          "Logins with the cloud's keys are told to use the default user instead. Default false.",
      }),
    ),
    snapuser: text("Snap user: has no effect here, and a warning says so."),
  },
  { additionalProperties: true, description: "One user." },
);

const members = Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()]);
const groupMapping = Type.Record(Type.String(), members);

/** The top-level keys of users_groups; the module reads each item itself. */
export const usersGroupsSchema = Type.Object({
  groups: Type.Optional(
    Type.Union(
      [
        Type.String(),
        Type.Array(Type.Union([Type.String(), groupMapping])),
        groupMapping,
        Type.Null(),
      ],
      { description: "Groups to be there, and who is to be in them." },
    ),
  ),
  user: Type.Optional(
    Type.Union([Type.String(), userSettings, Type.Null()], {
      description: "Another default user, or other settings for it.",
    }),
  ),
  users: Type.Optional(
    Type.Union(
      [
        Type.String(),
        Type.Array(Type.Union([Type.String(), userSettings, Type.Array(Type.String())])),
        Type.Record(Type.String(), Type.Union([Type.Boolean(), userSettings, Type.Null()])),
        Type.Null(),
      ],
      { description: 'Users to be there; "default" is the default user.' },
    ),
  ),
});
