# Runs when the old package is gone. Puts back what it took along, by renaming: at each moment a file
# is here or there, whole, and a full disk does no harm. Nothing takes the place of what is newer.
PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
umask 022

target_of() {
  ls -ld "$1" | sed 's/^.* -> //'
}

# Of one name of the copy, which is the working directory.
put_back() {
  if [ ! -e "$1" ] && [ ! -h "$1" ]; then
    # Went along with its directory.
    return 0
  elif [ ! -e "$2" ] && [ ! -h "$2" ]; then
    mv -f "$1" "$2"
  elif [ -h "$1" ] || [ -h "$2" ]; then
    if [ -h "$1" ] && [ -h "$2" ] && [ "$(target_of "$1")" = "$(target_of "$2")" ]; then
      rm -f "$1"
    fi
  elif [ -f "$1" ] && [ -f "$2" ]; then
    if cmp -s "$1" "$2"; then
      rm -f "$1"
    elif [ -z "$(find "$2" -newer "$1")" ]; then
      # What the new package brought, which has files of 1970 alone.
      mv -f "$1" "$2"
    fi
  fi
}

put_all_back() {
  if [ ! -e "$2" ] && [ ! -h "$2" ]; then
    mkdir -p "$(dirname "$2")" && mv "$1" "$2"
    return
  fi
  cd "$1" || return 1
  all=$(find . ! -name .)
  result=0
  while IFS= read -r path; do
    put_back "$path" "$2/$path" || result=1
  done <<END
$all
END
  cd /
  find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null
  return $result
}

set_aside() {
  number=1
  while [ -d "$1.$number" ]; do
    number=$(expr $number + 1)
  done
  mv "$1" "$1.$number" && echo "cloud-init-aix: $2 has newer files: the older ones stay in $1.$number" >&2
}

for name in etc/cloud var/lib/cloud; do
  current=/opt/freeware/$name
  kept=$current.before-cloud-init-aix
  if [ -d $kept ]; then
    if put_all_back $kept $current; then
      [ ! -d $kept ] || set_aside $kept $current
    else
      echo "cloud-init-aix: not all of $kept could be put back into $current: the rest stays there" >&2
    fi
  fi
done

/opt/freeware/bin/cloud-init install
code=$?
if [ $code -ne 0 ]; then
  echo "cloud-init-aix: \"/opt/freeware/bin/cloud-init install\" ended with $code: there are no boot scripts. Mend what it says above and call it again" >&2
  exit 1
fi
