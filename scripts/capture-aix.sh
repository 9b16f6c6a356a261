#!/usr/bin/ksh
# Prints what this AIX answers to the questions that nobody could answer without one: run it as root
# on a test machine and send us the file.
#
#   ksh capture-aix.sh > answers.txt        asks only: changes nothing
#   ksh capture-aix.sh -w > answers.txt     also tries small changes, each undone at once: a read-only mount
#                                           of each optical drive, an alias on lo0, a route to 192.0.2.128
#                                           (RFC 5737), another time zone and language, a user and a group "citest" (its
#                                           number stays counted in /etc/security/.ids). What is there
#                                           already is not touched
#   ksh capture-aix.sh -i en5 > answers.txt also gives this interface, which must have no address, some of
#                                           203.0.113.224/28 and a route to 198.51.100.224/28, takes it down
#                                           and up, and takes all that back
# What survives a boot is told by two runs, one before it and one after.
#
# Answers have a fixed form, so that a program can make fixtures of them:
#   ### POINT TITLE         a question begins; POINT is its number in aix/commands.md section 16, or a
#                           section there ("6.2")
#   $ COMMAND               one command with its arguments
#   | LINE                  a line of its standard output, at most 200
#   ! LINE                  a line of its standard error, at most 50
#   = CODE                  its exit code; "= -" where the command is not there, "= timeout" after 60 s
#   - TEXT                  why something is not asked
# It reads no password, no key and no log. Serial numbers and addresses are in it: look before you send.
#
# Only what ksh88 and the base of AIX 7.1 have is used.

PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
LC_ALL=C
export LC_ALL
umask 077

writes=no
spare=
while getopts wi: option; do
  case $option in
    w) writes=yes ;;
    i) spare=$OPTARG ;;
    *) print -u2 "usage: ksh capture-aix.sh [-w] [-i INTERFACE]"; exit 2 ;;
  esac
done

work=/tmp/capture-aix.$$
mkdir $work || exit 1
mkdir $work/cd || exit 1
# The home of the user "citest" is in it.
chmod 711 $work
# What is there for a moment, and has to go whatever happens.
asked=0
child= listed= mounted= routed= netted= zoned= aliased= grouped= usered= tried=
trap 'trap "" HUP INT TERM; take_back >/dev/null 2>&1; rm -rf $work' EXIT
trap 'exit 1' HUP INT TERM

point() {
  print -r -- ""
  print -r -- "### $*"
}

remark() {
  print -r -- "- $*"
}

# ask COMMAND [ARGUMENT...]
ask() {
  print -r -- "\$ $*"
  code=1
  if ! whence "$1" >/dev/null 2>&1; then
    print -r -- "= -"
    return
  fi
  "$@" >$work/out 2>$work/err </dev/null &
  child=$!
  # A command that hangs must not keep the rest from being asked.
  asked=$((asked + 1))
  print -r -- $asked >$work/asked
  # It ends by itself within a second of its command: a signal may come too early for it.
  (
    mine=$asked
    seconds=0
    while [ $seconds -lt 60 ]; do
      sleep 1
      read -r now <$work/asked || exit
      [ "$now" = $mine ] || exit
      seconds=$((seconds + 1))
    done
    : >$work/timeout
    kill -9 $child
  ) >/dev/null 2>&1 &
  watch=$!
  wait $child 2>/dev/null
  code=$?
  child=
  print -r -- 0 >$work/asked
  kill $watch 2>/dev/null
  if [ -f $work/timeout ]; then
    rm -f $work/timeout
    code=timeout
  fi
  sed -e '201,$d' -e 's/^/| /' $work/out
  sed -e '51,$d' -e 's/^/! /' $work/err
  print -r -- "= $code"
}

# have NAME...: which of these are there, and where
have() {
  for name in "$@"; do
    ask whence $name
  done
}

