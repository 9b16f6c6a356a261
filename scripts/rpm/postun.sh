PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
if [ "$1" -eq 0 ]; then
  # They go where nothing is left in them. As directories of the package they would get other modes.
  rmdir /opt/freeware/etc/cloud/cloud.cfg.d /opt/freeware/etc/cloud 2>/dev/null
fi
exit 0
