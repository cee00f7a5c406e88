#include "client/completion.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace pathsweep {
namespace {

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  return names;
}

// The words that may follow a command: its subcommands and options, and the program's.
std::string WordsAfter(const CLI::App& command, const std::vector<std::string>& global) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands({})) words.push_back(sub->get_name());
  for (const std::string& name : OptionNames(command)) words.push_back(name);
  words.insert(words.end(), global.begin(), global.end());
  return absl::StrJoin(words, " ");
}

std::string Bash(const CLI::App& app) {
  const std::vector<std::string> global = OptionNames(app);
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    absl::StrAppend(&cases, "    ", command->get_name(), ") words=\"", WordsAfter(*command, global),
                    "\" ;;\n");
  }
  return absl::StrCat(R"(# bash completion for sweepctl: source <(sweepctl completion bash)
_sweepctl() {
  local word words=")",
                      WordsAfter(app, {}), R"("
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
)",
                      absl::StrReplaceAll(cases, {{"    ", "      "}}), R"(    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
  ((${#COMPREPLY[@]})) || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
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