# number_at FILE OFFSET: four bytes, the highest first
number_at() {
  set -- $(od -A n -t u1 -j $2 -N 4 $1 2>/dev/null)
  print -r -- $(( ((${1:-0} * 256 + ${2:-0}) * 256 + ${3:-0}) * 256 + ${4:-0} ))
}

# The route of point 2.
route=host,-hopcount,0,,,,,,192.0.2.128,203.0.113.254
has_route_row() {
  lsattr -El inet0 -a route -F value 2>/dev/null | grep 192.0.2.128 >/dev/null
}

# All that is there for a moment; each is taken back where it was tried too, and then not here.
take_back() {
  [ -z "$child" ] || kill -9 $child
  [ -z "$mounted" ] || umount $work/cd
  [ -z "$routed" ] || {
    route delete -host 192.0.2.128
    if has_route_row; then
      chdev -l inet0 -a delroute=$route
    fi
    if has_route_row; then
      odmdelete -o CuAt -q "name=inet0 AND attribute=route AND value='$route'"
    fi
  }
  [ -z "$tried" ] || {
    [ -z "$netted" ] || route delete -net 198.51.100.224/28
    chdev -l $spare -a state=down
    chdev -l $spare -a netaddr= -a netmask=
    chdev -l $spare -a state=$tried
    [ -n "$listed" ] || ifconfig $spare detach
  }
  [ -z "$zoned" ] || cmp -s $work/environment /etc/environment || cat $work/environment >/etc/environment
  [ -z "$aliased" ] || ifconfig lo0 delete 127.0.0.77
  [ -z "$usered" ] || {
    rmuser -p citest
    rm -rf $work/home
  }
  [ -z "$grouped" ] || rmgroup citest
  mounted= routed= netted= zoned= aliased= grouped= usered= tried=
}

print -r -- "capture-aix 1"
ask date -u
ask id -u

point 0 level
ask oslevel -s
ask uname -a
ask uname -M
ask prtconf -k
ask lslpp -Lqc bos.rte bos.net.tcp.client_core bos.net.tcp.client rsct.core.rmc openssh.base.server
ask whence ksh93
ask ksh -c 'print $KSH_VERSION'
ask sh -c 'echo ${.sh.version}'

point 1 names on cdrfs without Rock Ridge
ask lsdev -Cc cdrom -F 'name status location'
for cd in $(lsdev -Cc cdrom -F name 2>/dev/null); do
  ask lsattr -El $cd
  # Volume descriptors are at sector 16 and after: the label, and Joliet's, with "%/" at byte 88.
  ask dd if=/dev/$cd bs=2048 skip=16 count=4 of=$work/descriptors
  if [ $code = 0 ]; then
    for sector in 0 2048 4096 6144; do
      ask od -A d -t c -j $sector -N 96 $work/descriptors
    done
    # Rock Ridge shows in the first entries of the root directory: "SP", "RR", "PX", "NM".
    ask dd if=/dev/$cd bs=2048 skip=$(number_at $work/descriptors 162) count=1 of=$work/directory
    ask od -A d -t c -N 1024 $work/directory
    at=$(mount | awk -v device=/dev/$cd '$1 == device { print $2; exit }')
    if [ -n "$at" ]; then
      ask ls -lR "$at"
    elif [ $writes = yes ]; then
      mounted=yes
      ask mount -v cdrfs -o ro /dev/$cd $work/cd
      if [ $code = 0 ]; then
        ask ls -lR $work/cd
        ask df -k $work/cd
        ask umount $work/cd
        [ $code != 0 ] || mounted=
      else
        mounted=
      fi
    fi
  fi
done
ask lsvfs -a
ask mount

