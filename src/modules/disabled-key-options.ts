/**
 * Options for the keys of a user who may not log in: the session tells whom to log in as, waits and
 * ends (compat modules.md, ssh and users_groups). The names must be safe inside quotes.
 */
export function disabledKeyOptions(name: string, instead: string): string {
  const text = `Please login as the user \\"${instead}\\" rather than the user \\"${name}\\".`;
  return `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo '${text}';echo;sleep 10;exit 142"`;
}
