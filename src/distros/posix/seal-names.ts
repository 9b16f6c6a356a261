import { Buffer } from "node:buffer";
import { exists, readText, statTarget } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { RESOLV_CONF_COPY_PATH, RESOLV_CONF_PATH } from "../../network/renderers/resolv-conf.ts";
import type { InstanceTraces, SealFinding, SealStep } from "../seal-adapter.ts";
import { asBytes, editFile } from "./edit-file.ts";
import { hasWord } from "./has-word.ts";
import { withoutHostNames } from "./hosts-file.ts";

const HOSTS_PATH = "/etc/hosts";
const HOSTS_COPY_PATH = "/etc/hosts.cloud-init.orig";
/** What our templates for /etc/hosts begin with. */
const TEMPLATE_MARK = /^# Made by cloud-init from hosts\./mu;

/** The instance's part of /etc/hosts and resolv.conf. Where an original was kept it comes back; what is not known to be ours stays. */
export function sealNames({ fs }: System, traces: InstanceTraces): SealStep {
  return {
    name: "name-resolution",
    why: "A clone would know itself by the name of this machine, and ask its DNS servers, until its own network is set up",
    find: async () => [...findHosts(fs, traces), ...findResolvConf(fs, traces)],
  };
}

function findHosts(fs: FileSystem, traces: InstanceTraces): readonly SealFinding[] {
  const stat = statTarget(fs, HOSTS_PATH);
  if (stat?.kind !== "file") {
    return [];
  }
  const text = Buffer.from(fs.readBytes(HOSTS_PATH)).toString("latin1");
  const isOwn = TEMPLATE_MARK.test(text);
  if (isOwn && exists(fs, HOSTS_COPY_PATH)) {
    return [restoring(fs, HOSTS_PATH, HOSTS_COPY_PATH)];
  }
  const names = [...traces.addedHostNames, ...(isOwn ? traces.ownNames : [])].map(asBytes);
  if (withoutHostNames(text, names) === text) {
    return [];
  }
  return [
    {
      kind: "change",
      what: `Take ${names.join(", ")} out of ${HOSTS_PATH}`,
      apply() {
        editFile(fs, HOSTS_PATH, (current) => withoutHostNames(current, names));
      },
    },
  ];
}

function findResolvConf(fs: FileSystem, traces: InstanceTraces): readonly SealFinding[] {
  const hasCopy = exists(fs, RESOLV_CONF_COPY_PATH);
  // A link leads to what a service of the system keeps.
  const isFile = fs.stat(RESOLV_CONF_PATH)?.kind === "file";
  if (!isFile) {
    return hasCopy && !exists(fs, RESOLV_CONF_PATH)
      ? [restoring(fs, RESOLV_CONF_PATH, RESOLV_CONF_COPY_PATH)]
      : [];
  }
  const text = readText(fs, RESOLV_CONF_PATH);
  const { resolvConf: own } = traces;
  if (own?.isNew === true && [own.text, own.earlier].includes(text)) {
    return [resolvConfRemoval(fs)];
  }
  if (hasCopy && text === own?.text) {
    return [restoring(fs, RESOLV_CONF_PATH, RESOLV_CONF_COPY_PATH)];
  }
  if (hasCopy) {
    return [
      {
        kind: "notice",
        what: `${RESOLV_CONF_PATH} is not as cloud-init made it, so it stays; the original is in ${RESOLV_CONF_COPY_PATH}`,
      },
    ];
  }
  return isOfInstance(text, traces.networkText)
    ? [
        {
          kind: "notice",
          what: `${RESOLV_CONF_PATH} names the DNS servers of this instance and stays: cloud-init is not known to have made it`,
        },
      ]
    : [];
}

/** A copy, where there is one, is of an earlier text of our own. */
function resolvConfRemoval(fs: FileSystem): SealFinding {
  return {
    kind: "change",
    what: `Remove ${RESOLV_CONF_PATH}, which cloud-init made`,
    apply() {
      fs.remove(RESOLV_CONF_COPY_PATH);
      fs.remove(RESOLV_CONF_PATH);
    },
  };
}

/** Whether all that the file names is in what the instances were told. */
function isOfInstance(text: string, told: string): boolean {
  const words = text.split("\n").flatMap((line) => {
    const [keyword = "", ...values] = line.trim().split(/\s+/u);
    return ["nameserver", "search", "domain"].includes(keyword) ? values : [];
  });
  return words.length > 0 && words.every((word) => hasWord(told, word));
}

function restoring(fs: FileSystem, path: string, copy: string): SealFinding {
  return {
    kind: "change",
    what: `Put ${path} back as it was before cloud-init (${copy})`,
    apply() {
      const stat = statTarget(fs, copy);
      const attributes =
        stat === undefined ? {} : { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` };
      fs.write(path, fs.readBytes(copy), { ...attributes, durable: true });
      fs.remove(copy);
    },
  };
}
