// A pickle is a program for a small stack machine; see pickletools.py for each opcode. The machine here builds
// PickleValues and nothing else: GLOBAL makes a name, REDUCE, NEWOBJ and their like an inert Object that remembers what
// would have been called and with what.
//
// An opcode makes at most two values and moves, never copies, what it takes from the stack. A value is some hundred
// times as large as the one byte that may make it, so what values, stack and memo take is counted and limited.
#include "model/checkpoint/pickle_interpreter.h"

#include "model/checkpoint/pickle_names.h"

#include "model/checkpoint/pickle_memo.h"
#include "model/checkpoint/pickle_text.h"

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

class Machine {
 public:
  Machine(ByteCursor& cursor, PickleArena& arena, const ReadControl& control)
      : m_cursor(cursor), m_arena(arena), m_control(control), m_begin(cursor.position()) {}

  PickleResult run() {
    while (true) {
      if (++m_opcodes > m_control.limits.pickleOpcodes) {
        throw PickleError("its pickle is longer than any real checkpoint's", CheckpointError::Kind::Limit);
      }
      if (m_cursor.position() - m_begin - m_payload > m_control.limits.pickleBytes) {
        throw PickleError("its pickle is larger than any real checkpoint's", CheckpointError::Kind::Limit);
      }
      if (m_opcodes % 4096 == 0) {
        m_control.goOn();
      }
      const auto opcode = m_cursor.number<std::uint8_t>();
      if (opcode == '.') {
        m_result.root = pop();
        return std::move(m_result);
      }
      if (!scalar(opcode) && !text(opcode) && !container(opcode) && !object(opcode) && !memo(opcode)) {
        throw PickleError("its pickle holds an opcode that no protocol knows");
      }
    }
  }

 private:
  void charge(std::size_t bytes) {
    m_memory += bytes;
    if (m_memory > m_control.limits.pickleMemory) {
      throw PickleError("its pickle holds more values than any real checkpoint's", CheckpointError::Kind::Limit);
    }
  }

  PickleValue* make(Kind kind) {
    charge(sizeof(PickleValue));
    return m_arena.make(kind);
  }

  PickleValue* push(Kind kind) { return pushShared(make(kind)); }

  PickleValue* pushShared(PickleValue* value) {
    charge(sizeof value);
    return m_stack.emplace_back(value);
  }

  std::string_view keep(std::string text) {
    charge(sizeof(std::string) + text.size());
    return m_arena.keep(std::move(text));
  }

  void pushInt(std::int64_t number) { push(Kind::Int)->number = number; }
  void pushBool(bool value) { push(Kind::Bool)->number = value; }
  void pushText(Kind kind, std::string_view text) { push(kind)->text = text; }

  /// A view: it costs nothing, however long it is.
  void pushBytes(std::uint64_t count) {
    pushText(Kind::Bytes, m_cursor.takeText(count));
    m_payload += count;
  }

  PickleValue* pop() {
    if (m_stack.size() <= floor()) {
      throw PickleError("its pickle takes more from the stack than there is");
    }
    PickleValue* value = m_stack.back();
    m_stack.pop_back();
    return value;
  }

  PickleValue* top() {
    if (m_stack.size() <= floor()) {
      throw PickleError("its pickle looks below the stack");
    }
    return m_stack.back();
  }

