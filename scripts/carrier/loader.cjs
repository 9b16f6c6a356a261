// What the carrier's stub starts, as app.cjs: the program beside it, from V8's code cache where there is one. To
// parse and compile the program takes Node.js longer than most of what the program then does.
//
//   node app.cjs --carried FILE ARGUMENT...       starts the program
//   node app.cjs --warm-up DIRECTORY DISTRO       makes the caches, of what a rehearsed boot has the engine compile
//
// A cache is made on the machine that uses it, by the engine that uses it; it belongs to this very
// program, since each program has a directory of its own. Without one, or with one that another engine made,
// everything works as well, only later. Each stage has its own: the engine reads all of a cache before it runs
// anything.
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");
const process = require("node:process");

const WARM_UP_MS = 60_000;
/** At once, so that the second half of a cache needs no memory of its own. */
const COMPARED_BYTES = 65_536;
const OLD_MS = 3_600_000;
const OTHERS_MAY_WRITE = 0o022;
/** What boots run, and what it compiles is kept as. */
const STAGES = [
  { cache: "init-local.v8", args: ["init", "--local"] },
  { cache: "init.v8", args: ["init"] },
  { cache: "modules-config.v8", args: ["modules", "--mode", "config"] },
  { cache: "modules-final.v8", args: ["modules", "--mode", "final"] },
];

const program = `${__dirname}/program.cjs`;

if (process.argv[2] === "--warm-up") {
  warmUp(process.argv[3], process.argv[4]);
} else {
  // Nothing is left to do: to take the engine apart would take a millisecond more.
  process.on("beforeExit", () => process.exit());
  run(load(program, readCache(`${__dirname}/${cacheOf(process.argv.slice(4))}`)));
}

/** Of the stage that is asked for; other commands need least of the smallest. */
function cacheOf(args) {
  if (args.includes("init")) {
    return args.includes("--local") || args.includes("-l") ? "init-local.v8" : "init.v8";
  }
  const isFinal = args.includes("modules") && args.some((argument) => argument.endsWith("final"));
  return isFinal ? "modules-final.v8" : "modules-config.v8";
}

/** The build sees to it that the program is ASCII: read so, it takes half the memory. */
function load(filename, cachedData) {
  const file = fs.openSync(program, "r");
  try {
    const source = readBytes(file, fs.fstatSync(file).size).toString("latin1");
    return new vm.Script(source, { filename, cachedData });
  } finally {
    fs.closeSync(file);
  }
}

/** The next bytes of a file, fewer where it ends before. `readFileSync` takes a millisecond longer for the program. */
function readBytes(file, count) {
  const bytes = Buffer.allocUnsafeSlow(count);
  let at = 0;
  while (at < count) {
    const got = fs.readSync(file, bytes, at, count - at, null);
    if (got === 0) {
      return bytes.subarray(0, at);
    }
    at += got;
  }
  return bytes;
}

function run(script) {
  script.runInThisContext()(exports, require, module, program, __dirname);
}

/**
 * The cache, if it is whole, and root's or ours alone: V8 does not look, and would run whatever it says. It lies
 * in its file twice, and both must be alike: to take a checksum, Node.js would load for longer than the
 * cache saves. Opened so that nothing that lies there can keep us waiting.
 */
function readCache(path) {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  let file;
  try {
    file = fs.openSync(path, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOFOLLOW ?? 0));
    const { uid, mode, size } = fs.fstatSync(file);
    const isOurs = uid === 0 || uid === process.getuid();
    const isFile = (mode & fs.constants.S_IFMT) === fs.constants.S_IFREG;
    if (!isOurs || !isFile || (mode & OTHERS_MAY_WRITE) !== 0 || size === 0 || size % 2 !== 0) {
      return undefined;
    }
    const data = readBytes(file, size / 2);
    for (let at = 0; at < data.length; at += COMPARED_BYTES) {
      const part = data.subarray(at, at + COMPARED_BYTES);
      if (!readBytes(file, part.length).equals(part)) {
        return undefined;
      }
    }
    return data.length === size / 2 ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) {
      fs.closeSync(file);
    }
  }
}

/** Rehearses each stage on one simulated machine, and keeps what was compiled for it. */
function warmUp(directory, distro) {
  if (STAGES.every(({ cache }) => isGood(`${directory}/${cache}`))) {
    return;
  }
  let work;
  try {
    removeOld(directory);
    work = fs.mkdtempSync(`${fs.existsSync("/var/tmp") ? "/var/tmp" : "/tmp"}/cloud-init-warm-up-`);
  } catch (error) {
    fail(directory, error);
    return;
  }
  process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));
  setTimeout(() => process.exit(1), WARM_UP_MS).unref();
  // Each loading is a script of its own, so that each cache has only what its stage ran: by its name, since the
  // engine would hand out what it has compiled of the same one.
  const steps = [
    { args: ["machine", distro] },
    ...STAGES.map(({ cache, args }) => ({ cache, args: ["stage", ...args] })),
  ];
  const scripts = steps.map(({ cache }) => load(`${program} ${cache ?? ""}`));
  let at = -1;
  const goOn = () => {
    at += 1;
    if (process.exitCode) {
      return;
    }
    if (at < steps.length) {
      process.argv.splice(
        2,
        Infinity,
        "--carried",
        __filename,
        "--rehearse",
        work,
        ...steps[at].args,
      );
      run(scripts[at]);
      // What waits for promises alone does not keep the process, nor brings it here again.
      setImmediate(() => {});
      return;
    }
    process.removeListener("beforeExit", goOn);
    for (const [index, { cache }] of steps.entries()) {
      if (cache !== undefined) {
        keep(`${directory}/${cache}`, scripts[index].createCachedData());
      }
    }
  };
  process.on("beforeExit", goOn);
}

function isGood(path) {
  const cachedData = readCache(path);
  return cachedData !== undefined && !load(program, cachedData).cachedDataRejected;
}

function keep(path, data) {
  const part = `${path}.${process.pid}.new`;
  try {
    const file = fs.openSync(part, "wx", 0o644);
    try {
      fs.writeFileSync(file, data);
      fs.writeFileSync(file, data);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(part, path);
  } catch (error) {
    fs.rmSync(part, { force: true });
    fail(path, error);
  }
}

/** What warm-ups that were killed have left; one that runs is younger. */
function removeOld(directory) {
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
