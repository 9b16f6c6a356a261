/** Who gave this machine an address by DHCP. */
export interface DhcpServer {
  /** IPv4 (option 54 of RFC 2132 §9.7). */
  readonly address: string;
  /** The file that says so, for messages. */
  readonly source: string;
}
