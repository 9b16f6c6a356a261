import type { Problem } from "../text/problem.ts";

/** The machine's own language, time zone and keyboard. Each method asks first and changes only what differs. */
export interface LocaleAdapter {
  /** LANG of every login. `name` is as clouds write it, "de_DE.UTF-8"; the system's own name for it is taken. */
  ensureLocale(name: string, options?: LocaleOptions): Promise<SettingOutcome>;
  /** `zone` is a name of the zone database, "Europe/Berlin", or, where the system takes it, a POSIX rule. */
  ensureTimezone(zone: string): Promise<SettingOutcome>;
  /** Absent where there is no keyboard to set up. */
  ensureKeyboard?(keyboard: KeyboardSettings): Promise<SettingOutcome>;
}

export interface LocaleOptions {
  /** The file that has LANG, instead of the distribution's; where there is one for all, it is not used. */
  readonly configFile?: string;
}

/** As XKB names them (keyboard(5)); "" is the layout's own. */
export interface KeyboardSettings {
  readonly layout: string;
  readonly model: string;
  readonly variant: string;
  readonly options: string;
}

export interface SettingOutcome {
  readonly changed: boolean;
  /** What holds now, by the system's name; absent where it could not be set. */
  readonly value?: string;
  /** Those of severity "warning" are told and are no failure. */
  readonly problems: readonly Problem[];
}
