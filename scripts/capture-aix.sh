#!/usr/bin/ksh
# Prints what this AIX answers to the questions that nobody could answer without one: run it as root
# on a test machine and send us the file.
#
#   ksh capture-aix.sh > answers.txt        asks only: changes nothing
#   ksh capture-aix.sh -w > answers.txt     also tries small changes, each undone at once: an alias on
#                                           lo0, a route to 192.0.2.128 (RFC 5737), a user and a group
#                                           "citest", nothing else
#
# Answers have a fixed form, so that a program can make fixtures of them:
#   ### POINT TITLE         a question begins; POINT is its number in aix/commands.md section 16, or a
#                           section there ("6.2")
#   $ COMMAND               one command with its arguments
#   | LINE                  a line of its standard output, at most 200
#   ! LINE                  a line of its standard error, at most 50
#   = CODE                  its exit code; "= -" where the command is not there, "= timeout" after 60 s
# It reads no password, no key and no log. Serial numbers and addresses are in it: look before you send.
#
# Only what ksh88 and the base of AIX 7.1 have is used.

PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
LC_ALL=C
export LC_ALL
umask 077

writes=no
while getopts w option; do
  case $option in
    w) writes=yes ;;
    *) print -u2 "usage: ksh capture-aix.sh [-w]"; exit 2 ;;
  esac
done

work=/tmp/capture-aix.$$
mkdir $work || exit 1
trap 'rm -rf $work' EXIT
trap 'exit 1' HUP INT TERM

point() {
  print -r -- ""
  print -r -- "### $*"
}

# ask COMMAND [ARGUMENT...]
ask() {
  print -r -- "\$ $*"
  if ! whence "$1" >/dev/null 2>&1; then
    print -r -- "= -"
    return
  fi
  "$@" >$work/out 2>$work/err </dev/null &
  child=$!
  # A command that hangs must not keep the rest from being asked.
  (
    sleep 60
    : >$work/timeout
    kill -9 $child
  ) >/dev/null 2>&1 &
  watch=$!
  wait $child 2>/dev/null
  code=$?
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
  # The descriptors that tell label and extensions: sectors 16 to 18.
  ask dd if=/dev/$cd bs=2048 skip=16 count=1 of=$work/pvd
  ask od -A d -t c -N 96 $work/pvd
done
ask lsvfs -a
ask mount

point 2 routes that are refused
ask lsattr -El inet0
ask netstat -rn
ask netstat -Crn
ask odmget -q 'name=inet0' CuAt
if [ $writes = yes ]; then
  ask chdev -l inet0 -a route=host,-hopcount,0,,,,,,192.0.2.128,203.0.113.254
  ask odmget -q 'name=inet0 AND attribute=route' CuAt
  ask chdev -l inet0 -a delroute=host,-hopcount,0,,,,,,192.0.2.128,203.0.113.254
  ask chdev -l inet0 -a delroute=host,-hopcount,0,,,,,,192.0.2.128,203.0.113.254
  ask route add -host 192.0.2.128 203.0.113.254
  ask route delete -host 192.0.2.128
  ask route delete -host 192.0.2.128
fi

point 3 what keeps IPv6 over a boot
for interface in $(lsdev -Cc if -F name 2>/dev/null); do
  ask lsattr -El $interface
  ask lsattr -Rl $interface -a netaddr6
done
ask grep -n -v '^#' /etc/rc.tcpip
ask lsattr -Rl inet0 -a rout6
ask ifconfig -a
ask netstat -in
ask netstat -rn -f inet6

point 4 whether an address change drops the default route
ask lsattr -El inet0 -a route
ask no -a

point 5 VLAN and jumbo attributes
ask lsdev -Cc adapter -F 'name status type location physloc'
for adapter in $(lsdev -Cc adapter -F name 2>/dev/null | grep '^ent'); do
  ask lsattr -El $adapter
  ask lscfg -vl $adapter
done
ask lsdev -Pc adapter -s vlan
ask lsdev -Pc adapter -s pseudo
ask odmget -q 'uniquetype=adapter/vlan/eth' PdAt
ask odmget -q 'uniquetype=adapter/pseudo/ibm_ech' PdAt

point 6 devices that are not there
ask lsdev -l hdisk999
ask lsattr -El hdisk999
ask lsattr -El ent999 -a alt_addr
ask lsattr -El inet0 -a no_such_attribute
ask chdev -l hdisk999 -a pv=yes
ask lscfg -vl ent999

point 7 bootutil, sudoers, and what init gives
ask bootutil -h
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
ask ps -p 1

point 8 shutdown
ask ls -l /usr/sbin/shutdown
ask grep -n 'usage\|getopts\|now' /usr/sbin/shutdown

point 9 time zones and locales
have chtz chlang
ask ls /usr/share/lib/zoneinfo
ask locale -a
ask cat /etc/nls/loc/lang/en_US.UTF-8.cfg
ask grep '^TZ' /etc/environment

point 10 locked accounts and keys
ask lsuser -a account_locked login rlogin su ALL
ask grep -n 'PermitRootLogin\|UsePAM\|Include\|^#VersionAddendum' /etc/ssh/sshd_config
ask ssh -V
if [ $writes = yes ]; then
  ask mkgroup citest
  ask mkgroup citest
  ask mkuser pgrp=citest citest
  ask mkuser pgrp=citest citest
  ask lsuser -f citest
  ask chsec -f /etc/security/passwd -s citest -a 'password=*'
  ask lssec -c -f /etc/security/passwd -s citest -a flags
  ask chgrpmem -m + citest citest
  ask chgrpmem -m - nobody citest
  ask rmuser -p citest
  ask rmgroup citest
  ask rmgroup citest
  ask ifconfig lo0 alias 127.0.0.77 netmask 255.0.0.0
  ask ifconfig lo0
  ask ifconfig lo0 delete 127.0.0.77
  ask ifconfig lo0 delete 127.0.0.77
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
