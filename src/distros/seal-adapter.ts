/** What an image must not carry along, for `seal`: what of it this system has, and how it goes. */
export interface SealAdapter {
  /** In the order in which they are done; nothing is asked of the machine before a step's `find`. */
  steps(traces: InstanceTraces): readonly SealStep[];
  /** Where logs are that may hold secrets. */
  readonly logDirectories: readonly string[];
  /** Shuts the machine down, at once. */
  powerOff(): Promise<void>;
}

/** One thing that makes a machine ready for its capture. */
export interface SealStep {
  /** "ssh-host-keys" */
  readonly name: string;
  /** What goes wrong on the machines that are made of the image where it is not done: a sentence without its full stop. */
  readonly why: string;
  /** Names of steps that need what this one removes: where one of them failed, this one is not done. */
  readonly after?: readonly string[];
  /** What is not ready. Only reads; throws where it cannot be told. Nothing: all is ready. */
  find(): Promise<readonly SealFinding[]>;
}

export type SealFinding =
  | {
      readonly kind: "change";
      /** "Remove /etc/ssh/ssh_host_rsa_key" */
      readonly what: string;
      apply(): void | Promise<void>;
    }
  | {
      /** Keeps the machine from being ready, and only a person can mend it. */
      readonly kind: "blocker";
      readonly what: string;
      /** What to do. */
      readonly mend: string;
    }
  | {
      /** Worth knowing; may be as it should be. */
      readonly kind: "notice";
      readonly what: string;
    };

/** What the agent remembers of the instances that were on this machine. */
export interface InstanceTraces {
  /** Names that were added to /etc/hosts. */
  readonly addedHostNames: readonly string[];
  /** The machine's own names, as they were set. */
  readonly ownNames: readonly string[];
  /** What cloud-init gave resolv.conf last; `isNew`: there was no such file before, and `earlier` is its own too. */
  readonly resolvConf:
    | { readonly text: string; readonly isNew: boolean; readonly earlier?: string }
    | undefined;
  /** What the instances were told of networks and DNS servers, as text. */
  readonly networkText: string;
  /** All that they were told, as text. */
  readonly text: string;
  /** Whether the next instance runs this module, by its canonical name. */
  listsModule(name: string): boolean;
}