point 2 routes that are refused
ask lsattr -El inet0
ask netstat -rn
ask netstat -Crn
ask odmget -q 'name=inet0' CuAt
if [ $writes = yes ]; then
  if has_route_row || netstat -rn 2>/dev/null | grep '192\.0\.2\.128' >/dev/null; then
    remark "a route to 192.0.2.128 is there already"
  else
    routed=yes
    ask chdev -l inet0 -a route=$route
    ask odmget -q 'name=inet0 AND attribute=route' CuAt
    ask netstat -rn
    ask chdev -l inet0 -a delroute=$route
    ask odmget -q 'name=inet0 AND attribute=route' CuAt
    ask chdev -l inet0 -a delroute=$route
    ask odmget -q 'name=inet0 AND attribute=route' CuAt
    ask route add -host 192.0.2.128 203.0.113.254
    ask route delete -host 192.0.2.128
    ask route delete -host 192.0.2.128
    take_back >/dev/null 2>&1
    ask odmget -q 'name=inet0 AND attribute=route' CuAt
  fi
fi

point 3 what keeps IPv6 over a boot
for interface in $(lsdev -Cc if -F name 2>/dev/null); do
  ask lsattr -El $interface
  ask lsattr -Rl $interface -a netaddr6
done
# Addresses and routes of the ODM against those that are there since the last boot, and who could have set them.
ask who -b
ask uptime
ask odmget -q 'attribute=netaddr6' CuAt
ask odmget -q 'attribute=netaddr6' PdAt
ask odmget -q 'attribute=rout6' CuAt
ask grep -n -v '^#' /etc/rc.tcpip
ask grep -n -E 'autoconf6|ndpd-host|inet6' /etc/rc.tcpip /etc/rc.net /etc/inittab
ask grep -c -E 'netaddr6|rout6' /usr/lib/methods/cfgif /usr/lib/methods/cfginet /usr/lib/methods/chgif
ask lsattr -Rl inet0 -a rout6
ask ifconfig -a
ask netstat -in
ask netstat -rn -f inet6

point 4 whether an address change drops the default route
ask lsattr -El inet0 -a route
ask no -a
if [ -n "$spare" ]; then
  if ifconfig $spare 2>/dev/null | grep inet >/dev/null ||
    [ -n "$(lsattr -El $spare -a netaddr -F value 2>/dev/null)" ]; then
    remark "$spare has an address"
  elif netstat -rn 2>/dev/null | grep -E '203\.0\.113\.2(2[4-9]|3[0-9])|198\.51\.100\.2(2[4-9]|3[0-9])' >/dev/null; then
    remark "a route to 203.0.113.224/28 or 198.51.100.224/28 is there already"
  else
    tried=$(lsattr -El $spare -a state -F value 2>/dev/null)
    # As ifconfig shows it: one that was never up is not there.
    listed=$(ifconfig $spare 2>/dev/null)
    if [ -z "$tried" ]; then
      remark "$spare is no interface"
    else
      ask chdev -l $spare -a netaddr=203.0.113.226 -a netmask=255.255.255.240 -a state=up
      # It stands for the default route, which is not touched.
      netted=yes
      ask route add -net 198.51.100.224/28 203.0.113.225
      ask netstat -rn
      ask chdev -l $spare -a netaddr=203.0.113.227
      ask netstat -rn
      ask route add -net 198.51.100.224/28 203.0.113.225
      ask chdev -l $spare -a state=down
      ask netstat -rn
      ask chdev -l $spare -a state=up
      ask netstat -rn
      take_back >/dev/null 2>&1
      ask lsattr -El $spare
      ask ifconfig $spare
      ask netstat -rn
    fi
  fi
fi

point 5 VLAN and jumbo attributes
ask lsdev -Cc adapter -F 'name status type location physloc'
for adapter in $(lsdev -Cc adapter -F name 2>/dev/null | grep '^ent'); do
  ask lsattr -El $adapter
  ask lsattr -Rl $adapter -a jumbo_frames
  ask lscfg -vl $adapter
done
ask lsattr -D -c adapter -s vlan -t eth
ask lsattr -D -c adapter -s vdevice -t IBM,l-lan
ask lsdev -Pc adapter -s vlan
ask lsdev -Pc adapter -s pseudo
ask odmget -q 'uniquetype=adapter/vlan/eth' PdAt
ask odmget -q 'uniquetype=adapter/pseudo/ibm_ech' PdAt

