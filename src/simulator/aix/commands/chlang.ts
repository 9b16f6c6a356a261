import { exists } from "../../../system/files.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { changeEnvironment } from "../environment-line.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "chlang [-u UserName] [-m MsgTransLst | -M] Language";
const NLSPATH = "/usr/lib/nls/msg/%L/%N:/usr/lib/nls/msg/%L/%N.cat";

/** Changes LANG in /etc/environment; with -M, NLSPATH and LC_MESSAGES get their defaults back too. */
export const chlang: SimulatedCommand = {
  path: "/usr/bin/chlang",
  isChange: () => true,
  run({ fs }, args) {
    const flags = parseFlags(args, "u:m:Md");
    if (typeof flags === "string") {
      return usageError("chlang", flags, USAGE, 1);
    }
    const [language, ...rest] = flags.operands;
    const isRefused = flags.has("u") || flags.has("d") || (flags.has("m") && flags.has("M"));
    if (language === undefined || rest.length > 0 || isRefused) {
      return usageError("chlang", "", USAGE, 1);
    }
    const isThere = ["C", "POSIX"].includes(language) || exists(fs, `/usr/lib/nls/loc/${language}`);
    if (!isThere || language.includes("/")) {
      return failed(1, `chlang: The language "${language}" is not installed on the system.`);
    }
    const messages = flags.value("m");
    changeEnvironment(fs, {
      LANG: language,
      ...(flags.has("M") ? { NLSPATH, LC_MESSAGES: undefined } : {}),
      ...(messages === undefined ? {} : { NLSPATH, LC_MESSAGES: messages }),
    });
    return done();
  },
};
