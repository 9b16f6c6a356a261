# When the old package goes, rpm puts its configuration aside as *.rpmsave, and its own script empties
# the state: instances, semaphores, scripts. So both are copied first, whole, or nothing is done at
# all: an error here, and rpm leaves the machine as it is.
PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
umask 077

# All names of a tree by kind, with the checksums of its files.
contents() {
  (cd "$1" && find . -type d && find . -type l && find . -type f -exec cksum {} \;) | LC_ALL=C sort
}

copy() {
  mode=$(ls -ld "$1/." | sed -e 's/^.\(...\)\(...\)\(...\).*/u=\1,g=\2,o=\3/' -e 's/-//g')
  mkdir "$2" && (cd "$1" && tar -cf - .) | (cd "$2" && tar -xpf -) || return 1
  chmod "$mode" "$2" || return 1
  # What tar says of a part that failed gets lost in the pipe.
  had=$(contents "$1")
  has=$(contents "$2")
  [ -n "$had" ] && [ "$has" = "$had" ]
}

# Names of a copy that the original has not, or not any more.
only_in() {
  (cd "$1" && find . ! -type d) | while IFS= read -r name; do
    [ -e "$2/$name" ] || [ -h "$2/$name" ] || echo found
  done
}

set_aside() {
  number=1
  while [ -d "$1.$number" ]; do
    number=$(expr $number + 1)
  done
  mv "$1" "$1.$number" && echo "cloud-init-aix: a copy of an earlier try stays in $1.$number" >&2
}

# Where a try was cut off after the old package had gone, its copy may be all that there is.
has_content() {
  [ -d "$1" ] && [ -n "$(ls -A "$1")" ]
}

drop_copies() {
  rm -rf $etc.new $state.new
}

etc=/opt/freeware/etc/cloud.before-cloud-init-aix
state=/opt/freeware/var/lib/cloud.before-cloud-init-aix
if [ "$1" -eq 1 ]; then
  drop_copies
  for kept in $etc $state; do
    current=$(dirname $kept)/cloud
    if has_content $current; then
      copy $current $kept.new || {
        drop_copies
        echo "cloud-init-aix: cannot copy $current to $kept, nothing was changed: make room for a copy of it (df -k /opt), stop what writes there, try again" >&2
        exit 1
      }
    fi
  done
  sync
  for kept in $etc $state; do
    if [ -d $kept.new ]; then
      if [ -d $kept ] && [ -n "$(only_in $kept $kept.new)" ]; then
        set_aside $kept || exit 1
      fi
      rm -rf $kept && mv $kept.new $kept || exit 1
    fi
  done
  sync
fi
exit 0
