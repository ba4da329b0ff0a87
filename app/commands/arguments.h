// The command line's grammar: what a command takes, told once, for parsing and for --help alike.
//
// Options are --name VALUE, --name=VALUE, -n VALUE, -nVALUE, or switches; "--" ends them. An option is given once, but
// for those that say otherwise.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::app {

/// What was typed makes no sense. `what()` is a clause for people, without a full stop. The program leaves with 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct OptionSyntax {
  std::string name;       ///< "--output"
  std::string shortName;  ///< "-o", or empty
  std::string value;      ///< what --help calls the value, e.g. "FILE"; empty for a switch
  std::string text;       ///< for --help
  bool repeats = false;   ///< may be given several times
};

struct CommandSyntax {
  std::string name;                                           ///< "generate"; empty for the window
  std::string summary;                                        ///< one line
  std::vector<std::string> usage;                             ///< behind "latent-loom NAME ", one or more lines
  std::vector<std::pair<std::string, std::string>> operands;  ///< name and text
  std::size_t mostOperands = 1;
  std::vector<OptionSyntax> options;  ///< without --help, which every command has
  std::string details;                ///< paragraphs and examples at the end of --help, lines of at most 80 characters
};

class Arguments {
 public:
  bool has(const std::string& name) const { return m_options.count(name) != 0; }
  /// The value of an option; nothing where it was not given.
  std::optional<std::string> value(const std::string& name) const;
  /// All values of an option that repeats, in their order.
  std::vector<std::string> values(const std::string& name) const;
  const std::vector<std::string>& operands() const { return m_operands; }

 private:
  friend Arguments parseArguments(const std::vector<std::string>&, const CommandSyntax&);
  std::map<std::string, std::vector<std::string>> m_options;
  std::vector<std::string> m_operands;
};

/// Throws UsageError. `--help` (`-h`) is known to every command and stops the search for errors behind it.
Arguments parseArguments(const std::vector<std::string>& words, const CommandSyntax& syntax);

/// What --help prints.
std::string helpText(const CommandSyntax& syntax);

/// "--help              text", wrapped at 80 columns.
std::string helpLine(const std::string& left, const std::string& text);

/// The one of `candidates` that was likely meant by `typed`; nothing where none is near.
std::optional<std::string> likelyMeant(const std::string& typed, const std::vector<std::string>& candidates);

/// Whole numbers and numbers with all of their text used. Throw UsageError naming `option` and the range.
int wholeNumber(const std::string& option, const std::string& text, int low, int high);
double realNumber(const std::string& option, const std::string& text, double low, double high);

/// The value of the choice that `text` names. Throws UsageError naming `option` and the choices.
template <typename Value>
Value oneOf(const std::string& option, const std::string& text,
            const std::vector<std::pair<std::string, Value>>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) {
      return value;
    }
    names += names.empty() ? "" : " or ";
    names += name;
  }
  throw UsageError(option + " takes " + names + ", not '" + text + "'");
}

}  // namespace loom::app
