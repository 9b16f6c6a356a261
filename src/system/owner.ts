/** Where owner names are looked up. A file that is not there reads as undefined. */
export interface OwnerFiles {
  readonly readPasswd: () => string | undefined;
  readonly readGroup: () => string | undefined;
  /** Taken for a name that is not known. Absent: such a name throws. */
  readonly unknownId?: number;
  /** Taken where the file of names itself is missing. Absent: throws. */
  readonly missingFileId?: number;
}

/** The largest id that `chown` takes; one more means "leave it". */
const ID_MAX = 4_294_967_294;

/**
 * Ids for "user", "user:group" or ":group", each a name or a number. An absent half is left out.
 * Throws a RangeError that names what is not known.
 *
 * Fields of passwd(5) and group(5): name:password:id:…
 */
export function findOwner(owner: string, files: OwnerFiles): { uid?: number; gid?: number } {
  const colon = owner.indexOf(":");
  const user = colon === -1 ? owner : owner.slice(0, colon);
  const group = colon === -1 ? "" : owner.slice(colon + 1);
  return {
    ...(user === "" ? {} : { uid: findId("user", user, files) }),
    ...(group === "" ? {} : { gid: findId("group", group, files) }),
  };
}

function findId(kind: "user" | "group", name: string, files: OwnerFiles): number {
  if (/^\d{1,10}$/u.test(name) && Number(name) <= ID_MAX) {
    return Number(name);
  }
  const text = kind === "user" ? files.readPasswd() : files.readGroup();
  const id = text === undefined ? files.missingFileId : findInTable(text, name);
  const known = id ?? files.unknownId;
  if (known === undefined) {
    const path = kind === "user" ? "/etc/passwd" : "/etc/group";
    throw new RangeError(
      `Cannot find ${kind} "${name}" in ${path}: create the ${kind} first or give its number`,
    );
  }
  return known;
}

function findInTable(text: string, name: string): number | undefined {
  for (const line of text.split("\n")) {
    const [lineName, , id] = line.split(":");
    if (lineName === name && id !== undefined && /^\d+$/u.test(id)) {
      return Number(id);
    }
  }
  return undefined;
}
