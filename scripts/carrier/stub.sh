#!/bin/sh
{ # All in one group: of a file that was cut off, or is written over meanwhile, nothing runs.
# cloud-init @VERSION@: a shell stub, and behind its first @BLOCK@ bytes an archive (ustar, @FORM@) of a
# Node.js runtime and the program. The first run unpacks it, later runs start what is there. Nothing
# here needs more than ksh88 and the base of AIX 7.1. Made by "npm run build -- --carrier".
# Functions that bash takes from the environment; aliases (ksh88 reads $ENV for scripts too) are kept from the
# names below by a backslash.
unset -f cd chmod cksum command dd echo find id kill ls mkdir pwd read rm sed tar test ulimit umask uname \
  uncompress whence 2>/dev/null
version=@VERSION@
block=@BLOCK@
form=@FORM@
# What `uname -s` says where the runtime runs, on Linux with `uname -m`; empty where nobody knows.
system='@SYSTEM@'
# "SUM BYTES NAME" of each file, as cksum(1) says it, in one line.
files='@FILES@'
names='@NAMES@'
# What lies in the directory and is looked at before each start, sorted as LC_ALL=C does, and the sizes.
listed='@LISTED@'
sizes='@SIZES@'
# Of these each start takes the checksums too; the runtime itself would take too long.
summed='@SUMMED@'
sums='@SUMS@'
marker='@MARKER@'

# A shell that is given a name without a slash looks here first, then in PATH.
case $0 in
  */*) self=$0 ;;
  *)
    self=./$0
    [ -f "$self" ] || self=`command -v -- "$0" 2>/dev/null || whence -p "$0" 2>/dev/null`
    ;;
esac
case $self in
  /*) ;;
  *) self=`\pwd`/$self ;;
esac

# Variables by which a caller could run code in the runtime or in the tools used here, slow them, or send them
# elsewhere. The program itself wants to know which certificates to trust.
given_dir=${CLOUD_INIT_RUNTIME_DIR-}
CLOUD_INIT_LIBPATH=${LIBPATH-}
export CLOUD_INIT_LIBPATH
CLOUD_INIT_GIVEN_SSL_CERT_FILE=${SSL_CERT_FILE-}
CLOUD_INIT_GIVEN_NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS-}
export CLOUD_INIT_GIVEN_SSL_CERT_FILE CLOUD_INIT_GIVEN_NODE_EXTRA_CA_CERTS
unset CLOUD_INIT_RUNTIME_DIR NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_EXTRA_CA_CERTS \
  NODE_V8_COVERAGE NODE_COMPILE_CACHE NODE_DEBUG NODE_DEBUG_NATIVE NODE_PENDING_DEPRECATION \
  NODE_TLS_REJECT_UNAUTHORIZED NODE_ICU_DATA NODE_PRESERVE_SYMLINKS NODE_REDIRECT_WARNINGS \
  NODE_USE_ENV_PROXY NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID \
  SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES SSL_CERT_FILE SSL_CERT_DIR \
  UV_THREADPOOL_SIZE UV_USE_IO_URING LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LDR_PRELOAD LDR_PRELOAD64 LDR_CNTRL \
  LD_DEBUG LD_DEBUG_OUTPUT GCONV_PATH LOCPATH NLSPATH LIBPATH \
  TAR_OPTIONS TAPE BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE QUOTING_STYLE TIME_STYLE
had_path=${PATH+yes}
given_path=${PATH-}
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
newline='
'
blanks=" 	$newline"
IFS=$blanks
given_mask=`\umask`
libraries=/opt/freeware/lib/pthread/ppc64:/opt/freeware/lib64:/opt/freeware/lib:/usr/lib:/lib

say() {
  \echo "cloud-init: $*" >&2
}

# Sets `me`, once: most runs do not need it.
who() {
  [ -n "$me" ] || me=`\id -u`
}

# Whether nobody but root and the caller can change a directory, each one above it, and what lies in it under
# the names given: they are theirs, not writable by others, and have the sizes in `sizes`. Above it a sticky
# directory (/var/tmp) will do, and on AIX one of bin's. `fault` says what is wrong.
# A link of root's or the caller's is followed, and where it leads is looked at in the same way (/opt/freeware on
# a file system of its own); what lies in the directory may be none.
# inspect DIRECTORY PART [NAME...]: PART is "itself", or "above" for one that stands above what is used.
inspect() {
  set -f
  links=
  look "$@"
  found=$?
  set +f
  IFS=$blanks
  return $found
}

look() {
  top=$1
  last=$2
  shift 2
  given="$*"
  case $top in
    *"$newline"*) fault="a name with a newline is not used"; return 1 ;;
    /*) ;;
    *) fault="expected an absolute path"; return 1 ;;
  esac
  paths=
  at=$top
  while [ -n "$at" ]; do
    paths=$at$newline$paths
    at=${at%/*}
  done
  for name in "$@"; do
    paths=$paths$newline$top/$name
  done
  left=$sizes
  part=above
  # One ls for all: its lines come in this order.
  IFS=$newline
  set -- `LC_ALL=C \ls -ldn / $paths 2>/dev/null`
  for at in / $paths; do
    IFS=$blanks
    case $1 in
      *" $at" | l*" $at -> "*) ;;
      *) fault="$at is not there"; return 1 ;;
    esac
    line=$1
    fields $line
    shift
    if [ "$at" = "$top" ] && [ $part = above ]; then
      part=$last
    fi
    if [ "$owner" != 0 ]; then
      who
      if [ "$owner" != "$me" ] && [ "$owner $part $system" != "2 above AIX" ]; then
        fault="others may change $at"
        return 1
      fi
    fi
    case "$part $mode" in
      inside' l'*) fault="$at is a link"; return 1 ;;
      *' l'*)
        links=x$links
        case $links in
          xxxxxxxxx*) fault="$at: too many links"; return 1 ;;
        esac
        target=${line##*" $at -> "}
        case $target in
          /*) ;;
          *) target=${at%/*}/$target ;;
        esac
        rest=${top#"$at"}
        look "$target$rest" $last $given
        return $?
        ;;
    esac
    case "$part $mode" in
      above' d'????????[tT]*) ;;
      *' '?????w* | *' '????????w*) fault="others may change $at"; return 1 ;;
      inside' '-* | *' d'*) ;;
      *) fault="$at is not what it should be"; return 1 ;;
    esac
    if [ $part = inside ]; then
      expected=${left%% *}
      left=${left#* }
      if [ "$expected" != - ] && [ "$expected" != "$size" ]; then
        fault="$at has $size bytes, expected $expected"
        return 1
      fi
    fi
    if [ "$at" = "$top" ]; then
      part=inside
    fi
  done
}

# Of a line of `ls -ln`.
fields() {
  mode=$1
  owner=$3
  size=$5
}

# Whether what is in a directory is whole and can be trusted. A file that is empty or cut short would else be run
# as an empty script, with exit code 0.
is_ready() {
  fault="there is no $1"
  [ -d "$1" ] || return 1
  inspect "$1" itself $listed || return 1
  got=
  { \read -r got < "$1/.ok"; } 2>/dev/null
  if [ "$got" != "$marker" ]; then
    fault="$1/.ok is not of this version"
    return 1
  fi
  if [ ! -x "$1/node" ]; then
    fault="$1/node may not be executed: its mode, or a file system that is mounted noexec"
    return 1
  fi
  dir=$1
  set -f
  set -- `\cd "$dir" && \cksum $summed 2>/dev/null`
  set +f
  if [ "$*" != "$sums" ]; then
    fault="$dir: the checksums of $summed are not those of this version"
    return 1
  fi
}

# launch DIRECTORY ARGUMENT...: does not come back.
launch() {
  dir=$1
  shift
  \umask $given_mask
  if [ -n "$had_path" ]; then
    PATH=$given_path
  else
    unset PATH
  fi
  LIBPATH=$dir/lib:$libraries
  export LIBPATH
  # Where a user's limit on data is low, the runtime would hang or abort at its start.
  \ulimit -d unlimited 2>/dev/null
  # The links in the way were looked at: the runtime need not follow them once more.
  exec "$dir/node" --preserve-symlinks-main "$dir/app.cjs" --carried "$self" "$@"
  exit 126
}

# Unpacks into "BASE/VERSION"; says why not only where the caller could do something about it.
unpack() {
  base=$1
  dir=$base/$version
  temp=$base/.t.$$
  \umask 022
  # What is there already must be safe before anything is made in it.
  at=$base
  part=itself
  while [ ! -d "$at" ] && [ ! -h "$at" ] && [ -n "$at" ]; do
    part=above
    case $at in
      */*) at=${at%/*} ;;
      *) at= ;;
    esac
  done
  inspect "${at:-/}" $part || { why="$why; $base: $fault"; return 1; }
  \mkdir -p "$dir" 2>/dev/null || { why="$why; $base: cannot be made or written"; return 1; }
  [ -w "$dir" ] || { why="$why; $base: cannot be written"; return 1; }
  inspect "$dir" itself || { why="$why; $base: $fault"; return 1; }
  # What a run that died has left. Its number may be another process's by now, but not for a day.
  for old in "$base"/.t.*; do
    [ -d "$old" ] || continue
    # One of 1970 was made before the clock was set.
    aged=`\find "$old" -prune -mtime +0 -mtime -3650 2>/dev/null`
    if \kill -0 "${old##*.}" 2>/dev/null && [ -z "$aged" ]; then
      continue
    fi
    \rm -rf "$old"
  done
  \rm -rf "$temp"
  ( \umask 077; \mkdir "$temp" ) 2>/dev/null || { why="$why; $base: cannot be written"; return 1; }
  trap '\rm -rf "$temp"; exit 129' 1
  trap '\rm -rf "$temp"; exit 130' 2
  trap '\rm -rf "$temp"; exit 143' 15
  if [ $form = compress ]; then
    \dd if="$self" bs=$block skip=1 2>/dev/null | \uncompress -c 2>/dev/null | ( \cd "$temp" && \tar -xf - ) 2>/dev/null
  else
    \dd if="$self" bs=$block skip=1 2>/dev/null | ( \cd "$temp" && \tar -xf - ) 2>/dev/null
  fi
  if fill; then
    rc=0
  else
    rc=1
    why="$why; $base: $fault"
  fi
  \rm -rf "$temp"
  trap - 1 2 15
  return $rc
}

# Checks what is in $temp and moves it to $dir: the runtime itself writes it through to the disk, file by
# file, the marker last. Two first runs at once write the same bytes.
fill() {
  set -f
  set -- `\cd "$temp" && \cksum $names 2>/dev/null`
  set +f
  if [ "$*" != "$files" ]; then
    fault="what was unpacked is not what was packed: \"$self\" is damaged, or the file system is full"
    return 1
  fi
  \chmod 755 "$temp/node" && \chmod 644 "$temp/app.cjs" "$temp/program.cjs" || { fault="cannot be written"; return 1; }
  { \echo "$marker" > "$temp/.ok"; } 2>/dev/null && \chmod 644 "$temp/.ok" ||
    { fault="cannot be written, the file system is full?"; return 1; }
  # AIX's fsync wants a file that is open for writing, and no directory: sync(1) is for what it refuses.
  said=`LIBPATH=$temp/lib:$libraries "$temp/node" -e '
      process.umask(0o022);
      const fs = require("fs"), [from, to, ...names] = process.argv.slice(1);
      let refused = false;
      const sync = (path, flags) => {
        try {
          const fd = fs.openSync(path, flags);
          try { fs.fsyncSync(fd); } finally { fs.closeSync(fd); }
        } catch (error) {
          if (!["EBADF", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "ETXTBSY", "EACCES", "EPERM"].includes(error.code)) throw error;
          refused = true;
        }
      };
      const settle = () => {
        if (!refused) return;
        const program = ["/usr/sbin/sync", "/usr/bin/sync", "/bin/sync"].find((path) => fs.existsSync(path));
        if (program !== undefined) require("child_process").spawnSync(program, { stdio: "ignore", timeout: 120000 });
      };
      try {
        for (const name of [...names, ".ok"]) sync(from + "/" + name, "r+");
        settle();
        for (const name of names) {
          const at = name.lastIndexOf("/");
          if (at >= 0) fs.mkdirSync(to + "/" + name.slice(0, at), { recursive: true, mode: 0o755 });
          fs.renameSync(from + "/" + name, to + "/" + name);
        }
        sync(to, "r");
        settle();
        fs.renameSync(from + "/.ok", to + "/.ok");
        sync(to, "r");
        settle();
        fs.writeSync(1, "settled");
      } catch (error) {
        fs.writeSync(1, "the runtime cannot " + (error.syscall || "work") + " there: " + (error.code || error));
      }
    ' "$temp" "$dir" $names </dev/null 2>"$temp/.err"`
  code=$?
  case $said in
    settled) return 0 ;;
    'the runtime cannot '*) fault=$said ;;
    *)
      line=`\sed -n '/[^ ]/{p;q;}' "$temp/.err" 2>/dev/null`
      fault="the runtime does not run here: exit code $code, $line"
      ;;
  esac
  return 1
}

# Sets `why` where this machine, or what is on it, cannot unpack at all.
is_able() {
  if [ -n "$system" ]; then
    here=`\uname -s`
    case $system in
      *' '*)
        machine=`\uname -m`
        here="$here $machine"
        ;;
    esac
    if [ "$here" != "$system" ]; then
      why="; \"$self\" is for \"$system\", and this is \"$here\""
      return 1
    fi
  fi
  if [ $form = unpacked ]; then
    why="; this program comes from a package and brings none along: mend that, or install the package anew"
    return 1
  fi
  for tool in cksum dd tar uncompress; do
    if [ $tool = uncompress ] && [ $form != compress ]; then
      continue
    fi
    if command -v $tool >/dev/null 2>&1 || whence -p $tool >/dev/null 2>&1; then
      continue
    fi
    why="$why; there is no $tool(1) in $PATH"
    return 1
  done
}

why=
me=
case $given_dir in
  '' | /*) ;;
  *)
    why="; CLOUD_INIT_RUNTIME_DIR=$given_dir: expected an absolute path"
    given_dir=
    ;;
esac
# Each user has a last resort of his own, so that nobody can take it from another.
faults=
for base in "$given_dir" /opt/freeware/libexec/cloud-init /var/opt/cloud-init/runtime temporary; do
  [ -n "$base" ] || continue
  if [ "$base" = temporary ]; then
    who
    base=/var/tmp/.cloud-init-runtime.$me
  fi
  if is_ready "$base/$version"; then
    launch "$base/$version" "$@"
  fi
  case $fault in
    'there is no '*) ;;
    *) faults="$faults; $fault" ;;
  esac
done
if is_able; then
  for base in "$given_dir" /opt/freeware/libexec/cloud-init /var/opt/cloud-init/runtime "/var/tmp/.cloud-init-runtime.$me"; do
    [ -n "$base" ] || continue
    if unpack "$base"; then
      if is_ready "$base/$version"; then
        launch "$base/$version" "$@"
      fi
      why="$why; $fault"
    fi
  done
else
  why="$faults$why"
fi
say "cannot unpack the runtime: ${why#??}"
exit 125
}
