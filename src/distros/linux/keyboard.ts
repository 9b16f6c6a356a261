import { exists, isDirectory, isFile } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { KeyboardSettings, SettingOutcome } from "../locale-adapter.ts";
import { assignmentFile } from "../posix/assignment-file.ts";

/** keyboard(5) of Debian's keyboard-configuration. */
const KEYBOARD = "/etc/default/keyboard";
const SETUPCON = "/usr/bin/setupcon";
/** vconsole.conf(5) of systemd. */
const VCONSOLE = "/etc/vconsole.conf";
const SYSTEMCTL = "/usr/bin/systemctl";
const SYSTEMD_MARK = "/run/systemd/system";
const VCONSOLE_UNIT = "systemd-vconsole-setup.service";
/** Console keymaps made of XKB's layouts, where the distribution has them. */
const XKB_KEYMAPS = ["/usr/lib/kbd/keymaps/xkb", "/usr/share/kbd/keymaps/xkb"];
const TOOL_TIMEOUT_MS = 60_000;

/** The console's keyboard: on Debian by /etc/default/keyboard, elsewhere by /etc/vconsole.conf. */
export async function ensureLinuxKeyboard(
  ctx: DistroContext,
  family: string,
  keyboard: KeyboardSettings,
): Promise<SettingOutcome> {
  const { fs } = ctx.sys;
  const value = [keyboard.layout, keyboard.variant].filter((part) => part !== "").join(" ");
  const xkb = {
    XKBLAYOUT: keyboard.layout,
    XKBMODEL: keyboard.model,
    XKBVARIANT: keyboard.variant,
    XKBOPTIONS: keyboard.options,
  };
  if (family === "debian") {
    const changed = assignmentFile(fs, KEYBOARD).ensure(xkb, "quoted");
    const argv = [SETUPCON, "--keyboard-only", "--force", "--save"];
    const problems = changed && exists(fs, SETUPCON) ? await apply(ctx, argv) : [];
    return { changed, value, problems };
  }
  const { keymap, problems } = findKeymap(ctx, keyboard);
  const changed = assignmentFile(fs, VCONSOLE).ensure({ KEYMAP: keymap, ...xkb }, "quoted");
  if (changed && isDirectory(fs, SYSTEMD_MARK)) {
    problems.push(...(await apply(ctx, [SYSTEMCTL, "restart", VCONSOLE_UNIT])));
  }
  return { changed, value, problems };
}

/** A machine without a console of its own cannot show it yet: what is written holds from the next boot on. */
async function apply({ sys }: DistroContext, argv: readonly string[]): Promise<readonly Problem[]> {
  const { exitCode } = await sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: TOOL_TIMEOUT_MS,
  });
  if (exitCode === 0) {
    return [];
  }
  const message = `The keyboard is set up from the next boot on: "${argv.join(" ")}" ended with exit code ${exitCode}`;
  return [{ message, severity: "warning" }];
}

/** "de-nodeadkeys" for layout "de", variant "nodeadkeys"; of several layouts the first. */
function findKeymap(
  { sys }: DistroContext,
  { layout, variant }: KeyboardSettings,
): { readonly keymap: string; readonly problems: Problem[] } {
  const [first = layout] = layout.split(",");
  const [firstVariant = ""] = variant.split(",");
  const full = firstVariant === "" ? first : `${first}-${firstVariant}`;
  const directory = XKB_KEYMAPS.find((each) => isDirectory(sys.fs, each));
  if (directory === undefined || isFile(sys.fs, `${directory}/${full}.map.gz`)) {
    return { keymap: full, problems: [] };
  }
  if (firstVariant === "") {
    // Of the usual layouts there are keymaps by the same name elsewhere.
    return { keymap: full, problems: [] };
  }
  const message = `There is no console keymap "${full}" in "${directory}": the console gets "${first}"`;
  return { keymap: first, problems: [{ message, severity: "warning" }] };
}
