#!/bin/sh
# cloud-init @VERSION@: a shell stub, and behind its first @BLOCK@ bytes an archive (ustar, @FORM@) of a
# Node.js runtime and the program. The first run unpacks it, later runs start what is there. Nothing
# here needs more than ksh88 and the base of AIX 7.1. Made by "npm run build -- --carrier".
version=@VERSION@
block=@BLOCK@
form=@FORM@
# "SUM BYTES NAME" of each file (cksum), sorted by name; then names and sizes alone.
files='@FILES@'
names='@NAMES@'
sizes='@SIZES@'
marker='@MARKER@'

case $0 in
  */*) self=$0 ;;
  *)
    self=`command -v -- "$0" 2>/dev/null || whence -p "$0"`
    [ -f "$self" ] || self=./$0
    ;;
esac
case $self in
  /*) ;;
  *) self=`pwd`/$self ;;
esac

# Variables by which a caller could run code in the runtime, slow it, or send it elsewhere.
given_dir=${CLOUD_INIT_RUNTIME_DIR-}
unset CLOUD_INIT_RUNTIME_DIR NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_EXTRA_CA_CERTS \
  NODE_V8_COVERAGE NODE_COMPILE_CACHE NODE_DEBUG NODE_DEBUG_NATIVE NODE_PENDING_DEPRECATION \
  NODE_TLS_REJECT_UNAUTHORIZED NODE_ICU_DATA NODE_PRESERVE_SYMLINKS NODE_REDIRECT_WARNINGS \
  NODE_USE_ENV_PROXY SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES SSL_CERT_FILE SSL_CERT_DIR \
  UV_THREADPOOL_SIZE UV_USE_IO_URING LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LDR_PRELOAD LDR_PRELOAD64

say() {
  echo "cloud-init: $*" >&2
}

# Sets `me`, once: most runs do not need it.
who() {
  [ -n "$me" ] || me=`id -u`
}

# Whether nobody but root and the caller can change what is in a directory: it and each one above it are
# theirs, and not writable by others. Above it a sticky directory (/var/tmp) will do, and on AIX bin's.
# is_safe DIRECTORY, or is_safe DIRECTORY above: as what is above the one that is used.
is_safe() {
  who
  at=$1
  part=${2:-itself}
  while :; do
    set -- `LC_ALL=C ls -ldn "$at" 2>/dev/null` - - -
    case $3 in
      "$me" | 0) ;;
      2) [ $part = above ] || return 1 ;;
      *) return 1 ;;
    esac
    case $1 in
      d????????[tT]*) [ $part = above ] || return 1 ;;
      d????w* | d???????w*) return 1 ;;
      d*) ;;
      *) return 1 ;;
    esac
    [ "$at" != / ] || return 0
    part=above
    at=${at%/*}
    [ -n "$at" ] || at=/
  done
}

# Whether what is in a directory is whole: the marker, and the exact size of each file. A file that is empty
# or cut short would else be run as an empty script, with exit code 0.
is_whole() {
  got=
  { read -r got < "$1/.ok"; } 2>/dev/null
  [ "$got" = "$marker" ] || return 1
  found=`cd "$1" 2>/dev/null && LC_ALL=C ls -ln $names 2>/dev/null`
  set -- $sizes
  # In a subshell of its own: ksh runs the end of a pipe in the shell itself.
  echo "$found" | (
    while read -r mode links uid gid size rest; do
      [ "$size" = "$1" ] || exit 1
      shift
    done
    [ $# = 0 ]
  )
}

# start DIRECTORY ARGUMENT...: does not come back.
start() {
  dir=$1
  shift
  CLOUD_INIT_LIBPATH=${LIBPATH-}
  LIBPATH=$dir/lib:/opt/freeware/lib/pthread/ppc64:/opt/freeware/lib64:/opt/freeware/lib:/usr/lib:/lib
  export CLOUD_INIT_LIBPATH LIBPATH
  exec "$dir/node" "$dir/app.cjs" --carried "$self" "$@"
  say "cannot start \"$dir/node\""
  exit 126
}

# Unpacks into "BASE/VERSION"; says why not only where the caller could do something about it.
unpack() {
  base=$1
  dir=$base/$version
  temp=$base/.t.$$
  umask 022
  # What is there already must be safe before anything is made in it.
  at=$base
  part=itself
  while [ ! -d "$at" ] && [ ! -h "$at" ]; do
    part=above
    at=${at%/*}
    [ -n "$at" ] || at=/
  done
  is_safe "$at" $part || { why="$why; $base: others may change $at"; return 1; }
  mkdir -p "$dir" 2>/dev/null || { why="$why; $base: cannot be made or written"; return 1; }
  [ -w "$dir" ] || { why="$why; $base: cannot be written"; return 1; }
  is_safe "$dir" || { why="$why; $base: others may change $at"; return 1; }
  # What a run that died has left.
  for old in "$base"/.t.*; do
    [ -d "$old" ] || continue
    kill -0 "${old##*.}" 2>/dev/null || rm -rf "$old"
  done
  rm -rf "$temp"
  ( umask 077; mkdir "$temp" ) 2>/dev/null || { why="$why; $base: cannot be written"; return 1; }
  trap 'rm -rf "$temp"; exit 130' 1 2 15
  if [ $form = compress ]; then
    dd if="$self" bs=$block skip=1 2>/dev/null | uncompress -c 2>/dev/null | ( cd "$temp" && tar -xf - ) 2>/dev/null
  else
    dd if="$self" bs=$block skip=1 2>/dev/null | ( cd "$temp" && tar -xf - ) 2>/dev/null
  fi
  if fill; then
    rc=0
  else
    rc=1
  fi
  rm -rf "$temp"
  trap - 1 2 15
  return $rc
}

# Checks what is in $temp and moves it to $dir: the runtime itself writes it through to the disk, file by
# file, the marker last. Two first runs at once write the same bytes.
fill() {
  if cksum < /dev/null > /dev/null 2>&1; then
    :
  else
    why="$why; $base: there is no cksum(1) to check what was unpacked"
    return 1
  fi
  wrong=`echo "$files" | while read -r sum size name; do
    set -- \`cksum < "$temp/$name" 2>/dev/null\` - -
    [ "$1 $2" = "$sum $size" ] || echo "$name"
  done`
  if [ -n "$wrong" ]; then
    wrong=`echo $wrong`
    why="$why; $base: unpacked, $wrong is not what was packed: \"$self\" is damaged, or the file system is full"
    return 1
  fi
  chmod 755 "$temp/node" && chmod 644 "$temp/app.cjs" && echo "$marker" > "$temp/.ok" && chmod 644 "$temp/.ok" || return 1
  LIBPATH=$temp/lib:/opt/freeware/lib/pthread/ppc64:/opt/freeware/lib64:/opt/freeware/lib:/usr/lib:/lib \
    "$temp/node" -e '
      process.umask(0o022);
      const fs = require("fs"), [from, to, ...names] = process.argv.slice(1);
      const sync = (path) => { const fd = fs.openSync(path, "r"); fs.fsyncSync(fd); fs.closeSync(fd); };
      for (const name of [...names, ".ok"]) sync(from + "/" + name);
      for (const name of names) {
        const at = name.lastIndexOf("/");
        if (at >= 0) fs.mkdirSync(to + "/" + name.slice(0, at), { recursive: true, mode: 0o755 });
        fs.renameSync(from + "/" + name, to + "/" + name);
      }
      sync(to);
      fs.renameSync(from + "/.ok", to + "/.ok");
      sync(to);
    ' "$temp" "$dir" $names </dev/null 2>"$temp/.err" && return 0
  why="$why; $base: the runtime does not run here (`sed -n '/[^ ]/{p;q;}' "$temp/.err" 2>/dev/null`)"
  return 1
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
for base in "$given_dir" /opt/freeware/libexec/cloud-init /var/opt/cloud-init/runtime temporary; do
  [ -n "$base" ] || continue
  if [ "$base" = temporary ]; then
    who
    base=/var/tmp/.cloud-init-runtime.$me
  fi
  if is_whole "$base/$version" && is_safe "$base/$version"; then
    start "$base/$version" "$@"
  fi
done
for base in "$given_dir" /opt/freeware/libexec/cloud-init /var/opt/cloud-init/runtime "/var/tmp/.cloud-init-runtime.$me"; do
  [ -n "$base" ] || continue
  unpack "$base" && is_whole "$base/$version" && start "$base/$version" "$@"
done
say "cannot unpack the runtime:${why#;}"
exit 125
