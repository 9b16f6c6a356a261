/** What is on the drive of the rehearsal: a little of what PowerVC and most user-data ask for. */
export const REHEARSAL_FILES: Readonly<Record<string, string>> = {
  "openstack/latest/meta_data.json": JSON.stringify({
    uuid: "0a1b2c3d-0000-4000-8000-00000000000f",
    name: "rehearsal",
    hostname: "rehearsal.example.com",
    network_config: { name: "network_config", content_path: "/content/0000" },
    public_keys: {
      sample: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNhbXBsZXNhbXBsZXNhbXBsZXNhbXBsZXNhbXBs s",
    },
  }),
  "openstack/content/0000": `auto lo
iface lo inet loopback
auto eth0
iface eth0 inet static
  address 192.0.2.20
  netmask 255.255.255.0
  gateway 192.0.2.1
  dns-nameservers 192.0.2.53
`,
  "openstack/latest/network_data.json": JSON.stringify({
    links: [{ id: "tap0", type: "pvm_sea", ethernet_mac_address: "fa:16:3e:00:00:01", mtu: 1500 }],
    networks: [
      {
        id: "network0",
        link: "tap0",
        type: "ipv4",
        ip_address: "192.0.2.20",
        netmask: "255.255.255.0",
        routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" }],
        services: [{ type: "dns", address: "192.0.2.53" }],
      },
    ],
    services: [{ type: "dns", address: "192.0.2.53" }],
  }),
  "openstack/latest/user_data": `#cloud-config
bootcmd:
  - echo boot
write_files:
  - path: /etc/rehearsal.conf
    permissions: "0640"
    content: a=1
runcmd:
  - [echo, run]
  - echo run
`,
};