point 6 devices that are not there
if [ -n "$(lsdev -l hdisk999 -F name 2>/dev/null)$(lsdev -l ent999 -F name 2>/dev/null)" ]; then
  remark "there is an hdisk999 or ent999"
else
  ask lsdev -l hdisk999
  ask lsdev -Cl hdisk999 -F status
  ask lsattr -El hdisk999
  ask lsattr -El ent999 -a alt_addr
  ask lsattr -El inet0 -a no_such_attribute
  ask chdev -l hdisk999 -a pv=yes
  ask lscfg -vl ent999
fi

point 7 bootutil, sudoers, and what init gives
# Words in it that may tell what "-c" means: it is not run.
ask ls -l /usr/lib/boot/bootutil
ask ksh -c "tr -cs '[:print:]' '\\n' </usr/lib/boot/bootutil | grep -i -E 'usage|nvram|cloud|ghost|-c'"
ask odmget -q 'attribute=clouddev' PdAt
ask lsattr -El sys0
ask lsattr -Rl sys0 -a clouddev
ask lsattr -Rl sys0 -a ghostdev
have sudo doas visudo
for file in /etc/sudoers /opt/freeware/etc/sudoers /etc/sudoers.d /opt/freeware/etc/sudoers.d; do
  ask ls -ld $file
done
ask lsitab -a
ask ls -l /etc/rc.d/rc2.d
# Names only: values may be secrets.
ask sed 's/=.*/=/' /etc/environment
# What init gives to what it starts, and rc to the scripts: of these words alone, and of nothing else, the values.
ask grep -n -E '^(PATH|LANG|LC_[A-Z]*|NLSPATH|LOCPATH|ODMDIR|TZ)=' /etc/environment
for name in init srcmstr cron; do
  pid=$(ps -e -o pid= -o comm= 2>/dev/null | awk -v name=$name '$2 == name { print $1; exit }')
  if [ -n "$pid" ]; then
    ask ksh -c "ps ewwww $pid | tr ' ' '\\n' | grep -E '^(PATH|LANG|LC_[A-Z]*|NLSPATH|LOCPATH|ODMDIR|TZ)='"
  fi
done
ask grep -n -E 'PATH|LANG|LC_|environment|rc2|START|KILL' /etc/rc.d/rc
ask ps -p 1

point 8 shutdown
ask ls -l /usr/sbin/shutdown
ask grep -n -E 'usage|getopts|now|date|-[a-z]\)' /usr/sbin/shutdown

point 9 time zones and locales
have chtz chlang
ask ls /usr/share/lib/zoneinfo
ask locale -a
ask ls -ld /usr/lib/nls/loc/en_US.UTF-8 /usr/lib/nls/loc/EN_US /usr/lib/nls/loc/en_US
ask cat /etc/nls/loc/lang/en_US.UTF-8.cfg
ask grep '^TZ' /etc/environment
if [ $writes = yes ] && [ -f /etc/environment ] && cp -p /etc/environment $work/environment; then
  zoned=yes
  ask chtz No/Such_Zone
  ask grep '^TZ' /etc/environment
  for flag in -M '-m en_US'; do
    ask chlang $flag en_US
    ask grep -n -E '^(LANG|LC_[A-Z]*|NLSPATH)=' /etc/environment
  done
  ask chlang xx_XX
  take_back >/dev/null 2>&1
  ask cmp $work/environment /etc/environment
fi

