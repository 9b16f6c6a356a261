import { editFile, readPasswd, writePasswd } from "./account-files.ts";
import { changeUser, findGroup, findUser, isValidName, nextUid, splitList } from "./accounts.ts";
import { type CommandContext, type CommandOutcome, done } from "./command.ts";
import { setStanzaValue } from "./stanza-text.ts";
import { alreadyExists, badName, invalidValue } from "./user-command.ts";

/** What mkuser and useradd are told. */
export interface NewUser {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly createsHome: boolean;
}

/** Adds a user as /usr/lib/security/mkuser.default says: group staff, /home/NAME, ksh, no password. */
export function createUser(ctx: CommandContext, user: NewUser): CommandOutcome {
  const { fs } = ctx;
  const { name, attributes } = user;
  if (!isValidName(ctx, name)) {
    return badName(name);
  }
  if (findUser(fs, name) !== undefined) {
    return alreadyExists("User", name);
  }
  const primary = attributes.get("pgrp") ?? "staff";
  const group = findGroup(fs, primary);
  if (group === undefined) {
    return invalidValue({ attribute: "pgrp", value: primary });
  }
  const before = readPasswd(fs);
  writePasswd(fs, [
    ...before,
    {
      name,
      password: "*",
      uid: nextUid(fs),
      gid: group.gid,
      gecos: "",
      home: `/home/${name}`,
      shell: "/usr/bin/ksh",
    },
  ]);
  const groups = new Set([primary, ...splitList(attributes.get("groups") ?? "")]);
  const refused = changeUser(
    fs,
    name,
    new Map([...attributes, ["pgrp", primary], ["groups", [...groups].join(",")]]),
  );
  if (refused !== undefined) {
    writePasswd(fs, before);
    return invalidValue(refused);
  }
  editFile(fs, "/etc/security/user", (text) =>
    setStanzaValue(text, name, "admin", attributes.get("admin") ?? "false"),
  );
  if (user.createsHome) {
    makeHome(ctx, name);
  }
  return done();
}

/** What /usr/lib/security/mkuser.sys does; a directory that is there already is left alone. */
function makeHome(ctx: CommandContext, name: string): void {
  const { fs } = ctx;
  const row = findUser(fs, name);
  if (row === undefined || fs.stat(row.home) !== undefined) {
    return;
  }
  const owner = `${row.uid}:${row.gid}`;
  fs.makeDirectory(row.home, { mode: 0o755, owner });
  const profile = fs.readBytesIfExists("/etc/security/.profile");
  if (profile !== undefined) {
    fs.write(`${row.home}/.profile`, profile, { mode: 0o644, owner });
  }
}
