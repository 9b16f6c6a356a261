import { errorMessage } from "../../text/error-message.ts";
import { formatJson } from "../../text/format-json.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import { absolutePath } from "../absolute-path.ts";
import type { LogContent } from "../analyze/boot-event.ts";
import { groupBoots } from "../analyze/boot-records.ts";
import { readAnalyzeInput } from "../analyze/read-input.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";

const DEFAULT_LOG = "/var/log/cloud-init.log";
const VIEWS = ["show", "blame", "dump", "boot", "plot"] as const;

type View = (typeof VIEWS)[number];

/** `cloud-init analyze show|blame|dump|boot|plot` (compat core.md §7.6; `plot` is ours). */
export function createAnalyzeCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "analyze",
    description: "Show what a boot spent its time on",
    args: {
      view: {
        type: "positional",
        required: true,
        description:
          "show: stages and their parts; blame: the longest parts first; dump: events as JSON; boot: from the machine's start on; plot: a chart of the last boot as SVG",
      },
      infile: {
        type: "string",
        alias: "i",
        default: DEFAULT_LOG,
        description: "Log, or JSON of dump; - is the standard input",
      },
      outfile: {
        type: "string",
        alias: "o",
        default: "-",
        description: "Where the answer goes; - is the standard output",
      },
      format: {
        type: "string",
        alias: "f",
        description: "Of show and blame: a line for each part, as '%I%D @%Es +%ds'",
      },
    },
    examples: [
      { command: "cloud-init analyze blame", about: "The longest parts of the boots first" },
      { command: "cloud-init analyze plot --outfile boot.svg", about: "A chart of the last boot" },
      {
        command: "cloud-init analyze show --infile old-cloud-init.log",
        about: "A log from elsewhere",
      },
    ],
    words: async () => ({ view: VIEWS }),
    async run(args) {
      const view = readView(args.view);
      const { infile, outfile } = args;
      const path = infile === "-" ? undefined : absolutePath(ctx, infile);
      const input = await readAnalyzeInput(ctx.sys, path, infile);
      if (!input.ok) {
        ctx.stderr(`${input.message}\n`);
        ctx.exitCode = 1;
        return;
      }
      const text = await render(view, input.content, args.format);
      if (text === undefined) {
        ctx.stderr(
          `Cannot tell when the machine started: no welcome line of "${infile}" has an uptime ("Up 12.34 seconds")\n`,
        );
        ctx.exitCode = 1;
        return;
      }
      write(ctx, outfile, text);
    },
  });
}

function readView(word: string): View {
  const view = VIEWS.find((name) => name === word);
  if (view === undefined) {
    const near = nearestWord(word, VIEWS);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw new UsageError(`unknown view "${word}" (choose from ${VIEWS.join(", ")})${hint}`);
  }
  return view;
}

async function render(
  view: View,
  content: LogContent,
  format: string | undefined,
): Promise<string | undefined> {
  if (view === "dump") {
    return formatJson(content.events);
  }
  const boots = groupBoots(content.events);
  switch (view) {
    case "show": {
      const { renderShow, SHOW_FORMAT } = await import("../analyze/render-show.ts");
      return renderShow(boots, format ?? SHOW_FORMAT);
    }
    case "blame": {
      const { BLAME_FORMAT, renderBlame } = await import("../analyze/render-show.ts");
      return renderBlame(boots, format ?? BLAME_FORMAT);
    }
    case "boot":
      return (await import("../analyze/render-boot.ts")).renderBoot(boots, content);
    case "plot": {
      const boot = boots.at(-1);
      return boot === undefined
        ? undefined
        : (await import("../analyze/render-plot.ts")).renderPlot(boot, content.commands);
    }
  }
}

function write(ctx: CliContext, outfile: string, text: string): void {
  if (outfile === "-") {
    ctx.stdout(text);
    return;
  }
  try {
    ctx.sys.fs.write(absolutePath(ctx, outfile), text, { mode: 0o644 });
  } catch (error) {
    ctx.stderr(`${errorMessage(error)}\n`);
    ctx.exitCode = 1;
  }
}
