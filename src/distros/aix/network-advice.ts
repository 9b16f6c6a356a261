/** Parts of AIX's messages, and what to do about them (aix/commands.md §2.2, §2.3, §3.3). */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/0514-516/u, 'another program holds the device database, look for it with "ps -ef"'],
  [/0514-062|device is busy/u, 'something uses the device, look with "ifconfig -a" and "lsdev -p"'],
  [/0514-519|0514-521|not found in the customized/u, 'the device is not known, run "cfgmgr"'],
  [/0514-01[78]/u, "this level of AIX or this adapter does not take the value"],
  [
    /0821-279|no route to/u,
    'the gateway has to be in a network of an interface that is up, look with "netstat -rn"',
  ],
  [/0513-085|does not know the subsystem/u, "the fileset that has the daemon is to be installed"],
  [/is not up|is up without/u, "check the adapter, its VLAN and its switch port"],
];

const REPEAT = 'then run "cloud-init single -n network --frequency always"';

/** The message of a failed command, with what to do. */
export function adviseOn(message: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(message))?.[1];
  return `${message}: ${advice === undefined ? REPEAT : `${advice}, ${REPEAT}`}`;
}
