import type { CommandSpec, OptionSpec, ProgramSpec } from "./command-specs.ts";

/** Shells that there is something for. */
export const COMPLETION_SHELLS = ["ksh", "bash", "zsh"] as const;

/** One of them. */
export type CompletionShell = (typeof COMPLETION_SHELLS)[number];

/**
 * A script to be read by the shell: a function that lists the words which may come next, the same
 * for every shell and in POSIX syntax, and what binds it to the shell's own completion.
 */
export function renderCompletion(program: ProgramSpec, shell: CompletionShell): string {
  return `${HEADS[shell]}\n${renderWordsFunction(program)}\n${BINDINGS[shell]}`;
}

/** `_cloud_init_words WORD…`: prints what may follow these words of the command line, a word a line. Nothing where a file or any text is expected. */
function renderWordsFunction(program: ProgramSpec): string {
  const { globals, inherited, commands } = program;
  const takers = globals.filter(({ valueName }) => valueName !== undefined);
  return `_cloud_init_words() {
  _ci_command= _ci_previous=
  for _ci_word in "$@"; do
    if [ -z "$_ci_command" ]; then
      case $_ci_previous in
        ${takers.flatMap(spellings).join("|")}) ;;
        *)
          case $_ci_word in
            -*) ;;
            *) _ci_command=$_ci_word ;;
          esac
          ;;
      esac
    fi
    _ci_previous=$_ci_word
  done
  case "$_ci_command $_ci_previous" in
${commands.map((command) => renderValues(command, inherited)).join("")}    ${takers
    .flatMap(spellings)
    .map((word) => `" ${word}"`)
    .join("|")})
      return 0
      ;;
  esac
  case $_ci_command in
    "")
      ${print([...commands.map(({ name }) => name), ...globals.map(longName)])}
      ;;
${commands.map((command) => renderWords(command, inherited)).join("")}  esac
}
`;
}

/** What may follow the options that take a value. */
function renderValues(command: CommandSpec, inherited: readonly OptionSpec[]): string {
  return allOptions(command, inherited)
    .filter(({ valueName }) => valueName !== undefined)
    .map((option) => {
      const patterns = spellings(option).map((word) => `"${command.name} ${word}"`);
      const act = option.values.length === 0 ? "" : `      ${print(option.values)}\n`;
      return `    ${patterns.join("|")})\n${act}      return 0\n      ;;\n`;
    })
    .join("");
}

function renderWords(command: CommandSpec, inherited: readonly OptionSpec[]): string {
  const words = [
    ...command.positionals.flatMap(({ values }) => values),
    ...allOptions(command, inherited).map(longName),
  ];
  return `    ${command.name})\n      ${print(words)}\n      ;;\n`;
}

function allOptions(command: CommandSpec, inherited: readonly OptionSpec[]): readonly OptionSpec[] {
  const own = new Set(command.options.map(({ name }) => name));
  return [...command.options, ...inherited.filter(({ name }) => !own.has(name))];
}

function longName(option: OptionSpec): string {
  return `--${option.name}`;
}

function spellings(option: OptionSpec): readonly string[] {
  return [longName(option), ...option.letters.map((letter) => `-${letter}`)];
}

/** Words of the table have letters, digits, "_", "-" and "." only: a test sees to it. */
function print(words: readonly string[]): string {
  return `printf '%s\\n' ${words.join(" ")}`;
}

const HEADS: Readonly<Record<CompletionShell, string>> = {
  bash: `# Completion of cloud-init for bash. For all users:
#   cloud-init completion bash > /etc/bash_completion.d/cloud-init
# For this shell:
#   eval "$(cloud-init completion bash)"
`,
  zsh: `#compdef cloud-init cloud-id
# Completion of cloud-init for zsh. Into a file "_cloud-init" of a directory in $fpath, or for this
# shell, after compinit:
#   eval "$(cloud-init completion zsh)"
`,
  ksh: `# Completion of cloud-init for ksh. In ~/.kshrc, or for this shell:
#   eval "$(cloud-init completion ksh)"
# No ksh has programmable completion. ksh93 (/usr/bin/ksh93 on AIX) can look at each key that is
# typed: there the tab key completes words of a line that begins with "cloud-init"; on any other
# line it does what it did. ksh88 (/usr/bin/ksh on AIX) cannot; in it,
#   _cloud_init_words single --name
# lists what may come after these words.
`,
};

const BINDINGS: Readonly<Record<CompletionShell, string>> = {
  bash: `_cloud_init_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]}
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  if [ "\${COMP_WORDS[0]##*/}" = cloud-id ]; then
    before=(cloud-id "\${before[@]}")
  fi
  COMPREPLY=($(compgen -W "$(_cloud_init_words "\${before[@]}")" -- "$current"))
}
complete -o default -F _cloud_init_complete cloud-init cloud-id
`,
  zsh: `_cloud_init_complete() {
  local -a before found
  before=("\${(@)words[2,CURRENT-1]}")
  if [[ \${words[1]:t} == cloud-id ]]; then
    before=(cloud-id "\${before[@]}")
  fi
  found=(\${(f)"$(_cloud_init_words "\${before[@]}")"})
  if (( \${#found} )); then
    compadd -- "\${found[@]}"
  else
    _files
  fi
}
# From a file of $fpath, this is read at the first completion, which it has to answer.
if [[ \${funcstack[1]} == _cloud-init ]]; then
  _cloud_init_complete
else
  compdef _cloud_init_complete cloud-init cloud-id
fi
`,
  ksh: `# Names like .sh.edchar are no names in ksh88: they are kept from it.
if (eval ': "\${.sh.version}"') 2>/dev/null; then
eval '
_cloud_init_key() {
  case \${.sh.edchar} in
    "$_ci_tab") ;;
    *) return ;;
  esac
  [ "\${.sh.edcol}" -eq "\${#.sh.edtext}" ] || return
  case \${.sh.edtext} in
    "cloud-init "*) ;;
    *) return ;;
  esac
  set -f
  set -- \${.sh.edtext}
  set +f
  shift
  _ci_current=
  case \${.sh.edtext} in
    *" ") ;;
    *)
      _ci_before=
      while [ $# -gt 1 ]; do
        _ci_before="$_ci_before $1"
        shift
      done
      _ci_current=$1
      set -f
      set -- $_ci_before
      set +f
      ;;
  esac
  _ci_found= _ci_common= _ci_count=0
  for _ci_word in $(_cloud_init_words "$@"); do
    case $_ci_word in
      "$_ci_current"*)
        _ci_found="$_ci_found $_ci_word"
        _ci_count=$((_ci_count + 1))
        if [ "$_ci_count" -eq 1 ]; then
          _ci_common=$_ci_word
        else
          while :; do
            case $_ci_word in
              "$_ci_common"*) break ;;
            esac
            _ci_common=\${_ci_common%?}
          done
        fi
        ;;
    esac
  done
  [ "$_ci_count" -gt 0 ] || return
  _ci_more=\${_ci_common#"$_ci_current"}
  if [ "$_ci_count" -eq 1 ]; then
    .sh.edchar="$_ci_more "
  elif [ -n "$_ci_more" ]; then
    .sh.edchar=$_ci_more
  else
    printf "\\n%s\\n" "$_ci_found" >/dev/tty
    .sh.edchar=$_ci_redraw
  fi
}
'
_ci_tab=$(printf '\\t')
_ci_redraw=$(printf '\\f')
trap _cloud_init_key KEYBD
fi
`,
};
