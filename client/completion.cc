#include "client/completion.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace pathsweep {
namespace {

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  return names;
}

// A line of the bash script for a command and each of its subcommands: what may follow it.
// `path` is its name with those of the commands above it.
void AddCases(const CLI::App& command, const std::string& path,
              const std::vector<std::string>& global, std::string& cases) {
  std::vector<std::string> subcommands;
  for (const CLI::App* sub : command.get_subcommands({})) subcommands.push_back(sub->get_name());
  std::vector<std::string> options = OptionNames(command);
  options.insert(options.end(), global.begin(), global.end());
  absl::StrAppend(&cases, "    '", path, "') subs='", absl::StrJoin(subcommands, " "), "' opts='",
                  absl::StrJoin(options, " "), "' ;;\n");
  for (const CLI::App* sub : command.get_subcommands({})) {
    AddCases(*sub, absl::StrCat(path, " ", sub->get_name()), global, cases);
  }
}

std::string Bash(const CLI::App& app) {
  std::string cases;
  AddCases(app, app.get_name(), OptionNames(app), cases);
  return absl::StrCat(R"(# bash completion for sweepctl: source <(sweepctl completion bash)
_sweepctl_words() {
  case $1 in
)",
                      cases, R"(    *) return 1 ;;
  esac
}
_sweepctl() {
  local path=sweepctl word subs='' opts='' cur=${COMP_WORDS[COMP_CWORD]}
  local prev=${COMP_WORDS[COMP_CWORD-1]} before=''
  if [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $cur == '=' ]]; then cur=''; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $before != --* ]] && _sweepctl_words "$path" && [[ " $subs " == *" $word "* ]]; then
      path+=" $word"
    fi
    before=$word
  done
  _sweepctl_words "$path"
  if [[ $prev == --output ]]; then subs='table json csv markdown'
  elif [[ $path == 'sweepctl completion' ]]; then subs='bash zsh fish'
  elif [[ $cur == -* ]]; then subs=$opts
  fi
  if [[ -n $subs ]]; then COMPREPLY=($(compgen -W "$subs" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _sweepctl sweepctl
)");
}

std::string Fish(const CLI::App& app) {
  std::string script = "# fish completion for sweepctl: sweepctl completion fish | source\n";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      absl::StrAppend(&script, "complete -c sweepctl -l ", name, "\n");
    }
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string name = command->get_name();
    absl::StrAppend(&script, "complete -c sweepctl -n __fish_use_subcommand -a ", name, "\n");
    for (const CLI::App* sub : command->get_subcommands({})) {
      absl::StrAppend(&script, "complete -c sweepctl -n '__fish_seen_subcommand_from ", name,
                      "' -a ", sub->get_name(), "\n");
    }
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& option_name : option->get_lnames()) {
        absl::StrAppend(&script, "complete -c sweepctl -n '__fish_seen_subcommand_from ", name,
                        "' -l ", option_name, "\n");
      }
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
  if (shell == "fish") return Fish(app);
  if (shell == "bash") return Bash(app);
  return absl::StrCat("# zsh completion for sweepctl: source <(sweepctl completion zsh)\n",
                      "autoload -U +X bashcompinit && bashcompinit\n", Bash(app));
}

}  // namespace pathsweep
