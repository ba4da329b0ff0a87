// Rows of a name and a value, for people.
#pragma once

#include "app/commands/plain_text.h"

#include <algorithm>
#include <ostream>
#include <string>

namespace loom::app {

class TextTable {
 public:
  explicit TextTable(std::ostream& out) : m_out(out) {}

  void row(const std::string& name, const std::string& value) {
    constexpr std::size_t kColumn = 16;
    std::string left = "  " + name;
    left.resize(std::max(kColumn, left.size() + 1), ' ');
    m_out << left << plainText(value) << '\n';
  }

 private:
  std::ostream& m_out;
};

}  // namespace loom::app
