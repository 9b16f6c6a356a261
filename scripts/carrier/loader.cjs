// What the carrier's stub starts, as app.cjs: the program beside it, from V8's code cache where there is one. To
// parse and compile the program takes Node.js longer than most of what the program then does.
//
//   node app.cjs --carried FILE ARGUMENT...   starts the program
//   node app.cjs --warm-up CACHE              makes the cache, of what a plan has the engine compile
//
// The cache is made on the machine that uses it, by the engine that uses it; it belongs to this very
// program, since each program has a directory of its own. Without one, or with one that another engine made,
// everything works as well, only later.
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");
const process = require("node:process");

const HASH_BYTES = 32;
const WARM_UP_MS = 60_000;
const OLD_MS = 3_600_000;
const OTHERS_MAY_WRITE = 0o022;
/** A little of what user-data usually asks for. */
const SAMPLE = `#cloud-config
hostname: sample
bootcmd: [date]
users: [default, {name: sample, ssh_authorized_keys: [ssh-ed25519 AAAA sample]}]
write_files: [{path: /etc/sample.conf, permissions: "0640", content: a=1}]
runcmd: [date, [date, -u]]
`;

const program = `${__dirname}/program.cjs`;
const out = process.argv[2] === "--warm-up" ? process.argv[3] : undefined;
const cachedData = readCache(out ?? `${__dirname}/app.v8`);
// The build sees to it that the program is ASCII: read so, it takes half the memory.
const script = new vm.Script(fs.readFileSync(program, "latin1"), { filename: program, cachedData });
if (out === undefined) {
  run();
} else if (cachedData === undefined || script.cachedDataRejected) {
  warmUp(out);
}

function run() {
  script.runInThisContext()(exports, require, module, program, __dirname);
}

/**
 * The cache, if it is whole, and root's or ours alone: V8 does not look, and would run whatever it says. Opened so
 * that nothing that lies there can keep us waiting.
 */
function readCache(path) {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  let file;
  try {
    file = fs.openSync(path, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOFOLLOW ?? 0));
    const { uid, mode } = fs.fstatSync(file);
    const isOurs = uid === 0 || uid === process.getuid();
    const isFile = (mode & fs.constants.S_IFMT) === fs.constants.S_IFREG;
    if (!isOurs || !isFile || (mode & OTHERS_MAY_WRITE) !== 0) {
      return undefined;
    }
    const bytes = fs.readFileSync(file);
    const data = bytes.subarray(HASH_BYTES);
    return data.length > 0 && hash(data).equals(bytes.subarray(0, HASH_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) {
      fs.closeSync(file);
    }
  }
}

function hash(data) {
  return require("node:crypto").createHash("sha256").update(data).digest();
}

/** Has the program plan a boot, which changes nothing, and keeps what was compiled for it. */
function warmUp(path) {
  const part = `${path}.${process.pid}.new`;
  let work;
  try {
    removeOld(path);
    work = fs.mkdtempSync(`${fs.existsSync("/var/tmp") ? "/var/tmp" : "/tmp"}/cloud-init-warm-up-`);
    fs.writeFileSync(`${work}/sample`, SAMPLE);
  } catch (error) {
    fail(path, error);
    return;
  }
  const distro = process.platform === "aix" ? "aix" : "rhel";
  const plan = ["plan", "--distro", distro, "--user-data", `${work}/sample`];
  process.argv.splice(2, 2, "--carried", __filename, ...plan);
  setTimeout(() => process.exit(1), WARM_UP_MS).unref();
  process.on("exit", (code) => {
    fs.rmSync(work, { recursive: true, force: true });
    if (code !== 0) {
      return;
    }
    try {
      const data = script.createCachedData();
      const file = fs.openSync(part, "wx", 0o644);
      fs.writeSync(file, hash(data));
      fs.writeFileSync(file, data);
      fs.fsyncSync(file);
      fs.closeSync(file);
      fs.renameSync(part, path);
    } catch (error) {
      fs.rmSync(part, { force: true });
      fail(path, error);
    }
  });
  run();
}

/** What warm-ups that were killed have left; one that runs is younger. */
function removeOld(path) {
  const directory = path.slice(0, path.lastIndexOf("/"));
  for (const name of fs.readdirSync(directory)) {
    const part = `${directory}/${name}`;
    if (/\.v8\.\d+\.new$/u.test(name) && Date.now() - fs.lstatSync(part).mtimeMs > OLD_MS) {
      fs.rmSync(part, { force: true });
    }
  }
}

function fail(path, error) {
  process.exitCode = 1;
  fs.writeSync(
    2,
    `${error.syscall ?? "write"} of "${error.path ?? path}": ${error.code ?? error.message}\n`,
  );
}
