import { Type } from "typebox";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportSetting } from "./report-setting.ts";

const MODEL = "pc105";
const SHOWN_LENGTH = 60;
const VALUE_LENGTH_MAX = 256;

/** The keyboard of the console (compat modules.md; cloud-init's keyboard). */
export const keyboard = defineModule({
  name: "keyboard",
  title: "Keyboard",
  description: [
    "Sets layout, model, variant and options of the keyboard, by the names that XKB has for them. On",
    "Debian they go to `/etc/default/keyboard` and `setupcon` applies them; elsewhere they go to",
    "`/etc/vconsole.conf`, which systemd applies.",
    "",
    "On AIX the module has no effect: the keyboard of an LPAR is its console's.",
    "Source: upstream's module, keyboard(5), localectl(1).",
  ].join("\n"),
  aix: "no effect: the keyboard of an LPAR is its console's",
  linux: "`/etc/default/keyboard` and `setupcon` on Debian, `/etc/vconsole.conf` elsewhere",
  frequency: "once-per-instance",
  schema: Type.Object({
    keyboard: Type.Optional(
      Type.Object(
        {
          layout: Type.Optional(Type.String({ description: "Needed: `us`, `de`, `gb`." })),
          model: Type.Optional(Type.String({ description: "Default `pc105`." })),
          variant: Type.Optional(Type.String({ description: "Such as `nodeadkeys`." })),
          options: Type.Optional(Type.String({ description: "Such as `ctrl:nocaps`." })),
        },
        { description: "The keyboard of the console (Linux)." },
      ),
    ),
  }),
  activateByKeys: ["keyboard"],
  examples: [
    "#cloud-config\nkeyboard:\n  layout: us\n",
    "#cloud-config\nkeyboard:\n  layout: de\n  model: pc105\n  variant: nodeadkeys\n  options: ctrl:nocaps\n",
  ],
  async run(ctx, config) {
    const { ensureKeyboard } = ctx.distro.locale;
    if (ensureKeyboard === undefined) {
      ctx.log.debug(
        `Skipping module named ${ctx.entryName}, it has no effect: the keyboard of an LPAR is its console's`,
      );
      return;
    }
    if (config.keyboard === undefined) {
      return;
    }
    const { layout, model = MODEL, variant = "", options = "" } = config.keyboard;
    if (layout === undefined || layout === "") {
      failAt(ctx, "layout", `Cannot set up the keyboard: "layout" is missing, for example "us"`);
      return;
    }
    const settings = { layout, model, variant, options };
    const areFine = Object.entries(settings).map(([key, value]) => isUsable(ctx, key, value));
    if (areFine.includes(false)) {
      return;
    }
    try {
      const outcome = await ensureKeyboard(settings);
      reportSetting(ctx, { title: "Keyboard", path: ["keyboard"], outcome });
    } catch (error) {
      ctx.fail(`Cannot set up the keyboard: ${errorMessage(error)}`, error);
    }
  },
});

/** Values stand between quotes in files that a shell reads. */
function isUsable(ctx: ModuleContext, key: string, value: string): boolean {
  if (value.length <= VALUE_LENGTH_MAX && /^[A-Za-z0-9_:,().+-]*$/u.test(value)) {
    return true;
  }
  const shown = printable(value.slice(0, SHOWN_LENGTH));
  failAt(
    ctx,
    key,
    `Cannot set up the keyboard with ${key} "${shown}": expected letters, digits and _ : , ( ) . + -`,
  );
  return false;
}

function failAt(ctx: ModuleContext, key: string, message: string): void {
  const path = ["keyboard", key];
  ctx.fail({ message, path, ...(ctx.locate(path) ?? ctx.locate(["keyboard"])) });
}
