import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** Programs are shared: nothing writes into them. What is smaller may be a log, which is appended to. */
const SHARED_BYTES_MIN = 1024 * 1024;

/**
 * A copy of a root with all modes, owners, links and device files; `to` must not exist. Large files
 * are shared by hard links, so that a copy takes hundredths of a second.
 */
export function copyRoot(from: string, to: string): void {
  const devices: string[] = [];
  copyDirectory(from, to, devices);
  if (devices.length > 0) {
    execFileSync("cp", ["-a", "--parents", ...devices, to], { cwd: from });
  }
}

function copyDirectory(from: string, to: string, devices: string[], below = "."): void {
  const source = path.join(from, below);
  const target = path.join(to, below);
  fs.mkdirSync(target);
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    const name = path.join(below, entry.name);
    if (entry.isDirectory()) {
      copyDirectory(from, to, devices, name);
    } else if (entry.isSymbolicLink()) {
      fs.symlinkSync(fs.readlinkSync(path.join(from, name)), path.join(to, name));
    } else if (entry.isFile()) {
      copyFile(path.join(from, name), path.join(to, name));
    } else {
      devices.push(name);
    }
  }
  const stat = fs.statSync(source);
  fs.chownSync(target, stat.uid, stat.gid);
  fs.chmodSync(target, stat.mode & 0o7777);
}

function copyFile(from: string, to: string): void {
  const stat = fs.statSync(from);
  if (stat.size >= SHARED_BYTES_MIN) {
    fs.linkSync(from, to);
    return;
  }
  fs.copyFileSync(from, to);
  fs.chownSync(to, stat.uid, stat.gid);
  fs.chmodSync(to, stat.mode & 0o7777);
  fs.utimesSync(to, stat.atimeMs / 1_000, stat.mtimeMs / 1_000);
}
