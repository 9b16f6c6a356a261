/** A file operation that failed. `code` is the system's: "ENOENT", "EACCES", "EISDIR", … */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: string;
  readonly path: string;

  /** `verb` completes "Cannot … PATH": "read", "write", "list". */
  constructor(verb: string, path: string, code: string, options?: ErrorOptions) {
    super(`Cannot ${verb} "${path}": ${reasonOf(code)}`, options);
    this.code = code;
    this.path = path;
  }
}

/** Wording of POSIX.1-2017 <errno.h>, as `perror` prints it. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else is there already",
  EFBIG: "the file is too large",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "the name is too long",
  ENODEV: "there is no such device",
  ENOENT: "no such file or directory",
  ENOSPC: "no space is left on the device",
  ENOTDIR: "a part of the path is not a directory",
  ENXIO: "the device is not there",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ETXTBSY: "the program is running",
};

function reasonOf(code: string): string {
  const reason = REASONS[code];
  return reason === undefined ? code : `${reason} (${code})`;
}
