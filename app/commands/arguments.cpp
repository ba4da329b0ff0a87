#include "app/commands/arguments.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <sstream>

namespace loom::app {
namespace {

const OptionSyntax& helpOption() {
  static const OptionSyntax option{"--help", "-h", "", "Tell this and leave."};
  return option;
}

std::vector<OptionSyntax> allOptions(const CommandSyntax& syntax) {
  std::vector<OptionSyntax> options = syntax.options;
  options.push_back(helpOption());
  return options;
}

/// An option as it was typed, taken apart.
struct Typed {
  std::string name;
  std::optional<std::string> value;
};

Typed takenApart(const std::string& word) {
  if (word.rfind("--", 0) == 0) {
    const auto sign = word.find('=');
    return sign == std::string::npos ? Typed{word, std::nullopt} : Typed{word.substr(0, sign), word.substr(sign + 1)};
  }
  return word.size() > 2 ? Typed{word.substr(0, 2), word.substr(2)} : Typed{word, std::nullopt};
}

const OptionSyntax& find(const std::vector<OptionSyntax>& options, const std::string& name, const std::string& word) {
  const auto it = std::find_if(options.begin(), options.end(), [&](const OptionSyntax& o) {
    return o.name == name || (!o.shortName.empty() && o.shortName == name);
  });
  if (it != options.end()) {
    return *it;
  }
  std::vector<std::string> names;
  std::transform(options.begin(), options.end(), std::back_inserter(names),
                 [](const OptionSyntax& o) { return o.name; });
  const auto meant = likelyMeant(name, names);
  throw UsageError("unknown option '" + word + "'" + (meant ? "; did you mean " + *meant + "?" : ""));
}

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

/// Breaks `text` into lines of at most `width` characters, the second and later indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  std::size_t used = 0;
  for (std::string word; words >> word;) {
    if (used > 0 && used + 1 + word.size() > width) {
      result += '\n' + std::string(indent, ' ');
      used = 0;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += word.size();
  }
  return result;
}

std::string leftOf(const OptionSyntax& option) {
  std::string left = option.shortName.empty() ? "    " : option.shortName + ", ";
  left += option.name;
  if (!option.value.empty()) {
    left += ' ' + option.value;
  }
  return left;
}

}  // namespace

std::optional<std::string> Arguments::value(const std::string& name) const {
  const auto it = m_options.find(name);
  return it == m_options.end() ? std::nullopt : std::optional(it->second.front());
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto it = m_options.find(name);
  return it == m_options.end() ? std::vector<std::string>() : it->second;
}

Arguments parseArguments(const std::vector<std::string>& words, const CommandSyntax& syntax) {
  const std::vector<OptionSyntax> options = allOptions(syntax);
  Arguments arguments;
  bool optionsOver = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (optionsOver || word.size() < 2 || word[0] != '-') {
      arguments.m_operands.push_back(word);
      continue;
    }
    if (word == "--") {
      optionsOver = true;
      continue;
    }
    Typed typed = takenApart(word);
    const OptionSyntax& option = find(options, typed.name, word);
    if (option.value.empty() && typed.value) {
      throw UsageError(option.name + " takes no value");
    }
    if (!option.value.empty() && !typed.value) {
      if (i + 1 == words.size() || words[i + 1].rfind("--", 0) == 0) {
        throw UsageError(option.name + " needs a value: " + option.name + " " + option.value);
      }
      typed.value = words[++i];
    }
    auto& values = arguments.m_options[option.name];
    if (!values.empty() && !option.repeats) {
      throw UsageError(option.name + " is given twice");
    }
    values.push_back(typed.value.value_or(""));
    if (option.name == helpOption().name) {
      return arguments;
    }
  }
  if (arguments.m_operands.size() > syntax.mostOperands) {
    throw UsageError("unexpected argument '" + arguments.m_operands[syntax.mostOperands] + "'");
  }
  return arguments;
}

std::string helpLine(const std::string& left, const std::string& text) {
  constexpr std::size_t kColumn = 28;
  constexpr std::size_t kWidth = 80;
  std::string line = "  " + left;
  if (line.size() + 2 > kColumn) {
    line += '\n' + std::string(kColumn, ' ');
  } else {
    line.resize(kColumn, ' ');
  }
  return line + wrapped(text, kWidth - kColumn, kColumn) + '\n';
}

std::string helpText(const CommandSyntax& syntax) {
  const std::string program = syntax.name.empty() ? "latent-loom " : "latent-loom " + syntax.name + " ";
  std::string text = syntax.summary + "\n\n";
  for (std::size_t i = 0; i < syntax.usage.size(); ++i) {
    text += (i == 0 ? "Usage: " : "       ") + program + syntax.usage[i] + '\n';
  }
  text += '\n';
  for (const auto& [name, meaning] : syntax.operands) {
    text += helpLine(name, meaning);
  }
  text += "\nOptions:\n";
  for (const OptionSyntax& option : allOptions(syntax)) {
    text += helpLine(leftOf(option), option.text);
  }
  return syntax.details.empty() ? text : text + '\n' + syntax.details;
}

std::optional<std::string> likelyMeant(const std::string& typed, const std::vector<std::string>& candidates) {
  constexpr std::size_t kFar = 3;
  std::optional<std::string> best;
  std::size_t nearest = kFar;
  for (const std::string& candidate : candidates) {
    // A word that is begun right is near too: "--trunc".
    const bool begun = typed.size() > 3 && candidate.rfind(typed, 0) == 0;
    const std::size_t far = begun ? 1 : distance(typed, candidate);
    if (far < nearest && far < candidate.size() / 2) {
      nearest = far;
      best = candidate;
    }
  }
  return best;
}

int wholeNumber(const std::string& option, const std::string& text, int low, int high) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high) {
    throw UsageError(option + " takes a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
                     ", not '" + text + "'");
  }
  return number;
}

double realNumber(const std::string& option, const std::string& text, double low, double high) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !(number >= low && number <= high)) {
    std::ostringstream range;
    range << low << " to " << high;
    throw UsageError(option + " takes a number from " + range.str() + ", not '" + text + "'");
  }
  return number;
}

}  // namespace loom::app
