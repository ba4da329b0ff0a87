// What an action is refused with.
#pragma once

#include <exception>
#include <string>

namespace loom::test {

/// The message of the `Error` that `action` throws; empty where it throws nothing. Another exception is a failure of
/// the test.
template <typename Error, typename Action>
std::string refusal(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace loom::test
