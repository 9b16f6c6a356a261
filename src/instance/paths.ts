/** The roots that everything hangs off; `system_info.paths` in the configuration overrides them. */
export interface PathRoots {
  /** /opt/freeware/var/lib/cloud on AIX, /var/lib/cloud on Linux; no "/" at the end. */
  readonly cloudDir: string;
  /** /run/cloud-init */
  readonly runDir: string;
  /** Where run_dir usually is, if `system_info.paths` names another one. */
  readonly defaultRunDir?: string;
  readonly templatesDir: string;
  /** cloud.cfg itself: /opt/freeware/etc/cloud/cloud.cfg, /etc/cloud/cloud.cfg. */
  readonly configFile: string;
  readonly logDir: string;
  /** Executables that are config modules: /opt/freeware/lib/cloud-init/modules, /usr/lib/cloud-init/modules. Absent: there are none. */
  readonly modulesDir?: string;
}

/** Every path under cloud_dir and run_dir (compat core.md §5). */
export interface Paths extends PathRoots {
  readonly instanceLink: string;
  readonly instancesDir: string;
  readonly dataDir: string;
  readonly scriptsDir: string;
  readonly seedDir: string;
  readonly handlersDir: string;
  /** Semaphores of frequency once. */
  readonly semDir: string;
  readonly statusFile: string;
  readonly resultFile: string;
  readonly instanceIdFile: string;
  readonly previousInstanceIdFile: string;
  readonly previousDatasourceFile: string;
  readonly previousHostnameFile: string;
  /** The step that is running, for the boot after a power cut. */
  readonly journalFile: string;
  instance(id: string): InstancePaths;
}

export interface InstancePaths {
  readonly dir: string;
  readonly semDir: string;
  readonly scriptsDir: string;
  readonly vendorScriptsDir: string;
  readonly handlersDir: string;
  readonly boothooksDir: string;
  readonly datasourceFile: string;
  /** The instance as JSON; the name is the old agent's, which kept a pickle there. */
  readonly cacheFile: string;
  readonly userDataFile: string;
  readonly processedUserDataFile: string;
  readonly vendorDataFile: string;
  readonly processedVendorDataFile: string;
  readonly vendorData2File: string;
  readonly processedVendorData2File: string;
  readonly cloudConfigFile: string;
  readonly vendorCloudConfigFile: string;
  readonly vendor2CloudConfigFile: string;
  readonly networkConfigFile: string;
  /** The name that reverse lookup gave, and the instance was given. */
  readonly dnsHostnameFile: string;
  readonly bootFinishedFile: string;
  readonly machineIdFile: string;
  readonly ledgerFile: string;
}

/** Joins the roots with the names below them; touches nothing. */
export function createPaths(roots: PathRoots): Paths {
  const cloudDir = withoutSlash(roots.cloudDir);
  const dataDir = `${cloudDir}/data`;
  const instancesDir = `${cloudDir}/instances`;
  return {
    cloudDir,
    runDir: withoutSlash(roots.runDir),
    templatesDir: withoutSlash(roots.templatesDir),
    configFile: roots.configFile,
    logDir: withoutSlash(roots.logDir),
    ...(roots.defaultRunDir === undefined
      ? {}
      : { defaultRunDir: withoutSlash(roots.defaultRunDir) }),
    ...(roots.modulesDir === undefined ? {} : { modulesDir: withoutSlash(roots.modulesDir) }),
    instanceLink: `${cloudDir}/instance`,
    instancesDir,
    dataDir,
    scriptsDir: `${cloudDir}/scripts`,
    seedDir: `${cloudDir}/seed`,
    handlersDir: `${cloudDir}/handlers`,
    semDir: `${cloudDir}/sem`,
    statusFile: `${dataDir}/status.json`,
    resultFile: `${dataDir}/result.json`,
    instanceIdFile: `${dataDir}/instance-id`,
    previousInstanceIdFile: `${dataDir}/previous-instance-id`,
    previousDatasourceFile: `${dataDir}/previous-datasource`,
    previousHostnameFile: `${dataDir}/previous-hostname`,
    journalFile: `${dataDir}/journal.json`,
    instance: (id) => createInstancePaths(`${instancesDir}/${id}`),
  };
}

function createInstancePaths(dir: string): InstancePaths {
  return {
    dir,
    semDir: `${dir}/sem`,
    scriptsDir: `${dir}/scripts`,
    vendorScriptsDir: `${dir}/scripts/vendor`,
    handlersDir: `${dir}/handlers`,
    boothooksDir: `${dir}/boothooks`,
    datasourceFile: `${dir}/datasource`,
    cacheFile: `${dir}/obj.pkl`,
    userDataFile: `${dir}/user-data.txt`,
    processedUserDataFile: `${dir}/user-data.txt.i`,
    vendorDataFile: `${dir}/vendor-data.txt`,
    processedVendorDataFile: `${dir}/vendor-data.txt.i`,
    vendorData2File: `${dir}/vendor-data2.txt`,
    processedVendorData2File: `${dir}/vendor-data2.txt.i`,
    cloudConfigFile: `${dir}/cloud-config.txt`,
    vendorCloudConfigFile: `${dir}/vendor-cloud-config.txt`,
    vendor2CloudConfigFile: `${dir}/vendor2-cloud-config.txt`,
    networkConfigFile: `${dir}/network-config.json`,
    dnsHostnameFile: `${dir}/hostname-from-dns`,
    bootFinishedFile: `${dir}/boot-finished`,
    machineIdFile: `${dir}/machine-id`,
    ledgerFile: `${dir}/ledger.jsonl`,
  };
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/u, "") : path;
}