point 10 locked accounts and keys
ask lsuser -a account_locked login rlogin su ALL
ask grep -n -E 'PermitRootLogin|UsePAM|PubkeyAuthentication|Include|^#VersionAddendum' /etc/ssh/sshd_config
ask grep -n -E '^(sshd|OTHER)' /etc/pam.conf
ask lssec -f /etc/security/login.cfg -s usw -a auth_type
ask ssh -V
if [ $writes = yes ]; then
  if lsuser citest >/dev/null 2>&1 || lsgroup citest >/dev/null 2>&1 ||
    grep '^citest:' /etc/passwd /etc/group >/dev/null; then
    remark "a user or group citest is there already"
  else
    grouped=yes
    ask mkgroup citest
    ask mkgroup citest
    usered=yes
    ask mkuser pgrp=citest home=$work/home citest
    made=$code
    ask mkuser pgrp=citest home=$work/home citest
    if [ $made = 0 ]; then
      ask lsuser -f citest
      ask chsec -f /etc/security/passwd -s citest -a 'password=*'
      ask lssec -c -f /etc/security/passwd -s citest -a flags
      ask ssh-keygen -q -t rsa -N '' -f $work/key
      if [ $code = 0 ] && [ -d $work/home ]; then
        mkdir $work/home/.ssh
        cp $work/key.pub $work/home/.ssh/authorized_keys
        chown -R citest $work/home/.ssh
        for locked in false true; do
          ask chuser account_locked=$locked citest
          ask ssh -i $work/key -o BatchMode=yes -o StrictHostKeyChecking=no \
            -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 -l citest localhost id -un
        done
      fi
      ask chgrpmem -m + citest citest
      ask chgrpmem -m - nobody citest
    fi
    ask rmuser -p citest
    ask rmuser -p citest
    ask rmgroup citest
    ask rmgroup citest
    take_back >/dev/null 2>&1
  fi
  if ifconfig lo0 2>/dev/null | grep '127\.0\.0\.77' >/dev/null; then
    remark "lo0 has 127.0.0.77 already"
  else
    aliased=yes
    ask ifconfig lo0 alias 127.0.0.77 netmask 255.0.0.0
    ask ifconfig lo0
    ask ifconfig lo0 delete 127.0.0.77
    [ $code != 0 ] || aliased=
    ask ifconfig lo0 delete 127.0.0.77
  fi
fi

point 6.1 disks and volume groups
ask lspv
ask lspv -u
ask lsvg
ask lsvg -o
for group in $(lsvg 2>/dev/null); do
  ask lsvg -L $group
  ask lsvg -L -p $group
  ask lsvg -L -l $group
done
for disk in $(lspv 2>/dev/null | awk '{print $1}'); do
  ask bootinfo -s $disk
  ask getconf DISK_SIZE /dev/$disk
  ask lsattr -El $disk
done
ask lspath -F 'name path_id parent connection status'
ask lsfs -q
ask lsps -a
ask lsps -s
ask df -k
ask df -Pk
ask cat /etc/filesystems

point 6.7 boot list
ask bootlist -m normal -o
ask bootinfo -b
ask bootinfo -K

point 4.1 subsystems
ask lssrc -a
for subsystem in sshd syslogd dhcpcd xntpd ctrmc no_such_one; do
  ask lssrc -s $subsystem
done

point 12 RSCT
ask ls -ld /usr/sbin/rsct /opt/rsct
ask ls -l /usr/sbin/rsct/bin/rmcctrl /usr/sbin/rsct/install/bin/recfgct
ask lsrpdomain
ask lsrsrc IBM.MCP

point 13 name resolution
ask cat /etc/resolv.conf
ask cat /etc/netsvc.conf
ask cat /etc/hosts
have getent host nslookup

point 14 tools
have awk bash cksum compress csum curl gunzip gzip ksh ksh93 od openssl perl python3 rpm dnf sed tar uncompress
ask ls -l /dev/stdin /dev/fd /dev/random /dev/urandom
ask rpm -q cloud-init
ask ls -l /opt/freeware/bin/cloud-init /opt/freeware/lib/pthread/ppc64

print -r -- ""
print -r -- "### end"
# Until the last of those that watched has gone.
sleep 2
