import { Type } from "typebox";

/** One entry of `write_files` (compat modules.md), for documentation and validation; `parseWriteFilesEntry` reads it. */
export const writeFilesEntry = Type.Object(
  {
    path: Type.Optional(Type.String({ description: "Absolute path of the file. Required." })),
    content: Type.Optional(
      Type.Union(
        [
          Type.String(),
          Type.Number(),
          Type.Boolean(),
          Type.Null(),
          // `!!binary` in YAML: bytes, which JSON Schema has no word for.
          Type.Unsafe<Uint8Array>(Type.Unknown()),
        ],
        { description: "What is in the file. Default: nothing." },
      ),
    ),
    encoding: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: "How `content` is packed: text/plain, b64, gz, gz+b64 and their long forms.",
      }),
    ),
    owner: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Null()], {
        description: "user or user:group. Default root:root; root:system on AIX.",
      }),
    ),
    permissions: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Null()], {
        description: 'Octal mode, in quotes: "0640". Default "0644".',
      }),
    ),
    append: Type.Optional(
      Type.Boolean({ description: "Add to the end of the file. Default false." }),
    ),
    defer: Type.Optional(
      Type.Boolean({ description: "Write in the last stage, when users exist. Default false." }),
    ),
    source: Type.Optional(
      Type.Object(
        {
          uri: Type.Optional(Type.String({ description: "Where the content is fetched from." })),
          headers: Type.Optional(
            Type.Record(Type.String(), Type.String(), { description: "HTTP headers to send." }),
          ),
        },
        { description: "Content from elsewhere; `content` is taken where it cannot be fetched." },
      ),
    ),
  },
  { description: "One file." },
);
