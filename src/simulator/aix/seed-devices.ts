import { createInterfaceDevice } from "./discover.ts";
import type { Device } from "./machine.ts";

const SYSTEM = "U9105.22A.78C1AF0";
const PARTITION = "V25";

/** The devices of a small PowerVM partition, without Ethernet adapters, their interfaces and optical drives. */
export function createBaseDevices(): Device[] {
  return [
    device("sys0", "sys/node/chrp", "System Object", ""),
    device("inet0", "tcpip/TCPIP/inet", "Internet Network Extension", ""),
    {
      ...createInterfaceDevice("lo0"),
      subclass: "LO",
      type: "lo",
      status: "Available",
      description: "Loopback Network Interface",
    },
    device("vio0", "bus/chrp/vdevice", "Virtual I/O Bus", "sysplanar0"),
    {
      ...device("vsa0", "adapter/vdevice/hvterm1", "LPAR Virtual Serial Adapter", "vio0"),
      physicalLocation: `${SYSTEM}-${PARTITION}-C0`,
    },
    {
      ...device("vscsi0", "adapter/vdevice/IBM,v-scsi", "Virtual SCSI Client Adapter", "vio0"),
      physicalLocation: `${SYSTEM}-${PARTITION}-C10-T1`,
    },
    createDiskDevice("hdisk0"),
    { ...device("proc0", "processor/sys/proc_rspc", "Processor", "sysplanar0"), location: "00-00" },
    device("mem0", "memory/sys/totmem", "Memory", "sysplanar0"),
  ];
}

/** A virtual SCSI disk. */
export function createDiskDevice(name: string): Device {
  const lun = (Number(name.slice(5)) + 1).toString(16);
  return {
    ...device(name, "disk/vscsi/vdisk", "Virtual SCSI Disk Drive", "vscsi0"),
    physicalLocation: `${SYSTEM}-${PARTITION}-C10-T1-L8${lun.padEnd(15, "0")}`,
  };
}

/** A virtual Ethernet adapter in a slot. */
export function createEthernetAdapter(name: string, macAddress: string, slot: number): Device {
  return {
    ...device(name, "adapter/vdevice/IBM,l-lan", "Virtual I/O Ethernet Adapter (l-lan)", "vio0"),
    physicalLocation: `${SYSTEM}-${PARTITION}-C${slot}-T1`,
    macAddress,
  };
}

/** A port of a physical adapter in a slot. */
export function createPhysicalAdapter(name: string, macAddress: string, slot: number): Device {
  return {
    ...device(
      name,
      "adapter/pciex/e4145716e4142004",
      "4-Port Gigabit Ethernet PCI-Express Adapter (e414571614102004)",
      "pci0",
    ),
    location: "00-00",
    physicalLocation: `${SYSTEM}-P1-C${slot}-T1`,
    macAddress,
  };
}

/** A virtual optical drive, where PowerVC puts the config drive. */
export function createOpticalDrive(name: string): Device {
  return {
    ...device(name, "cdrom/vscsi/vopt0", "Virtual SCSI Optical Served by VIO Server", "vscsi0"),
    physicalLocation: `${SYSTEM}-${PARTITION}-C10-T1-L8${name.slice(2).padStart(2, "2")}0000000000000`,
  };
}

function device(name: string, key: string, description: string, parent: string): Device {
  const [deviceClass = "", subclass = "", type = ""] = key.split("/");
  return {
    name,
    class: deviceClass,
    subclass,
    type,
    status: "Available",
    location: "",
    description,
    parent,
  };
}
