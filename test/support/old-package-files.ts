/** Files as IBM's RPM and its users leave them on AIX (compat core.md §1.1); the contents are made up, but for their kind. */
export const OLD_PACKAGE_FILES: Readonly<Record<string, string>> = {
  "/opt/freeware/bin/cloud-init": "#!/opt/freeware/bin/python2.7\nprint('the old program')\n",
  "/opt/freeware/bin/cloud-init-per": "#!/bin/sh\necho the old tool\n",
  "/opt/freeware/etc/cloud/cloud.cfg": `users: [default]
datasource_list: ['ConfigDrive']
cloud_init_modules:
  - bootcmd
  - ibm-reset-rmc
  - never_heard_of
cloud_config_modules:
  - [mine, always]
  - landscape
cloud_final_modules:
  - scripts-user
`,
  "/opt/freeware/etc/cloud/cloud.cfg.d/05_logging.cfg": "output: {all: '| tee -a /var/log/x'}\n",
  "/opt/freeware/etc/cloud/templates/hosts.aix.tmpl": "## a comment\n$hostname localhost\n",
  "/opt/freeware/etc/cloud/templates/odd.tmpl": "fine\n#if $x\nno end\n",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/__init__.py": "",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_bootcmd.py": "pass\n",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_landscape.py": "pass\n",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_mine.py": "pass\n",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/handlers/boot_hook.py": "pass\n",
  "/opt/freeware/lib/python2.7/site-packages/cloudinit/handlers/ours.py": "pass\n",
  "/opt/freeware/var/lib/cloud/instances/i-1/sem/config_bootcmd": "",
  "/etc/rc.d/init.d/cloud-init-local": "#!/opt/freeware/bin/bash\necho old local\n",
  "/etc/rc.d/init.d/cloud-init": "#!/opt/freeware/bin/bash\necho old\n",
  "/etc/rc.d/init.d/cloud-config": "#!/opt/freeware/bin/bash\necho old config\n",
  "/etc/rc.d/init.d/cloud-final": "#!/opt/freeware/bin/bash\necho old final\n",
};

/** Their links in rc2.d, name → target. */
export const OLD_PACKAGE_LINKS: Readonly<Record<string, string>> = {
  "/etc/rc.d/rc2.d/S01cloud-init-local": "/etc/rc.d/init.d/cloud-init-local",
  "/etc/rc.d/rc2.d/S02cloud-init": "/etc/rc.d/init.d/cloud-init",
  "/etc/rc.d/rc2.d/S03cloud-config": "/etc/rc.d/init.d/cloud-config",
  "/etc/rc.d/rc2.d/S04cloud-final": "/etc/rc.d/init.d/cloud-final",
};
