PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH
if [ "$1" -eq 0 ]; then
  # All goes, links and scripts; of a script that somebody has edited a copy stays, as .rpmsave does.
  /opt/freeware/bin/cloud-init uninstall --force
  code=$?
  if [ $code -ne 0 ]; then
    echo "cloud-init-aix: \"/opt/freeware/bin/cloud-init uninstall --force\" ended with $code: of what it installed only the links in /etc/rc.d/rc2.d are removed" >&2
    # No boot may look for what is gone.
    while read -r link target; do
      case "$(ls -ld $link 2>/dev/null)" in
        *" $link -> $target") rm -f $link ;;
      esac
    done <<END
@LINKS@
END
  fi
fi
exit 0
