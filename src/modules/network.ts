import { Type } from "typebox";
import { defineModule } from "./module.ts";

/** Applies the network configuration again, by hand. */
export const network = defineModule({
  name: "network",
  title: "Network",
  description: [
    "Gives the machine the network of its datasource, or the one that `network:` in the system",
    "configuration holds, as init-local does on the first boot of an instance. It needs to be in no",
    "list: `cloud-init single -n network --frequency always` applies it again, from what the instance",
    "was given, when the drive is gone too. What is right already is not touched. With",
    "`updates: {network: {when: [boot]}}` init-local does so on every boot.",
    "Source: upstream's network configuration pages, OpenStack's network_data.json.",
  ].join("\n"),
  aix: "gives the machine its network again when asked by `single`: `chdev`, `mkdev`, `chrctcp`",
  linux: "units of systemd-networkd",
  frequency: "once-per-instance",
  schema: Type.Object({
    network: Type.Optional(
      Type.Unknown({
        description:
          "`{config: disabled}`, or a network configuration of version 1 or 2, in the system configuration.",
      }),
    ),
    updates: Type.Optional(
      Type.Unknown({
        description:
          "`{network: {when: [boot]}}`: at each boot, not only for a new instance. In the system configuration.",
      }),
    ),
  }),
  examples: [
    "#cloud-config\nupdates:\n  network:\n    when: [boot]\n",
    "#cloud-config\nnetwork:\n  config: disabled\n",
  ],
  async run(ctx) {
    const count = (await ctx.applyNetwork?.()) ?? 0;
    if (count > 0) {
      ctx.fail(`Cannot apply all of the network (${count} failed): the warnings before tell what`);
    }
  },
});