  std::size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }

  /// Everything above the last mark, which goes too.
  std::vector<PickleValue*> popToMark() {
    if (m_marks.empty()) {
      throw PickleError("its pickle looks for a mark that is not there");
    }
    const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<PickleValue*> items(begin, m_stack.end());
    m_stack.erase(begin, m_stack.end());
    m_marks.pop_back();
    return items;
  }

  void pushInteger(std::string_view bytes) {
    if (bytes.size() > 8) {
      pushText(Kind::BigInt, bytes);
      return;
    }
    pushInt(littleEndianInteger(bytes));
  }

  void pushDecimal(std::string_view line) {
    if (line == "00" || line == "01") {  // how protocol 0 writes False and True
      pushBool(line == "01");
      return;
    }
    if (const auto number = pickleInteger(line)) {
      pushInt(*number);
    } else {
      pushText(Kind::BigInt, keep(pickleIntegerBytes(line)));
    }
  }

  bool scalar(std::uint8_t opcode) {
    switch (opcode) {
      case 'N': push(Kind::None); return true;
      case 0x88: pushBool(true); return true;
      case 0x89: pushBool(false); return true;
      case 'I':
      case 'L': pushDecimal(m_cursor.takeLine()); return true;
      case 'J': pushInt(m_cursor.number<std::int32_t>()); return true;
      case 'K': pushInt(m_cursor.number<std::uint8_t>()); return true;
      case 'M': pushInt(m_cursor.number<std::uint16_t>()); return true;
      case 0x8a: pushInteger(m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 0x8b: pushInteger(m_cursor.takeText(m_cursor.number<std::uint32_t>())); return true;
      case 'F': push(Kind::Float)->real = pickleReal(m_cursor.takeLine()); return true;
      case 'G': push(Kind::Float)->real = bigEndianReal(m_cursor.takeText(8)); return true;
      default: return false;
    }
  }

  bool text(std::uint8_t opcode) {
    switch (opcode) {
      case 'S': pushText(Kind::String, keep(unquotedPickleText(m_cursor.takeLine()))); return true;
      case 'V': pushText(Kind::String, keep(unescapedPickleText(m_cursor.takeLine()))); return true;
      case 'U': pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 'T':
      case 'X': pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint32_t>())); return true;
      case 0x8c: pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint8_t>())); return true;
      case 0x8d: pushText(Kind::String, m_cursor.takeText(m_cursor.number<std::uint64_t>())); return true;
      case 'C': pushBytes(m_cursor.number<std::uint8_t>()); return true;
      case 'B': pushBytes(m_cursor.number<std::uint32_t>()); return true;
      case 0x8e:
      case 0x96: pushBytes(m_cursor.number<std::uint64_t>()); return true;
      default: return false;
    }
  }

  void pushItems(Kind kind, std::vector<PickleValue*> items) {
    charge(items.size() * sizeof(PickleValue*));
    push(kind)->items = std::move(items);
  }

  void pushTuple(int count) {
    std::vector<PickleValue*> items(static_cast<std::size_t>(count));
    for (auto it = items.rbegin(); it != items.rend(); ++it) {
      *it = pop();
    }
    pushItems(Kind::Tuple, std::move(items));
  }

  /// Growing vectors are up to twice as large as what they hold.
  void addPairs(PickleValue* target, const std::vector<PickleValue*>& items) {
    charge(2 * items.size() * sizeof(PickleValue*));
    if (items.size() % 2 != 0) {
      throw PickleError("a dictionary of it has a key without a value");
    }
    for (std::size_t i = 0; i < items.size(); i += 2) {
      target->pairs.emplace_back(items[i], items[i + 1]);
    }
  }

  void addItems(PickleValue* target, const std::vector<PickleValue*>& items) {
    charge(2 * items.size() * sizeof(PickleValue*));
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  bool container(std::uint8_t opcode) {
    switch (opcode) {
      case '(': pushMark(); return true;
      case '0': popOrMark(); return true;
      case '1': popToMark(); return true;
      case '2': pushShared(top()); return true;
      case ')': push(Kind::Tuple); return true;
      case 't': pushItems(Kind::Tuple, popToMark()); return true;
      case 0x85: pushTuple(1); return true;
      case 0x86: pushTuple(2); return true;
      case 0x87: pushTuple(3); return true;
      case ']': push(Kind::List); return true;
      case 'l': pushItems(Kind::List, popToMark()); return true;
      case '}': push(Kind::Dict); return true;
      case 'd': {
        const auto items = popToMark();
        addPairs(push(Kind::Dict), items);
        return true;
      }
      case 0x8f: push(Kind::Set); return true;
      case 0x91: pushItems(Kind::Set, popToMark()); return true;
      default: return grow(opcode);
    }
  }

  void pushMark() {
    charge(sizeof(std::size_t));
    m_marks.push_back(m_stack.size());
  }

  void popOrMark() {
    if (!m_marks.empty() && m_marks.back() == m_stack.size()) {
      m_marks.pop_back();
    } else {
      pop();
    }
  }

  bool grow(std::uint8_t opcode) {
    switch (opcode) {
      case 'a': {
        PickleValue* item = pop();
        addItems(top(), {item});
        return true;
      }
      case 'e':
      case 0x90: {
        const auto items = popToMark();
        addItems(top(), items);
        return true;
      }
      case 's': {
        PickleValue* value = pop();
        PickleValue* key = pop();
        addPairs(top(), {key, value});
        return true;
      }
      case 'u': {
        const auto items = popToMark();
        addPairs(top(), items);
        return true;
      }
      default: return false;
    }
  }

  void pushGlobal(std::string_view module, std::string_view name) { pushShared(makeGlobal(module, name)); }

  /// A name that is never imported. Some tell what the file is after: then nothing in it deserves to be shown.
  PickleValue* makeGlobal(std::string_view module, std::string_view name) {
    if (isHostileName(module, name)) {
      throw PickleError("it asks Python to run " + plainName(module) + "." + plainName(name) +
                            ", which no checkpoint needs. Nothing of it was run here; do not open it in Python either",
                        CheckpointError::Kind::Hostile);
    }
    PickleValue* global = make(Kind::Global);
    global->module = module;
    global->text = name;
    return global;
  }

  void pushObject(PickleValue* callable, PickleValue* args) {
    PickleValue* made = push(Kind::Object);
    made->callable = callable;
    made->args = args;
  }

  void pushPersistentId(PickleValue* id) {
    PickleValue* reference = push(Kind::PersistentId);
    addItems(reference, {id});
    m_result.persistentIds.push_back(reference);
  }

  /// A class instance of protocol 0 or 1: arguments on the stack, the class above the mark or in the opcode.
  void pushInstance(PickleValue* callable, std::vector<PickleValue*> arguments) {
    PickleValue* args = make(Kind::Tuple);
    args->items = std::move(arguments);
    pushObject(callable, args);
  }

  bool object(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        const auto module = m_cursor.takeLine();
        pushGlobal(module, m_cursor.takeLine());
        return true;
      }
      case 0x93: {
        const PickleValue* name = pop();
        const PickleValue* module = pop();
        if (name->kind != Kind::String || module->kind != Kind::String) {
          throw PickleError("a name in its pickle is no text");
        }
        pushGlobal(module->text, name->text);
        return true;
      }
      case 'R':
      case 0x81: {
        PickleValue* args = pop();
        pushObject(pop(), args);
        return true;
      }
      case 0x92: {
        PickleValue* kwargs = pop();
        PickleValue* args = pop();
        pushObject(pop(), args);
        top()->kwargs = kwargs;
        return true;
      }
      default: return instance(opcode);
    }
  }

  bool instance(std::uint8_t opcode) {
    switch (opcode) {
      case 'i': {
        const auto module = m_cursor.takeLine();
        PickleValue* callable = makeGlobal(module, m_cursor.takeLine());
        pushInstance(callable, popToMark());
        return true;
      }
      case 'o': {
        auto arguments = popToMark();
        if (arguments.empty()) {
          throw PickleError("an object of it has no class");
        }
        PickleValue* callable = arguments.front();
        arguments.erase(arguments.begin());
        pushInstance(callable, std::move(arguments));
        return true;
      }
      case 'b': {
        PickleValue* state = pop();
        top()->state = state;
        return true;
      }
      case 'P': {
        PickleValue* id = make(Kind::String);
        id->text = m_cursor.takeLine();
        pushPersistentId(id);
        return true;
      }
      case 'Q': pushPersistentId(pop()); return true;
      case 0x82:
      case 0x83:
      case 0x84: throw PickleError("it refers to a registry of extensions, which no checkpoint does");
      case 0x97:
      case 0x98: throw PickleError("it refers to buffers outside the file");
      default: return false;
    }
  }

  void put(std::uint64_t index) { charge(m_memo.put(index, top())); }

  void get(std::uint64_t index) {
    PickleValue* value = m_memo.get(index);
    if (!value) {
      throw PickleError("its pickle refers to something that was not there before");
    }
    pushShared(value);
  }

  bool memo(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        if (m_cursor.number<std::uint8_t>() > 5) {
          throw PickleError("its pickle is of a protocol newer than 5", CheckpointError::Kind::Unsupported);
        }
        return true;
      case 0x95: m_cursor.number<std::uint64_t>(); return true;  // a frame's length: a hint for those who buffer
      case 'p': put(pickleIndex(m_cursor.takeLine())); return true;
      case 'q': put(m_cursor.number<std::uint8_t>()); return true;
      case 'r': put(m_cursor.number<std::uint32_t>()); return true;
      case 0x94: put(m_memo.count()); return true;
      case 'g': get(pickleIndex(m_cursor.takeLine())); return true;
      case 'h': get(m_cursor.number<std::uint8_t>()); return true;
      case 'j': get(m_cursor.number<std::uint32_t>()); return true;
      default: return false;
    }
  }

  ByteCursor& m_cursor;
  PickleArena& m_arena;
  const ReadControl& m_control;
  PickleResult m_result;
  std::vector<PickleValue*> m_stack;
  std::vector<std::size_t> m_marks;
  PickleMemo m_memo;
  std::size_t m_begin;
  std::size_t m_payload = 0;  // bytes that are somebody's numbers, not the pickle's own
  std::uint64_t m_opcodes = 0;
  std::uint64_t m_memory = 0;
};

}  // namespace

PickleResult readPickle(ByteCursor& cursor, PickleArena& arena, const ReadControl& control) {
  return Machine(cursor, arena, control).run();
}

}  // namespace loom::model
